//! What a request still sends when its answer is known: a client that looks for the answer only after sending everything never
//! sees one on a connection that ends before (RFC 9112 section 9.6), and its next request on that connection is lost.
//!
//! The rest is read and dropped, within bounds. Where there is more, the answer says that the connection ends.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use hyper::body::{Frame, SizeHint};
use tokio::{sync::Semaphore, time::timeout};

use crate::{body::frame, layers::MAX_BODY};

/// A rest that is read without waiting for a turn: it is on its way already.
const SMALL: usize = 64 << 10;
const SMALL_WAIT: Duration = Duration::from_millis(500);
/// How many larger rests are read at once, and how long each may wait and take: whoever sends for nothing shall not slow others
/// down.
const AT_ONCE: usize = 2;
const WAIT: Duration = Duration::from_secs(2);
const READING: Duration = Duration::from_secs(10);

/// Turns to have a larger rest read.
pub(crate) struct Leftovers(Semaphore);

impl Default for Leftovers {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Leftovers {
    /// Answers a request, and reads what its handler left of the body.
    pub(crate) async fn read(&self, request: Request, next: Next) -> Response {
        if request.body().is_end_stream() {
            return next.run(request).await;
        }
        // Whoever waits for a word before sending the body has not begun to, and the answer is that word.
        let waits = request.headers().contains_key(header::EXPECT);
        let left = Left::default();
        let request = request.map(|body| Body::new(Lent { body: Some(body), left: left.clone() }));
        let mut response = next.run(request).await;
        let rest = left.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(rest) = rest
            && (waits || !self.drop_rest(rest).await)
        {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// Whether all of it came.
    async fn drop_rest(&self, mut body: Body) -> bool {
        let small = timeout(SMALL_WAIT, drop_up_to(SMALL, &mut body)).await;
        if small == Ok(true) {
            return true;
        }
        let Ok(Ok(_turn)) = timeout(WAIT, self.0.acquire()).await else { return false };
        timeout(READING, drop_up_to(MAX_BODY, &mut body)).await == Ok(true)
    }
}

/// Whether a body ends before this many bytes more.
async fn drop_up_to(most: usize, body: &mut Body) -> bool {
    let mut came = 0;
    while came <= most {
        match frame(body).await {
            Some(Ok(frame)) => came += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => return false,
            None => return true,
        }
        tokio::task::yield_now().await;
    }
    false
}

/// A body that nobody reads any more before its end.
type Left = Arc<Mutex<Option<Body>>>;

/// A body that is given back where it was not read to its end.
struct Lent {
    /// None once it ended or broke.
    body: Option<Body>,
    left: Left,
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let next = Pin::new(body).poll_frame(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        next
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let body = self.body.take().filter(|body| !body.is_end_stream());
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = body;
    }
}
