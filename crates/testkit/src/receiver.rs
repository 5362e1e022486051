//! A subscriber to webhooks on this machine.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// As sent, names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Received {
    /// # Panics
    /// When the body is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// The message's id of Standard Webhooks.
    pub fn id(&self) -> &str {
        self.headers.get("webhook-id").map_or("", String::as_str)
    }
}

/// A receiver that answers what it is told to. It stops when it is dropped.
pub struct Receiver {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

struct Shared {
    seen: Vec<Received>,
    status: String,
    pause: Duration,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// Starts on a free port of 127.0.0.2, to which the engine in memory may send.
    ///
    /// # Panics
    /// When there is none.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.2:0").await.expect("a free port");
        let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
        let shared = Shared { seen: vec![], status: "204 No Content".to_owned(), pause: Duration::ZERO };
        let shared = Arc::new(Mutex::new(shared));
        let of_task = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = of_task.clone();
                tokio::spawn(async move {
                    // A sender that gives up is part of the tests.
                    let _ = answer(stream, &shared).await;
                });
            }
        });
        Self { url, shared, task }
    }

    /// One that takes messages and never answers.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn silent() -> Self {
        let receiver = Self::start().await;
        receiver.pauses(Duration::from_secs(3600));
        receiver
    }

    /// The status line from now on, and headers after it.
    pub fn answers(&self, status: &str) {
        lock(&self.shared).status = status.to_owned();
    }

    /// How long it waits with its answers from now on.
    pub fn pauses(&self, pause: Duration) {
        lock(&self.shared).pause = pause;
    }

    /// Everything so far.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared).seen.clone()
    }

    /// The member `type` of every message so far.
    pub fn types(&self) -> Vec<String> {
        self.received().iter().filter_map(|r| r.json()["type"].as_str().map(str::to_owned)).collect()
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    let mut bytes = vec![];
    let (headers, start, length) = loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(bytes.get(..at).unwrap_or_default()).into_owned();
            let headers = head.lines().skip(1).filter_map(|l| l.split_once(": "));
            let headers: BTreeMap<String, String> =
                headers.map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
            let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0usize);
            break (headers, at + 4, length);
        }
    };
    while bytes.len() < start + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    let body = String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()).into_owned();
    let (status, pause) = {
        let mut shared = lock(shared);
        shared.seen.push(Received { headers, body });
        (shared.status.clone(), shared.pause)
    };
    tokio::time::sleep(pause).await;
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    stream.write_all(text.as_bytes()).await
}

/// Waits until it is so.
///
/// # Panics
/// After a minute: what takes this long never comes.
pub async fn until(is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not come");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
