//! Text messages through a gateway on this machine.

use std::time::Duration;

use bonafide_core::time::Timestamp;
use bonafide_invite::{Channel, CodeMessage, Config, Invitation, Inviter, Kind, NotSent};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// A gateway that gives every request the same answer and keeps what it got.
struct Gateway {
    url: String,
    seen: UnboundedReceiver<(String, String)>,
}

/// What it says: status line and headers after it, body, and after how long.
#[derive(Clone, Copy)]
struct Says(&'static str, &'static str, Duration);

impl Gateway {
    async fn start(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let (keep, seen) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, says, keep.clone()));
            }
        });
        Self { url, seen }
    }
}

async fn answer(mut stream: TcpStream, says: Says, keep: UnboundedSender<(String, String)>) {
    let mut got = vec![];
    let (head, body) = loop {
        let mut some = [0; 4096];
        let read = stream.read(&mut some).await.unwrap();
        assert_ne!(read, 0, "the request ends early");
        got.extend_from_slice(&some[..read]);
        let text = String::from_utf8_lossy(&got).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap().parse::<usize>().unwrap() {
                break (head.to_owned(), body.to_owned());
            }
        }
    };
    keep.send((head, body)).unwrap();
    tokio::time::sleep(says.2).await;
    let Says(head, body, _) = says;
    let text =
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    // A caller that gave up is part of the tests.
    let _ = stream.write_all(text.as_bytes()).await;
}

fn config(url: &str, settings: Value) -> Config {
    let mut sms = json!({
        "url": url,
        "headers": {"authorization": "Bearer k3y"},
        "body": {"to": "{to}", "from": "{from}", "message": {"text": "{text}"}, "reference": "{id}", "flash": false},
        "from": "Example",
        "timeout_s": 60,
    });
    sms.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    serde_json::from_value(json!({ "sms": sms })).unwrap()
}

fn invitation() -> Invitation<'static> {
    Invitation {
        channel: Channel::Sms,
        to: "+44 20 7946-0123",
        kind: Kind::Invitation,
        language: "ar",
        organization: "Example & {id}",
        person: Some("Anna"),
        link: "https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2",
        expires_at: Timestamp::parse("2026-11-26T14:05:00Z").unwrap(),
        id: "01jd8x5m3q0000000000000001".parse().unwrap(),
    }
}

async fn send(config: Config, invitation: &Invitation<'_>) -> Result<bonafide_invite::Sent, NotSent> {
    Inviter::new(config).unwrap().send(invitation, Timestamp(0)).await
}

const OK: Says = Says("200 OK", "{\"messages\":[{\"status\":\"0\"}]}", Duration::ZERO);

#[tokio::test]
async fn the_gateway_gets_what_the_template_says() {
    let mut gateway = Gateway::start(OK).await;
    let sent = send(config(&gateway.url, json!({})), &invitation()).await.unwrap();
    let (head, body) = gateway.seen.recv().await.unwrap();
    assert!(head.starts_with("POST /send HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer k3y") && head.contains("content-type: application/json"));
    let body: Value = serde_json::from_str(&body).unwrap();
    let text = body["message"]["text"].as_str().unwrap();
    assert!(text.starts_with("تطلب منك Example & {id} التحقق") && text.ends_with("?a=1&b=2"), "{text}");
    let expected = json!({
        "to": "+442079460123", "from": "Example", "message": {"text": text}, "reference": sent.id, "flash": false,
    });
    assert_eq!((body, sent.language.as_str()), (expected, "ar"));
    let again = send(config(&gateway.url, json!({})), &invitation()).await.unwrap();
    assert_eq!(again, sent);
    assert_eq!(sent.id, "01jd8x5m3q0000000000000001");
}

fn code() -> CodeMessage<'static> {
    CodeMessage {
        channel: Channel::Sms,
        to: "+44 20 7946-0123",
        language: "en-GB",
        organization: "Example Bank",
        person: Some("Anna"),
        code: "407316",
        expires_at: Timestamp::parse("2026-11-26T14:05:00Z").unwrap(),
        host: Some("verify.example.org"),
        id: "01jd8x5m3q0000000000000001".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_code_ends_with_the_line_that_browsers_read() {
    let mut gateway = Gateway::start(OK).await;
    let inviter = Inviter::new(config(&gateway.url, json!({}))).unwrap();
    let words = "407316 is your code from Example Bank. It works until 26 Nov 2026, 14:05 UTC. Please do not share it.";
    for (host, expected) in [
        (Some("verify.example.org"), format!("{words}\n\n@verify.example.org #407316")),
        (None, words.to_owned()),
    ] {
        let sent = inviter.send_code(&CodeMessage { host, ..code() }, Timestamp(0)).await.unwrap();
        assert_eq!((sent.id.as_str(), sent.language.as_str()), ("01jd8x5m3q0000000000000001", "en"));
        let (_, body) = gateway.seen.recv().await.unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["to"], &body["message"]["text"]), (&json!("+442079460123"), &json!(expected)));
        assert_eq!(body["reference"], json!(sent.id));
    }
}

