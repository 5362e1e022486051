//! E-mails to a real mail server, read back by a real mail parser.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use bonafide_core::time::Timestamp;
use bonafide_invite::{Channel, CodeMessage, Config, Invitation, Inviter, Kind, NotSent};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// A server of `smtp_server.py`. It stops when this is dropped.
struct Server {
    port: u64,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

/// The Python that has what `clients/requirements.txt` asks for.
fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("BONAFIDE_TEST_PYTHON") {
        return python.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache.unwrap_or_default().join("bonafide/clients/venv/bin/python")
}

impl Server {
    async fn start(arguments: &[&str]) -> Self {
        let python = python();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/smtp_server.py");
        let mut child = Command::new(&python)
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} ({error}): {HOW}", python.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(Duration::from_secs(20), lines.next_line()).await.unwrap().unwrap();
        let first = first.unwrap_or_else(|| panic!("the mail server of the tests did not start: {HOW}"));
        let first: Value = serde_json::from_str(&first).unwrap();
        Self { port: first["port"].as_u64().unwrap(), lines, _child: child }
    }

    async fn next(&mut self) -> Value {
        let line = timeout(Duration::from_secs(10), self.lines.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

const HOW: &str = "run ./test once, or ./setup, which install what the tests need, or name a Python that has \
                   clients/requirements.txt in BONAFIDE_TEST_PYTHON";

const TO: &str = "anna@example.org";
const ORGANIZATION: &str =
    "Exämple Bank & Söhne für Anlagen, Kredite und noch viel mehr, was die Zeile lang macht";
const PERSON: &str = "Zoë «Ann» O'Brien";
const ID: &str = "01jd8x5m3q0000000000000001";
const LINK: &str = "https://verify.example.org/v/8Qm2x4nRb7?a=1&b=2";

fn inviter(port: u64, settings: Value) -> Inviter {
    let mut smtp = json!({
        "server": "localhost", "port": port, "tls": "none", "from": "Prüfstelle <identity@example.org>", "timeout_s": 10,
    });
    smtp.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let config: Config = serde_json::from_value(json!({ "smtp": smtp })).unwrap();
    Inviter::new(config).unwrap()
}

fn invitation() -> Invitation<'static> {
    Invitation {
        channel: Channel::Email,
        to: TO,
        kind: Kind::Invitation,
        language: "de",
        organization: ORGANIZATION,
        person: Some(PERSON),
        link: LINK,
        expires_at: Timestamp::parse("2026-11-26T14:05:00Z").unwrap(),
        id: ID.parse().unwrap(),
    }
}

fn code() -> CodeMessage<'static> {
    CodeMessage {
        channel: Channel::Email,
        to: TO,
        language: "ar-EG",
        organization: ORGANIZATION,
        person: Some(PERSON),
        code: "407316",
        expires_at: Timestamp::parse("2026-11-24T08:00:00Z").unwrap(),
        host: Some("verify.example.org"),
        id: ID.parse().unwrap(),
    }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T08:00:00Z").unwrap()
}

fn header<'a>(message: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = message["headers"].as_array().unwrap().iter();
    headers.filter(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_word_arrives() {
    let mut server = Server::start(&[]).await;
    let inviter = inviter(server.port, json!({}));
    for (language, kind, subject, greeting) in [
        (
            "de-AT",
            Kind::Invitation,
            format!("{ORGANIZATION} bittet Sie, Ihre Identität zu bestätigen"),
            "Guten Tag",
        ),
        ("ar", Kind::Invitation, format!("تطلب منك {ORGANIZATION} التحقق من هويتك"), "مرحبًا"),
        (
            "fr",
            Kind::Reminder,
            format!("Rappel : {ORGANIZATION} attend la vérification de votre identité"),
            "Bonjour",
        ),
    ] {
        let sent = inviter.send(&Invitation { language, kind, ..invitation() }, now()).await.unwrap();
        let message = server.next().await;
        assert_eq!(sent.language, language.split('-').next().unwrap());
        assert_eq!(
            (&message["sender"], &message["recipients"]),
            (&json!("identity@example.org"), &json!([TO]))
        );
        assert_eq!(message["defects"], json!([]), "{}", message["raw"]);
        assert_eq!(header(&message, "subject"), [subject.as_str()]);
        assert_eq!(header(&message, "from"), ["Prüfstelle <identity@example.org>"]);
        assert_eq!(header(&message, "to"), [TO]);
        assert_eq!(header(&message, "date"), ["Mon, 23 Nov 2026 08:00:00 +0000"]);
        assert_eq!(header(&message, "auto-submitted"), ["auto-generated"]);
        assert_eq!(header(&message, "content-language"), [sent.language.as_str()]);
        assert_eq!(header(&message, "message-id"), [sent.id.as_str()]);
        assert_eq!(sent.id, format!("<{ID}@example.org>"));
        assert_eq!(header(&message, "x-invitation-id"), [ID]);
        assert!(header(&message, "list-unsubscribe").is_empty() && header(&message, "bcc").is_empty());

        assert_eq!(message["type"], "multipart/alternative");
        let parts = message["parts"].as_array().unwrap();
        let kinds: Vec<_> = parts.iter().map(|part| (&part["type"], &part["charset"])).collect();
        assert_eq!(kinds, [(&json!("text/plain"), &json!("utf-8")), (&json!("text/html"), &json!("utf-8"))]);
        let [text, html] = [0, 1].map(|at| parts[at]["text"].as_str().unwrap());
        assert!(text.starts_with(&format!("{greeting} {PERSON}")), "{text}");
        assert!(text.contains(ORGANIZATION) && text.lines().any(|line| line == LINK), "{text}");
        assert!(html.contains(&format!("lang=\"{}\"", sent.language)) && html.contains(greeting), "{html}");
        assert!(html.contains("Exämple Bank &amp; Söhne") && html.contains("O&#x27;Brien"), "{html}");
        assert_eq!(html.contains("dir=\"rtl\""), language == "ar");
        let raw = message["raw"].as_str().unwrap();
        assert!(raw.is_ascii() && raw.lines().all(|line| line.len() <= 998));
    }
}

#[tokio::test]
async fn a_code_arrives_and_is_no_invitation() {
    let mut server = Server::start(&[]).await;
    let inviter = inviter(server.port, json!({}));
    let sent = inviter.send_code(&code(), now()).await.unwrap();
    let message = server.next().await;
    assert_eq!((message["defects"].clone(), message["recipients"].clone()), (json!([]), json!([TO])));
    assert_eq!((sent.id, sent.language.as_str()), (format!("<{ID}@example.org>"), "ar"));
    // What is reported by this header is the fate of an invitation.
    assert_eq!(header(&message, "x-invitation-id"), Vec::<&str>::new());
    assert_eq!(header(&message, "auto-submitted"), ["auto-generated"]);
    assert_eq!(header(&message, "content-language"), ["ar"]);
    let headers = message["headers"].to_string();
    assert!(headers.contains(ORGANIZATION) && !headers.contains("407316"), "{headers}");
    let [text, html] = [0, 1].map(|at| message["parts"][at]["text"].as_str().unwrap());
    assert!(text.lines().any(|line| line == "407316") && text.contains("UTC"), "{text}");
    assert!(html.contains("dir=\"rtl\"") && html.contains(">407316</p>") && !html.contains("href"), "{html}");
    // An invitation has no code to show.
    let failure = inviter.send(&Invitation { kind: Kind::Code, ..invitation() }, now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::WORDING_FAILED, false), "{failure}");
}

#[tokio::test]
async fn a_code_that_did_not_arrive_is_not_repeated_in_the_failure() {
    let server = Server::start(&[]).await;
    let inviter = inviter(server.port, json!({}));
    for (to, expected) in [
        ("bounce@example.org", (NotSent::ADDRESS_REFUSED, true)),
        ("spam@example.org", (NotSent::MESSAGE_REFUSED, true)),
        ("later@example.org", (NotSent::DEFERRED, false)),
        ("no address", (NotSent::ADDRESS_MALFORMED, true)),
    ] {
        let failure = inviter.send_code(&CodeMessage { to, ..code() }, now()).await.unwrap_err();
        assert_eq!((failure.code, failure.permanent), expected, "{failure}");
        let printed = format!("{failure} {failure:?}");
        for hidden in ["407316", to, "example.org", "Exämple", "Zoë"] {
            assert!(!printed.contains(hidden), "{printed}");
        }
    }
    let nobody = Inviter::new(Config::default()).unwrap();
    let failure = nobody.send_code(&code(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::NOT_SET_UP, false), "{failure}");
}

#[tokio::test]
async fn a_repeat_is_the_same_message() {
    let mut server = Server::start(&[]).await;
    let inviter = inviter(server.port, json!({}));
    let mut seen = vec![];
    for id in [ID, ID, "01jd8x5m3q0000000000000002"] {
        let id = id.parse().unwrap();
        let sent = inviter.send(&Invitation { id, ..invitation() }, now()).await.unwrap();
        seen.push((sent.id, server.next().await["raw"].clone()));
    }
    assert_eq!(seen[0], seen[1], "to the last byte");
    assert_ne!(seen[0].0, seen[2].0);
}

#[tokio::test]
async fn nobody_writes_headers_through_a_name() {
    let mut server = Server::start(&[]).await;
    let inviter = inviter(server.port, json!({}));
    let evil = "Bank\r\nBcc: everybody@example.org\r\n\r\nBody\r\n.\r\nRCPT TO:<other@example.org>";
    let about = Invitation {
        organization: evil,
        person: Some(evil),
        link: "https://example.org/\r\nBcc: everybody@example.org",
        ..invitation()
    };
    inviter.send(&about, now()).await.unwrap();
    let message = server.next().await;
    assert_eq!(message["recipients"], json!([TO]));
    assert_eq!(message["defects"], json!([]));
    let mut names: Vec<_> =
        message["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect();
    names.sort_unstable();
    let expected = [
        "auto-submitted",
        "content-language",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
        "x-invitation-id",
    ];
    // The server adds who gave it the message.
    names.retain(|name| !matches!(*name, "x-peer" | "x-mailfrom" | "x-rcptto"));
    assert_eq!(names, expected);
    let about = Invitation { to: "anna@example.org>\r\nRCPT TO:<other@example.org", ..invitation() };
    let failure = inviter.send(&about, now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::ADDRESS_MALFORMED, true));
}

#[tokio::test]
async fn refusals_are_told_apart_and_say_nothing_of_the_person() {
    let server = Server::start(&[]).await;
    let patient = inviter(server.port, json!({"timeout_s": 60}));
    let hurried = inviter(server.port, json!({"timeout_s": 1}));
    for (who, code, permanent, detail) in [
        ("bounce", NotSent::ADDRESS_REFUSED, true, "the mail server answered RCPT TO with 550 5.1.1"),
        ("full", NotSent::MAILBOX_FULL, false, "the mail server answered RCPT TO with 452 4.2.2"),
        ("later", NotSent::DEFERRED, false, "the mail server answered RCPT TO with 451 4.7.1"),
        ("relay", NotSent::AUTH_FAILED, false, "the mail server answered RCPT TO with 530 5.7.0"),
        ("spam", NotSent::MESSAGE_REFUSED, true, "the mail server answered DATA with 554 5.7.1"),
        ("slow", NotSent::TIMEOUT, false, "the mail server was not done within 1 s"),
        ("jörg", "", false, ""),
        ("not an address", NotSent::ADDRESS_MALFORMED, true, "is not an e-mail address; write name@domain"),
    ] {
        let to = format!("{who}@example.org");
        let inviter = if who == "slow" { &hurried } else { &patient };
        let answer = inviter.send(&Invitation { to: &to, ..invitation() }, now()).await;
        if code.is_empty() {
            answer.unwrap();
            continue;
        }
        let failure = answer.unwrap_err();
        assert_eq!(
            (failure.code, failure.permanent, failure.detail.as_str()),
            (code, permanent, detail),
            "{who}"
        );
        let printed = format!("{failure} {failure:?}");
        for personal in [to.as_str(), "example.org", "Exämple", "Zoë", "8Qm2x4nRb7"] {
            assert!(!printed.contains(personal), "{printed}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_bounce() {
    // Bound, so that nobody else gets it, and not listened on.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port().into();
    let failure = inviter(port, json!({"server": "127.0.0.1"})).send(&invitation(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::UNREACHABLE, false), "{failure}");
    let failure =
        inviter(port, json!({"server": "mail.invalid"})).send(&invitation(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::UNREACHABLE, false), "{failure}");
    // One that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().into();
    let failure = inviter(port, json!({"timeout_s": 1})).send(&invitation(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::TIMEOUT, false), "{failure}");
}

#[tokio::test]
async fn a_login_is_sent_and_a_wrong_one_is_the_operators_matter() {
    let mut server = Server::start(&["--login", "postman", "s3cret"]).await;
    let right = inviter(server.port, json!({"username": "postman", "password": "s3cret"}));
    right.send(&invitation(), now()).await.unwrap();
    assert_eq!(server.next().await["login"], true);
    for login in [json!({"username": "postman", "password": "wrong"}), json!({})] {
        let failure = inviter(server.port, login).send(&invitation(), now()).await.unwrap_err();
        assert_eq!((failure.code, failure.permanent), (NotSent::AUTH_FAILED, false), "{failure}");
        assert!(!format!("{failure:?}").contains("wrong"));
    }
    let none = Server::start(&[]).await;
    let failure = inviter(none.port, json!({"username": "postman", "password": "s3cret"}));
    let failure = failure.send(&invitation(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::AUTH_FAILED, false), "{failure}");
}

/// A certificate of our own for localhost, and its key.
fn certificate() -> (TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (folder, cert, key)
}

#[tokio::test]
async fn a_connection_is_protected_and_the_certificate_verified() {
    let (_folder, cert, key) = certificate();
    for (tls, more) in [("starttls", &[][..]), ("implicit", &["--implicit"])] {
        let mut server = Server::start(&[&["--tls", &cert, &key], more].concat()).await;
        let trusting = inviter(server.port, json!({"tls": tls, "ca": cert}));
        trusting.send(&invitation(), now()).await.unwrap();
        assert_eq!(server.next().await["tls"], true);
        for (settings, why) in [
            (json!({"tls": tls}), "nobody vouches for it"),
            (json!({"tls": tls, "ca": cert, "server": "127.0.0.1"}), "another name"),
        ] {
            let failure = inviter(server.port, settings).send(&invitation(), now()).await.unwrap_err();
            assert_eq!((failure.code, failure.permanent), (NotSent::TLS_FAILED, false), "{why}: {failure}");
        }
    }
    let plain = Server::start(&[]).await;
    let failure =
        inviter(plain.port, json!({"tls": "starttls"})).send(&invitation(), now()).await.unwrap_err();
    assert_eq!((failure.code, failure.permanent), (NotSent::TLS_FAILED, false), "{failure}");
}
