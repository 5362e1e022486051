//! The server is killed without warning while a person's device is in the middle of its steps. Started again, it takes the
//! same capture token, has everything that it answered with a yes, and comes to a decision.

use std::{
    io::Write,
    net::TcpStream,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use crate::support::{Client, Installation, Server, sample};

#[tokio::test(flavor = "multi_thread")]
async fn twelve_kills_on_sqlite() {
    kills(Installation::new(None), 2, &[0.0, 0.1, 0.5, 0.9]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_kills_on_postgres() {
    kills(Installation::new(Some(bonafide_testkit::postgres::database())), 1, &[0.3]).await;
}

/// Kills each kind of giving so many times, and the checks of one person each at these parts of what they take.
async fn kills(installation: Installation, times: u64, parts: &[f64]) {
    let server = installation.serve();
    let (device, session) = Device::asked(&server, &installation).await;
    let taken = device.post("session/consent", json!({"given": true})).await;
    assert_eq!(taken.unwrap().0, 200);

    half_a_picture_is_none(&installation, server, &device).await;
    let (mut draft, mut given) = (0, 0);
    for n in 0..times {
        let after = Duration::from_millis(150 + 90 * n);
        draft = drafts_are_kept(&installation, &device, after, draft).await;
        given = what_was_given_is_kept(&installation, &device, after, given).await;
        a_picture_is_kept(&installation, &device, after).await;
    }
    a_challenge_is_kept(&installation, &device).await;

    // What is left: no step that was taken is asked for again.
    let server = installation.serve();
    let at = device.at(&server);
    let session_now = at.session().await;
    assert_eq!((&session_now["next"], state(&session_now, "financial")), (&json!("consent"), "submitted"));
    at.rest().await;
    let start = Instant::now();
    at.hand_in().await;
    let whole = start.elapsed();
    is_decided_once(&server, &installation, &session).await;

    let mut server = server;
    for part in parts {
        let (device, session) = Device::asked(&server, &installation).await;
        device.post("session/consent", json!({"given": true})).await.unwrap();
        device.picture().await.unwrap();
        device.post("steps/biometric_face/challenge", json!({})).await.unwrap();
        device.face().await.unwrap();
        device.put("steps/financial", financial(1)).await.unwrap();
        device.rest().await;
        let after = whole.mul_f64(*part);
        server = handing_in_is_carried_on(&installation, server, &device, &session, after).await;
    }
    server.kill();
}

/// A device that has sent half of a picture when the server dies has given none.
async fn half_a_picture_is_none(installation: &Installation, server: Server, device: &Device) {
    let picture = std::fs::read(sample("passport.jpg")).unwrap();
    let part = "--line\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\r\n";
    let head = format!(
        "POST /capture/steps/document/front HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=line\r\nContent-Length: {}\r\n\r\n{part}",
        device.token,
        part.len() + picture.len() + "\r\n--line--\r\n".len(),
    );
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&picture[..picture.len() / 2]).unwrap();
    stream.flush().unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.kill();
    let server = installation.serve();
    let now = device.at(&server).session().await;
    assert_eq!((&now["next"], state(&now, "document")), (&json!("document"), "pending"), "{now:#}");
    server.kill();
}

/// `before` is the number of the one that is there; so is what is returned.
async fn drafts_are_kept(installation: &Installation, device: &Device, after: Duration, before: u64) -> u64 {
    let write = async |device: Device, n: u64| device.put("steps/attestation/draft", json!({"n": n})).await;
    let (sent, now) = interrupted(installation, device, after, before, write).await;
    sent.has(step(&now, "attestation")["draft"]["n"].as_u64(), "draft")
}

async fn what_was_given_is_kept(
    installation: &Installation,
    device: &Device,
    after: Duration,
    before: u64,
) -> u64 {
    let give = async |device: Device, n: u64| device.put("steps/financial", financial(n)).await;
    let (sent, now) = interrupted(installation, device, after, before, give).await;
    assert_eq!(state(&now, "financial"), "submitted", "{now:#}");
    let occupation = step(&now, "financial")["data"]["occupation"].as_str().unwrap();
    sent.has(occupation.rsplit_once(' ').map(|(_, n)| n.parse().unwrap()), "step")
}

async fn a_picture_is_kept(installation: &Installation, device: &Device, after: Duration) {
    let send = async |device: Device, _| device.picture().await;
    let (sent, now) = interrupted(installation, device, after, 0, send).await;
    let pictures = step(&now, "document")["pictures"].as_array().unwrap().len();
    // Each takes the place of the one before.
    assert!(pictures == 1 || (pictures == 0 && sent.taken == 0), "{pictures} of {sent:?}");
}

/// The movements of a face are asked for before and answered after.
async fn a_challenge_is_kept(installation: &Installation, device: &Device) {
    let server = installation.serve();
    let at = device.at(&server);
    if step(&at.session().await, "document")["pictures"] == json!([]) {
        assert_eq!(at.picture().await.unwrap().0, 200);
    }
    assert_eq!(at.post("steps/biometric_face/challenge", json!({})).await.unwrap().0, 200);
    server.kill();
    let server = installation.serve();
    let (status, now) = device.at(&server).face().await.unwrap();
    assert_eq!((status, &step(&now, "biometric_face")["pictures"]), (200, &json!(["selfie"])), "{now:#}");
    server.kill();
}

/// Killed so long after the person submitted; the server that went on.
async fn handing_in_is_carried_on(
    installation: &Installation,
    server: Server,
    device: &Device,
    session: &str,
    after: Duration,
) -> Server {
    let submitting = tokio::spawn({
        let device = device.clone();
        async move { device.post("session/submit", json!({})).await }
    });
    tokio::time::sleep(after).await;
    server.kill();
    let answered = submitting.await.unwrap();
    let server = installation.serve();
    device.at(&server).hand_in().await;
    is_decided_once(&server, installation, session).await;
    if let Some((status, answer)) = answered {
        assert_eq!((status, &answer["outcome"]), (200, &json!("done")), "{answer}");
    }
    server
}

/// What a device sent before nobody answered any more, by its numbers.
#[derive(Debug)]
struct Sent {
    /// The last one that was answered with yes.
    taken: u64,
    last: u64,
}

impl Sent {
    /// The last that was taken is there, or the one that was on its way.
    fn has(&self, n: Option<u64>, what: &str) -> u64 {
        let n = n.unwrap_or_else(|| panic!("no {what} of {self:?}"));
        assert!((self.taken..=self.last).contains(&n), "{what} {n} of {self:?}");
        n
    }
}

/// Sends one after the other until the server dies; what was sent, and the session as the next server tells it.
async fn interrupted<F>(
    installation: &Installation,
    device: &Device,
    after: Duration,
    before: u64,
    send: F,
) -> (Sent, Value)
where
    F: AsyncFn(Device, u64) -> Option<(u16, Value)>,
{
    let server = installation.serve();
    let at = device.at(&server);
    let mut sent = Sent { taken: before, last: before };
    // A busy machine takes its time for the first one.
    let begun = tokio::sync::Notify::new();
    let sending = async {
        for n in before + 1.. {
            sent.last = n;
            match send(at.clone(), n).await {
                Some((200 | 204, _)) => {
                    sent.taken = n;
                    begun.notify_one();
                }
                // So many that they are told to wait.
                Some((429, _)) => tokio::time::sleep(Duration::from_millis(10)).await,
                Some((status, answer)) => panic!("{status} {answer}"),
                None => break,
            }
        }
    };
    let killing = async {
        begun.notified().await;
        tokio::time::sleep(after).await;
        tokio::task::spawn_blocking(|| server.kill()).await.unwrap();
    };
    tokio::join!(sending, killing);
    let server = installation.serve();
    let now = device.at(&server).session().await;
    server.kill();
    (sent, now)
}

/// Each check left its mark once, and what was decided was decided once.
async fn is_decided_once(server: &Server, installation: &Installation, session: &str) {
    let client = Client::connect(server, installation).await;
    let read = client.read(session).await.unwrap();
    let history = read["history"].as_array().unwrap_or_else(|| panic!("{read:#}"));
    for event in ["created", "capturing", "processing", "approved"] {
        let seen = history.iter().filter(|line| line["event"] == event).count();
        assert_eq!(seen, 1, "{event} in {history:#?}");
    }
    for job in ["read_document", "match_faces", "check_liveness", "check_steps"] {
        let seen = history.iter().filter(|line| line["detail"]["job"] == job).count();
        assert_eq!(seen, 1, "{job} in {history:#?}");
    }
}

/// A person's device.
#[derive(Clone)]
struct Device {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Device {
    /// Of a new session, whose id it returns.
    async fn asked(server: &Server, installation: &Installation) -> (Self, String) {
        #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
        let http = reqwest::Client::builder().timeout(Duration::from_secs(90)).build().unwrap();
        let steps = ["document", "biometric_face", "financial", "consent", "attestation"];
        let body = json!({"type": "kyc", "requirements": steps});
        let request = http.post(format!("{}/v2/api/requests", server.url));
        let made = request.header("X-Api-Key", &installation.api_key).json(&body).send().await.unwrap();
        let made: Value = made.json().await.unwrap();
        let token = made["accessToken"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        let session = made["id"].as_str().unwrap().trim_start_matches("req_").to_owned();
        (Self { http, url: server.url.clone(), token }, session)
    }

    /// The same token, shown to another server.
    fn at(&self, server: &Server) -> Self {
        Self { url: server.url.clone(), ..self.clone() }
    }

    /// `None` when nobody answered.
    async fn send(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let answer = request.bearer_auth(&self.token).send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Option<(u16, Value)> {
        let url = format!("{}/capture/{path}", self.url);
        self.send(self.http.request(method, url).json(&body)).await
    }

    async fn post(&self, path: &str, body: Value) -> Option<(u16, Value)> {
        self.ask(Method::POST, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> Option<(u16, Value)> {
        self.ask(Method::PUT, path, body).await
    }

    async fn session(&self) -> Value {
        let request = self.http.get(format!("{}/capture/session", self.url));
        let (status, session) = self.send(request).await.unwrap();
        assert_eq!(status, 200, "{session}");
        session
    }

    async fn picture(&self) -> Option<(u16, Value)> {
        let bytes = std::fs::read(sample("passport.jpg")).unwrap();
        let form = multipart::Form::new()
            .text("document_type", "passport")
            .part("image", multipart::Part::bytes(bytes).file_name("a.jpg"));
        let url = format!("{}/capture/steps/document/front", self.url);
        self.send(self.http.post(url).multipart(form)).await
    }

    /// To a challenge that was asked for.
    async fn face(&self) -> Option<(u16, Value)> {
        let image = BASE64_STANDARD.encode(std::fs::read(sample("selfie.jpg")).unwrap());
        self.post("steps/biometric_face", json!({"frames": [{"image": image, "at_ms": 900}]})).await
    }

    /// What is only said yes to.
    async fn rest(&self) {
        let yes = json!({
            "text_version": "2026-11", "language": "en", "agreed": true, "signature": {"typed": "Raphael Hythloday"},
        });
        for step in ["consent", "attestation"] {
            let (status, now) = self.put(&format!("steps/{step}"), yes.clone()).await.unwrap();
            assert_eq!((status, state(&now, step)), (200, "submitted"), "{now:#}");
        }
    }

    /// Submits, as often as it takes: what was decided meanwhile is over for the device.
    async fn hand_in(&self) {
        for _ in 0..300 {
            match self.post("session/submit", json!({})).await.unwrap() {
                (200, answer) => return assert_eq!(answer, json!({"outcome": "done", "steps": []})),
                (410, _) => return,
                (503, _) => tokio::time::sleep(Duration::from_millis(200)).await,
                (status, answer) => panic!("{status} {answer}"),
            }
        }
        panic!("the checks go on and on");
    }
}

fn financial(n: u64) -> Value {
    json!({
        "employment": "employed", "occupation": format!("Engineer {n}"), "employer": "Nord",
        "source_of_funds": ["employment"], "source_of_wealth": ["savings"], "currency": "CAD", "annual_income": 90000,
        "net_worth": 250000,
        "expected_activity": {
            "purpose": "Savings", "transactions_a_month": 4, "amount_a_month": 2000, "countries": ["CA"],
        },
        "third_party": {"acts_for_another": false},
    })
}

#[track_caller]
fn step<'a>(session: &'a Value, kind: &str) -> &'a Value {
    let steps = session["steps"].as_array().unwrap_or_else(|| panic!("{session:#}"));
    steps.iter().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {session:#}"))
}

#[track_caller]
fn state<'a>(session: &'a Value, kind: &str) -> &'a str {
    step(session, kind)["state"].as_str().unwrap()
}
