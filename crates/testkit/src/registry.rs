//! A registry of licences that exists only here: a real HTTP server on this machine, which can be told to misbehave.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What goes wrong with one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// An answer with this status and no body.
    Status(u16),
    /// The right answer, too late.
    Slow(Duration),
    /// The connection breaks after the request was read.
    Reset,
    /// The connection breaks in the middle of the answer.
    CutOff,
    /// JSON of another shape.
    WrongJson,
    /// No JSON.
    NotJson,
    /// The right answer, of these fields only.
    Partial(Vec<String>),
    /// Sends the caller elsewhere.
    Redirect,
}

/// A running registry that knows one document. It stops when it is dropped.
pub struct Registry {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

struct State {
    record: BTreeMap<String, String>,
    faults: VecDeque<Fault>,
    always: Option<Fault>,
    seen: Vec<Seen>,
}

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// As sent, names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

impl Registry {
    /// Starts on a free port. It answers `{"result": {"NAME_match": true}}` for every member of the request's body:
    /// whether it equals the record's, ignoring case; null where the record has no such member.
    pub async fn start(record: &[(&str, &str)]) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let record = record.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let state = State { record, faults: VecDeque::new(), always: None, seen: vec![] };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    // A caller that gives up is part of the tests.
                    let _ = answer(stream, &shared).await;
                });
            }
        });
        Ok(Self { address, state, task })
    }

    pub fn url(&self) -> String {
        format!("http://{}/verify", self.address)
    }

    /// The next requests go wrong like this, one after the other.
    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.state).faults.extend(faults);
    }

    /// Every request goes wrong like this, until it is told otherwise.
    pub fn always(&self, fault: Option<Fault>) {
        lock(&self.state).always = fault;
    }

    /// Changes what the registry has on record.
    pub fn set(&self, name: &str, value: &str) {
        lock(&self.state).record.insert(name.to_owned(), value.to_owned());
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.state).seen.clone()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(mut stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let seen = read(&mut stream).await?;
    let (fault, honest) = {
        let mut state = lock(state);
        let honest = compare(&state.record, &seen.body);
        state.seen.push(seen);
        (state.faults.pop_front().or_else(|| state.always.clone()), honest)
    };
    let (status, body) = match fault {
        None => (200, result(honest)),
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            (200, result(honest))
        }
        Some(Fault::Status(status)) => (status, String::new()),
        Some(Fault::Reset) => return Ok(()),
        Some(Fault::CutOff) => {
            return stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"result\": {").await;
        }
        Some(Fault::WrongJson) => (200, json!(["well", "what", {"result": "?"}]).to_string()),
        Some(Fault::NotJson) => (200, "<html>it works</html>".to_owned()),
        Some(Fault::Partial(names)) => {
            (200, result(honest.into_iter().filter(|(name, _)| names.contains(name)).collect()))
        }
        Some(Fault::Redirect) => {
            let head = "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n";
            return stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await
}

fn compare(record: &BTreeMap<String, String>, body: &Value) -> Map<String, Value> {
    let said = |(name, value): (&String, &Value)| {
        let same = |known: &String| value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(known));
        (name.clone(), record.get(name).map(same).into())
    };
    body.as_object().into_iter().flatten().map(said).collect()
}

fn result(honest: Map<String, Value>) -> String {
    let result: Map<String, Value> = honest.into_iter().map(|(k, v)| (format!("{k}_match"), v)).collect();
    json!({ "result": result }).to_string()
}

/// One request: as much of HTTP as the tests send.
async fn read(stream: &mut TcpStream) -> io::Result<Seen> {
    const MAX: usize = 1 << 20;
    let mut bytes = vec![];
    loop {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
            let headers: BTreeMap<String, String> = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .collect();
            let length = headers.get("content-length").and_then(|v| v.parse().ok()).unwrap_or(0usize);
            let body = bytes.get(end + 4..).unwrap_or_default();
            if body.len() >= length {
                return Ok(Seen { headers, body: serde_json::from_slice(body).unwrap_or_default() });
            }
        }
        if bytes.len() > MAX || stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