#[tokio::test]
async fn a_gateway_that_repeats_a_code_is_not_quoted() {
    let says = Says("400 Bad Request", "{\"text\":\"407316\",\"to\":\"+442079460123\"}", Duration::ZERO);
    let gateway = Gateway::start(says).await;
    let accepted = json!({"accepted": {"at": "/messages/0/status", "values": ["0"]}});
    let inviter = Inviter::new(config(&gateway.url, accepted)).unwrap();
    let failure = inviter.send_code(&code(), Timestamp(0)).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::GATEWAY_REFUSED, true));
    let printed = format!("{failure} {failure:?}");
    assert!(!printed.contains("407316") && !printed.contains("7946"), "{printed}");
}

#[tokio::test]
async fn a_form_carries_the_same() {
    let mut gateway = Gateway::start(OK).await;
    let form = json!({"encoding": "form", "body": {"To": "{digits}", "Body": "{text}", "n": 1}});
    let english = Invitation { language: "en", ..invitation() };
    send(config(&gateway.url, form), &english).await.unwrap();
    let (head, body) = gateway.seen.recv().await.unwrap();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let url = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    let mut fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    fields.sort();
    let text = "Example & {id} asks you to verify your identity. Your personal link, until Nov 26, 2026, 2:05 PM UTC: \
                https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2";
    let expected = [("Body", text), ("To", "442079460123"), ("n", "1")];
    assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn answers_are_told_apart() {
    let now = Duration::ZERO;
    let accepted = json!({"accepted": {"at": "/messages/0/status", "values": ["0", 0]}});
    for (says, settings, expected) in [
        (Says("202 Accepted", "", now), json!({}), None),
        (Says("400 Bad Request", "+442079460123", now), json!({}), Some((NotSent::GATEWAY_REFUSED, true))),
        (Says("422 Unprocessable", "", now), json!({}), Some((NotSent::GATEWAY_REFUSED, true))),
        (Says("401 Unauthorized", "", now), json!({}), Some((NotSent::AUTH_FAILED, false))),
        (Says("404 Not Found", "", now), json!({}), Some((NotSent::GATEWAY_FAILED, false))),
        (Says("402 Payment Required", "", now), json!({}), Some((NotSent::GATEWAY_REFUSED, false))),
        (Says("429 Too Many Requests", "", now), json!({}), Some((NotSent::DEFERRED, false))),
        (Says("500 Oops", "", now), json!({}), Some((NotSent::GATEWAY_FAILED, false))),
        (Says("503 Busy", "", now), json!({}), Some((NotSent::GATEWAY_FAILED, false))),
        (Says("200 OK", "", Duration::MAX), json!({"timeout_s": 1}), Some((NotSent::TIMEOUT, false))),
        (OK, accepted.clone(), None),
        (
            Says("200 OK", "{\"messages\":[{\"status\":\"3\"}]}", now),
            accepted.clone(),
            Some((NotSent::GATEWAY_REFUSED, false)),
        ),
        (Says("200 OK", "{}", now), accepted.clone(), Some((NotSent::GATEWAY_FAILED, false))),
        (Says("200 OK", "fine", now), accepted, Some((NotSent::GATEWAY_FAILED, false))),
    ] {
        let mut gateway = Gateway::start(says).await;
        let answer = send(config(&gateway.url, settings), &invitation()).await;
        let got = answer.as_ref().err().map(|failure| (failure.code, failure.permanent));
        assert_eq!(got, expected, "{}", says.0);
        assert!(gateway.seen.recv().await.is_some());
        assert!(gateway.seen.try_recv().is_err(), "asked once");
        let printed = format!("{answer:?}");
        for personal in ["7946", "Anna", "Example", "8Qm2x4nRb7", "k3y"] {
            assert!(!printed.contains(personal), "{printed}");
        }
    }
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let mut elsewhere = Gateway::start(OK).await;
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let head = format!("{status}\r\nlocation: {}", elsewhere.url).leak();
        let gateway = Gateway::start(Says(head, "", Duration::ZERO)).await;
        let failure = send(config(&gateway.url, json!({})), &invitation()).await.unwrap_err();
        assert_eq!((failure.code, failure.permanent), (NotSent::GATEWAY_FAILED, false), "{failure}");
    }
    assert!(elsewhere.seen.try_recv().is_err());
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_tried() {
    let mut gateway = Gateway::start(OK).await;
    let bad = Invitation { to: "020 7946 0123", ..invitation() };
    let failure = send(config(&gateway.url, json!({})), &bad).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::ADDRESS_MALFORMED, true));
    assert!(!format!("{failure} {failure:?}").contains("7946"));
    let failure = send(Config::default(), &invitation()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::NOT_SET_UP, false));
    assert!(gateway.seen.try_recv().is_err());
    // Bound, so that nobody else gets it, and not listened on.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = socket.local_addr().unwrap();
    let failure = send(config(&format!("http://{closed}/"), json!({})), &invitation()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::UNREACHABLE, false));
}
