//! Connections: how many there are at once, and how long one may say nothing.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::sleep,
};
use tower::ServiceExt;

/// How many connections there may be, and how long each is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Connections at once.
    pub most: usize,
    /// How long one may take for the head of a request, and so how long it may be idle; on Linux also how long it may leave an
    /// answer untaken.
    pub head: Duration,
}

impl Default for Patience {
    /// Idle for longer than proxies keep connections for the next request: the usual ones give up after a minute.
    fn default() -> Self {
        Self { most: 1_000, head: Duration::from_secs(75) }
    }
}

/// After a connection could not be taken: too many files are open, perhaps.
const BREATH: Duration = Duration::from_millis(500);

/// Answers requests until it is told to stop, and then those under way. Beyond the most connections at once, others wait in
/// the operating system's queue.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    patience: Patience,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(patience.most));
    let every = u32::try_from(patience.most).unwrap_or(u32::MAX);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Some((place, Ok((stream, from)))) => {
                let (http, app, stopped) = (http.clone(), app.clone(), stopped.clone());
                tokio::spawn(async move {
                    answer(&http, patience.head, stream, from, app, stopped).await;
                    drop(place);
                });
            }
            Some((_, Err(error))) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(BREATH).await;
            }
            None => break,
        }
    }
    // Nobody new is let in while the others end.
    drop(listener);
    let _ = places.acquire_many(every).await;
}

async fn answer(
    http: &http1::Builder,
    patience: Duration,
    stream: TcpStream,
    from: SocketAddr,
    app: Router,
    mut stopped: watch::Receiver<bool>,
) {
    // Answers are short: none waits for the next.
    let _ = stream.set_nodelay(true);
    // Whoever does not take an answer is waited for no longer than whoever says nothing.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(patience));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        let answered = app.clone().oneshot(request.map(Body::new));
        async move { answered.await.map_err(|never: Infallible| never) }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        // How a client hangs up is its own affair.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
