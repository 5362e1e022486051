//! Receivers that answer well, badly, slowly, without end or not at all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::support::{LOOPBACK, Names, PATIENCE, Receiver, TIMEOUT, courier, courier_within, post, request};
use bonafide_courier::{Courier, Failure, Options, Parcel, Receipt};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};

/// Posts to a receiver that deals with the whole request and then does as told.
async fn served<S>(then: impl Fn(TcpStream) -> S + Send + Sync + 'static) -> Receipt
where
    S: Future<Output = ()> + Send + 'static,
{
    served_within(PATIENCE, then).await
}

async fn served_within<S>(time: Duration, then: impl Fn(TcpStream) -> S + Send + Sync + 'static) -> Receipt
where
    S: Future<Output = ()> + Send + 'static,
{
    let then = Arc::new(then);
    let receiver = Receiver::start("127.0.0.1:0", move |mut stream| {
        let then = then.clone();
        async move {
            request(&mut stream).await;
            then(stream).await;
        }
    })
    .await;
    let receipt = post(&courier_within(time, &[LOOPBACK], Names::default()), &receiver.url()).await;
    assert_eq!(receiver.connections(), 1, "nothing is tried twice");
    receipt
}

async fn answered(answer: &'static str) -> Receipt {
    served(move |mut stream| async move {
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await
}

/// Closes so that the other side gets a reset and no end.
fn reset(stream: TcpStream) {
    stream.set_zero_linger().unwrap();
    drop(stream);
}

/// Longer than an attempt that has [`TIMEOUT`] may take.
const LONG: Duration = TIMEOUT.saturating_mul(40);

/// Not before its time, and not as late as only a wrong program is.
fn ran_out_of_time(receipt: &Receipt) -> bool {
    let took = Duration::from_millis(receipt.ms);
    TIMEOUT <= took + Duration::from_millis(50) && took < TIMEOUT * 20
}

#[tokio::test]
async fn the_message_arrives_as_it_is() {
    let (seen, mut requests) = mpsc::unbounded_channel();
    let receiver = Receiver::start("127.0.0.1:0", move |mut stream| {
        let seen = seen.clone();
        async move {
            seen.send(request(&mut stream).await).unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").await;
        }
    })
    .await;
    let options = Options {
        allow: vec![LOOPBACK.parse().unwrap()],
        user_agent: "agent/1".into(),
        ..Options::default()
    };
    let headers =
        [("webhook-id".to_owned(), "msg_1".to_owned()), ("Content-Type".to_owned(), "text/plain".to_owned())];
    // By the system's resolver.
    let url = format!("http://localhost:{}/a?b=c#d", receiver.port());
    let parcel = Parcel { url: &url, headers: &headers, body: "grüße".into(), patience: None };
    let receipt = Courier::new(options).unwrap().post(&parcel).await;
    assert!(receipt.is_delivered(), "{receipt:?}");
    assert_eq!((receipt.status, receipt.failure, receipt.retry_after_s), (Some(200), None, None));
    assert_eq!(receipt.response, b"done");

    let request = requests.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "grüße");
    let mut lines: Vec<_> = head.lines().collect();
    assert_eq!(lines.remove(0), "POST /a?b=c HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: localhost:{}", receiver.port());
    let expected = [
        "accept: */*",
        "content-length: 7",
        "content-type: text/plain",
        &host,
        "user-agent: agent/1",
        "webhook-id: msg_1",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let refused = answered("HTTP/1.1 500 Oh\r\ncontent-length: 5\r\n\r\nno db").await;
    assert_eq!((refused.status, refused.failure, refused.is_delivered()), (Some(500), None, false));
    assert_eq!(refused.response, b"no db");
    let gone = answered("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((gone.status, gone.failure, gone.is_delivered()), (Some(410), None, false));
}

#[tokio::test]
async fn a_receiver_may_ask_for_a_pause() {
    let seconds = answered("HTTP/1.1 429 Slow\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!((seconds.status, seconds.retry_after_s), (Some(429), Some(30)));
    let date = answered(
        "HTTP/1.1 429 Slow\r\ndate: Tue, 01 Feb 2033 10:00:00 GMT\r\n\
         retry-after: Tue, 01 Feb 2033 10:02:00 GMT\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    assert_eq!((date.status, date.retry_after_s), (Some(429), Some(120)));
}

#[tokio::test]
async fn requirement_19_slow_headers_run_out_of_time() {
    let receipt = served_within(TIMEOUT, |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"x-slow: loris\r\n").await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert_eq!((receipt.status, receipt.failure), (None, Some(Failure::Timeout)));
    assert!(ran_out_of_time(&receipt), "{receipt:?}");
}

#[tokio::test]
async fn silence_runs_out_of_time() {
    let receipt = served_within(TIMEOUT, |stream| async move {
        let _open = stream;
        sleep(LONG).await;
    })
    .await;
    assert_eq!(receipt.failure, Some(Failure::Timeout));
    assert!(ran_out_of_time(&receipt), "{receipt:?}");
}

#[tokio::test]
async fn a_receiver_that_does_not_listen_runs_out_of_time() {
    let receiver = Receiver::start("127.0.0.1:0", |stream| async move {
        let _unread = stream;
        sleep(LONG).await;
    })
    .await;
    let courier = courier_within(TIMEOUT, &[LOOPBACK], Names::default());
    let body = vec![b'x'; 64 << 20].into();
    let receipt = courier.post(&Parcel { url: &receiver.url(), headers: &[], body, patience: None }).await;
    assert_eq!(receipt.failure, Some(Failure::Timeout));
    assert!(ran_out_of_time(&receipt), "{receipt:?}");
}

#[tokio::test]
async fn a_name_that_takes_too_long() {
    struct Never;
    impl bonafide_courier::Resolve for Never {
        fn resolve(&self, _: &str) -> bonafide_courier::Addresses {
            Box::pin(std::future::pending())
        }
    }
    let options = Options { timeout: TIMEOUT, resolver: Arc::new(Never), ..Options::default() };
    let receipt = post(&Courier::new(options).unwrap(), "https://slow.example/").await;
    assert_eq!(receipt.failure, Some(Failure::Timeout));
    assert!(ran_out_of_time(&receipt), "{receipt:?}");
}

#[tokio::test]
async fn after_the_status_line_the_body_decides_nothing() {
    let stalled = served_within(TIMEOUT, |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
        sleep(LONG).await;
    })
    .await;
    assert!(stalled.is_delivered());
    assert_eq!((stalled.failure, &stalled.response[..]), (None, &b"half"[..]));
    assert!(ran_out_of_time(&stalled), "{stalled:?}");

    let broken = served(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 100\r\n\r\nhalf").await;
        // So that the half has been read when the reset comes.
        sleep(Duration::from_secs(1)).await;
        reset(stream);
    })
    .await;
    assert_eq!((broken.status, broken.failure, &broken.response[..]), (Some(202), None, &b"half"[..]));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer() {
    let resets = served(|stream| async move { reset(stream) }).await;
    assert_eq!((resets.status, resets.failure), (None, Some(Failure::ConnectionBroke)));
    let hangs_up = served(|stream| async move { drop(stream) }).await;
    assert_eq!((hangs_up.status, hangs_up.failure), (None, Some(Failure::ConnectionBroke)));
    let half_a_head = answered("HTTP/1.1 200 OK\r\ncontent-le").await;
    assert_eq!((half_a_head.status, half_a_head.failure), (None, Some(Failure::ConnectionBroke)));
}

#[tokio::test]
async fn nobody_listens() {
    // Bound, so that nobody else gets it, and not listened on.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let receipt = post(&courier(&[LOOPBACK], Names::default()), &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(receipt.failure, Some(Failure::ConnectFailed));
}

#[tokio::test]
async fn what_is_not_http() {
    for garbage in ["SSH-2.0-OpenSSH_9.6\r\n", "\0\u{1}\u{2}\u{3}garbage\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"]
    {
        let receipt = answered(garbage).await;
        assert_eq!((receipt.status, receipt.failure), (None, Some(Failure::AnswerNotHttp)), "{garbage:?}");
    }
}

#[tokio::test]
async fn headers_without_end_are_cut_off() {
    let receipt = served(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await;
        while stream.write_all(&[b'x'; 65536]).await.is_ok() {}
    })
    .await;
    assert_eq!((receipt.status, receipt.failure), (None, Some(Failure::AnswerNotHttp)));
}

#[tokio::test]
async fn of_a_huge_body_only_the_beginning_is_read() {
    const HUGE: usize = 100 << 20;
    for head in ["content-length: 104857600", "transfer-encoding: chunked", "content-encoding: gzip"] {
        let sent = Arc::new(AtomicUsize::new(0));
        let (done, mut is_done) = mpsc::channel(1);
        let count = sent.clone();
        let receipt = served(move |mut stream| {
            let (count, done) = (count.clone(), done.clone());
            async move {
                let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes()).await;
                // One chunk, should it be read as such.
                let _ = stream.write_all(b"6400000\r\n").await;
                while count.load(Ordering::SeqCst) < HUGE && stream.write_all(&[b'x'; 65536]).await.is_ok() {
                    count.fetch_add(65536, Ordering::SeqCst);
                }
                done.send(()).await.unwrap();
            }
        })
        .await;
        assert!(receipt.is_delivered(), "{receipt:?}");
        assert_eq!(receipt.response.len(), 4096, "{head}");
        // The receiver notices that it was hung up on. What it got rid of lies in the kernel's buffers.
        timeout(PATIENCE, is_done.recv()).await.unwrap();
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < HUGE / 4, "{sent} bytes went out after {head}");
    }
}

#[tokio::test]
async fn a_connection_serves_again() {
    let receiver = Receiver::start("127.0.0.1:0", |mut stream| async move {
        while !request(&mut stream).await.is_empty() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n").await;
            let _ = stream.write_all(&[b'x'; 9000]).await;
        }
    })
    .await;
    let courier = courier(&[LOOPBACK], Names::default());
    for _ in 0..3 {
        assert!(post(&courier, &receiver.url()).await.is_delivered());
    }
    assert_eq!(receiver.connections(), 1);
}

#[test]
fn sending_can_go_on_in_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let courier = Courier::new(Options::default()).unwrap();
    is_send(&courier.post(&Parcel { url: "", headers: &[], body: "".into(), patience: None }));
}
