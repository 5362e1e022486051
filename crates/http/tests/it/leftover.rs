//! Requests that are answered before their body is read: the answer arrives, and so does the next one on that connection.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, HttpBody},
    routing::post,
};
use bonafide_http::{
    connections::{Patience, serve},
    layers,
};
use bonafide_testkit::world::{FixedClock, SeededEntropy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

async fn start() -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let begun = async |mut body: Body| {
        std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await;
        "begun"
    };
    let app = Router::new()
        .route("/unread", post(async || "unread"))
        .route("/begun", post(begun))
        .route("/whole", post(async |body: String| body));
    let app = layers::around(app, Arc::new(FixedClock::default()), Arc::new(SeededEntropy::new(1)));
    tokio::spawn(serve(listener, app, Patience::default(), stopped));
    (address, stop)
}

fn head(path: &str, length: usize, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{more}\r\n")
}

/// One answer, which has the length it says.
async fn answer(stream: &mut TcpStream) -> String {
    let mut told = vec![];
    loop {
        let text = String::from_utf8_lossy(&told).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if body.len() == length {
                return text;
            }
        }
        let byte = timeout(Duration::from_secs(60), stream.read_u8()).await.unwrap();
        told.push(byte.unwrap());
    }
}

#[tokio::test]
async fn an_answer_before_the_body_leaves_the_connection_as_it_was() {
    let (address, _stop) = start().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for (path, length) in [("/unread", 2), ("/unread", 100_000), ("/begun", 100_000), ("/none", 3 << 20)] {
        stream.write_all(head(path, length, "").as_bytes()).await.unwrap();
        // It comes in parts, as it does over a network.
        let body = vec![b' '; length];
        let (first, second) = body.split_at(length / 2);
        stream.write_all(first).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.write_all(second).await.unwrap();
        let told = answer(&mut stream).await;
        assert!(!told.contains("connection: close"), "{path}: {told}");
        stream.write_all(head("/whole", 4, "").as_bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        stream.write_all(b"here").await.unwrap();
        assert!(answer(&mut stream).await.ends_with("here"), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_ends_the_connection_and_the_answer_says_so() {
    let (address, _stop) = start().await;
    // One that says nothing more, and one that waits for a word before it does.
    for more in ["", "Expect: 100-continue\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head("/unread", 100_000, more).as_bytes()).await.unwrap();
        if more.is_empty() {
            stream.write_all(b"not all").await.unwrap();
        }
        let told = answer(&mut stream).await;
        assert!(told.starts_with("http/1.1 200") && told.contains("connection: close"), "{told}");
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap_or_default(), 0);
    }
}
