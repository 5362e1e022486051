//! Connections: so many at once, none that says nothing for long, and all of them ended when the server stops.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use bonafide_http::connections::{Patience, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

async fn start(patience: Patience) -> (SocketAddr, watch::Sender<bool>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let app =
        Router::new().route("/", get(async || "here")).route("/large", get(async || vec![b' '; 64 << 20]));
    (address, stop, tokio::spawn(serve(listener, app, patience, stopped)))
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4096];
    let n = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..n]).into_owned()
}

#[tokio::test]
async fn so_many_at_once_and_the_next_when_one_ends() {
    let (address, _stop, _server) = start(Patience { most: 2, ..Patience::default() }).await;
    let mut two = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    for stream in &mut two {
        assert!(ask(stream).await.ends_with("here"));
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    let asked = ask(&mut third);
    let mut asked = std::pin::pin!(asked);
    assert!(timeout(Duration::from_millis(200), asked.as_mut()).await.is_err(), "it waits");
    drop(two);
    assert!(asked.await.ends_with("here"));
}

#[tokio::test]
async fn whoever_says_nothing_is_not_waited_for() {
    let head = Duration::from_secs(2);
    let (address, _stop, _server) = start(Patience { head, ..Patience::default() }).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut halfway = TcpStream::connect(address).await.unwrap();
    halfway.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut idle).await.ends_with("here"));
    // Each is closed, after the answer that HTTP has for it or without one.
    for stream in [&mut silent, &mut halfway, &mut idle] {
        let mut told = vec![];
        stream.read_to_end(&mut told).await.unwrap();
        assert!(told.is_empty() || told.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&told));
    }
}

/// More than the buffers of both ends hold: the server waits until some of it is taken.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_takes_no_answer_makes_room() {
    let patience = Patience { most: 1, head: Duration::from_secs(2) };
    let (address, _stop, _server) = start(patience).await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    deaf.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut next = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut next).await.ends_with("here"));
    drop(deaf);
}

#[tokio::test]
async fn a_server_that_stops_ends_what_is_idle() {
    let (address, stop, server) = start(Patience::default()).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    assert!(ask(&mut idle).await.ends_with("here"));
    stop.send(true).unwrap();
    server.await.unwrap();
    assert_eq!(idle.read(&mut [0; 16]).await.unwrap(), 0);
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens");
}
