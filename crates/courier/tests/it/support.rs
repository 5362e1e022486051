//! Receivers that do as a test says, and names whose addresses a test chooses.
use std::{
    collections::{HashMap, VecDeque},
    io,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bonafide_courier::{Addresses, Courier, Options, Parcel, Receipt, Resolve};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What no attempt takes on a loopback, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// For attempts that are to run out of time.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(1500);

/// Everything on this machine's IPv4 loopback.
pub(crate) const LOOPBACK: &str = "127.0.0.0/8";

pub(crate) fn courier(allow: &[&str], names: Names) -> Courier {
    courier_within(PATIENCE, allow, names)
}

pub(crate) fn courier_within(timeout: Duration, allow: &[&str], names: Names) -> Courier {
    let allow = allow.iter().map(|net| net.parse().unwrap()).collect();
    let options = Options { allow, timeout, resolver: Arc::new(names), ..Options::default() };
    Courier::new(options).unwrap()
}

pub(crate) async fn post(courier: &Courier, url: &str) -> Receipt {
    courier.post(&Parcel { url, headers: &[], body: "{}".into(), patience: None }).await
}

/// Answers to look-ups: each name gives its answers one after the other, and the last one ever after.
#[derive(Default)]
pub(crate) struct Names(Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>);

impl Names {
    pub(crate) fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let parsed = |answer: &&[&str]| answer.iter().map(|a| a.parse().unwrap()).collect();
        self.0.lock().unwrap().insert(name.to_owned(), answers.iter().map(parsed).collect());
        self
    }
}

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Addresses {
        let mut names = self.0.lock().unwrap();
        let answer = names.get_mut(host).and_then(|answers| {
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
        });
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// A port on which somebody listens, and how often it was connected to.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Receiver {
    /// Hands each connection to `serve`.
    pub(crate) async fn start<F, S>(bind: &str, serve: F) -> Self
    where
        F: Fn(TcpStream) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        Self::on(TcpListener::bind(bind).await.unwrap(), serve)
    }

    fn on<F, S>(listener: TcpListener, serve: F) -> Self
    where
        F: Fn(TcpStream) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Self { address, connections }
    }

    /// Reads each request whole and answers with the same bytes, then hangs up.
    pub(crate) async fn answering(bind: &str, answer: impl Into<String>) -> Self {
        Self::try_answering(bind, answer).await.unwrap()
    }

    /// The same where the port may be taken.
    pub(crate) async fn try_answering(bind: &str, answer: impl Into<String>) -> io::Result<Self> {
        let answer: Arc<str> = answer.into().into();
        Ok(Self::on(TcpListener::bind(bind).await?, move |mut stream| {
            let answer = answer.clone();
            async move {
                request(&mut stream).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }))
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }
}

/// Reads a request with a `content-length` whole, or as much as comes; empty when nobody speaks.
pub(crate) async fn request(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |l| l.parse().unwrap()) {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return text,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
}
