//! This API and those through which verifications are made, with a database of their own, a clock that stands and a mail
//! server; one organization, and people's devices.

use std::sync::{Arc, LazyLock, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_checks::models::Models;
use bonafide_core::{id::VerificationId, step::StepKind};
use bonafide_engine::{
    Caller, Engine, Settings, capture,
    verifications::{self, NewVerification, View},
};
use bonafide_testkit::{
    data,
    engine::{Setup, Started, organization, with_jobs},
    mail::mail_server,
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The installed networks, loaded once for all tests.
static MODELS: LazyLock<Arc<Models>> =
    LazyLock::new(|| Arc::new(bonafide_models::load(&bonafide_models::Options::default())));

pub struct App {
    started: Option<Started>,
    sandbox: bool,
    router: Router,
    /// Who makes verifications.
    pub maker: Caller,
    /// What the mail server took.
    pub mail: Arc<Mutex<Vec<String>>>,
}

/// A person's device: what it sends as its credential.
#[derive(Clone)]
pub struct Device {
    pub token: String,
    pub session: VerificationId,
}

/// An answer: status, JSON body (null when it is not JSON).
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// A refusal: the code, and the fields it names.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Vec<String> {
        let told = (self.status.as_u16(), self.body["code"].as_str());
        assert_eq!(told, (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.body);
        let fields = self.body["errors"].as_array().cloned().unwrap_or_default();
        fields.iter().filter_map(|f| f["field"].as_str().map(str::to_owned)).collect()
    }
}

fn router(engine: &Engine) -> Router {
    let dialects = [
        &bonafide_capture::DIALECT,
        &bonafide_athenty::DIALECT,
        &bonafide_console::DIALECT,
        &bonafide_vult::DIALECT,
    ];
    bonafide_http::server(&dialects, engine.clone(), &Default::default(), Router::new())
}

impl App {
    /// A sandbox without networks: every check that is not steered is not assessed. `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::of(database, true, Settings::default()).await
    }

    /// A live organization whose people are really looked at.
    pub async fn looking() -> Self {
        Self::of("sqlite", false, Settings::default()).await
    }

    /// The first, where nobody waits for a result that is not there yet.
    pub async fn impatient() -> Self {
        Self::of("sqlite", true, Settings { result_patience_s: 0, ..Settings::default() }).await
    }

    async fn of(database: &str, sandbox: bool, settings: Settings) -> Self {
        let (inviter, mail) = mail_server().await;
        let capture_url = "https://id.example.com/come#{link}".to_owned();
        let settings =
            Settings { capture_url, per_minute: 100_000, per_minute_organization: 100_000, ..settings };
        let models = if sandbox { Arc::default() } else { MODELS.clone() };
        let setup = Setup { models, inviter, settings, ..Setup::default() };
        let started = setup.start(database).await;
        let maker = organization(&started.engine, "Acme Notaries", sandbox).await;
        let router = router(&started.engine);
        Self { started: Some(started), sandbox, router, maker, mail }
    }

    fn started(&self) -> &Started {
        self.started.as_ref().unwrap()
    }

    pub fn engine(&self) -> &Engine {
        &self.started().engine
    }

    /// Database, pictures and lists.
    pub fn folder(&self) -> &std::path::Path {
        self.started().folder.path()
    }

    pub fn clock(&self) -> &FixedClock {
        &self.started().clock
    }

    /// Another process on the same database, after this one ended.
    pub async fn restart(&mut self) {
        let before = self.started.take().unwrap();
        let (inviter, mail) = mail_server().await;
        let models = if self.sandbox { Arc::default() } else { MODELS.clone() };
        let settings = before.engine.settings.clone();
        self.router = Router::new();
        let started = before.again(Setup { models, inviter, settings, ..Setup::default() }).await;
        self.router = router(&started.engine);
        (self.started, self.mail) = (Some(started), mail);
    }

    /// Who makes verifications in another organization.
    pub async fn stranger(&self) -> Caller {
        organization(self.engine(), "second", true).await
    }

    pub async fn created(&self, steps: &[StepKind]) -> VerificationId {
        self.created_with(NewVerification { steps: steps.to_vec(), ..NewVerification::default() }).await
    }

    /// In a sandbox every check comes out clear.
    pub async fn created_with(&self, new: NewVerification) -> VerificationId {
        let clear = json!({"sandbox": {
            "document": "clear", "face": "clear", "liveness": "clear", "screening": "clear",
        }});
        let settings = if self.sandbox && new.settings.is_null() { clear } else { new.settings.clone() };
        let new = NewVerification { dialect: "athenty", settings, ..new };
        verifications::create(self.engine(), &self.maker, new).await.unwrap()
    }

    /// The device of somebody who was asked for these steps.
    pub async fn device(&self, steps: &[StepKind]) -> Device {
        self.device_of(self.created(steps).await).await
    }

    pub async fn device_of(&self, session: VerificationId) -> Device {
        let token = capture::issue(self.engine(), &self.maker, session).await.unwrap().to_string();
        Device { token, session }
    }

    /// The same, after the person consented.
    pub async fn consented(&self, steps: &[StepKind]) -> Device {
        let device = self.device(steps).await;
        self.post(&device, "/capture/session/consent", json!({"given": true})).await.ok();
        device
    }

    /// The one-time code of a link, as a hosted page finds it behind the `#`.
    pub async fn link(&self, session: VerificationId) -> String {
        let link = capture::link(self.engine(), &self.maker, session).await.unwrap();
        link.rsplit_once('#').unwrap().1.to_owned()
    }

    pub async fn exchange(&self, code: &str) -> Answer {
        let request = Request::post("/capture/token")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({"link": code}).to_string()));
        self.send(request.unwrap()).await
    }

    pub async fn ask(&self, method: Method, token: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        self.send(request.unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    pub async fn session(&self, device: &Device) -> Value {
        self.ask(Method::GET, &device.token, "/capture/session", None).await.ok()
    }

    pub async fn post(&self, device: &Device, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, &device.token, path, Some(body)).await
    }

    /// Gives a step.
    pub async fn put(&self, device: &Device, step: &str, body: Value) -> Answer {
        self.ask(Method::PUT, &device.token, &format!("/capture/steps/{step}"), Some(body)).await
    }

    /// Sends a form with a picture: `step` is for instance `document/front`.
    pub async fn picture(
        &self,
        device: &Device,
        step: &str,
        texts: &[(&str, &str)],
        image: Option<&[u8]>,
    ) -> Answer {
        const LINE: &str = "----------bonafide-test";
        let mut body = vec![];
        for (name, value) in texts {
            let part = format!("Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(format!("--{LINE}\r\n{part}").bytes());
        }
        if let Some(image) = image {
            let head = "Content-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
            body.extend(format!("--{LINE}\r\n{head}\r\n\r\n").bytes());
            body.extend(image);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{LINE}--\r\n").bytes());
        let request = Request::post(format!("/capture/steps/{step}"))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", device.token))
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// The face of the sample person.
    pub async fn face(&self, device: &Device) -> Answer {
        self.post(device, "/capture/steps/biometric_face/challenge", json!({})).await.ok();
        let frames = json!([{"image": BASE64_STANDARD.encode(sample("selfie.jpg")), "at_ms": 900}]);
        self.post(device, "/capture/steps/biometric_face", json!({ "frames": frames })).await
    }

    /// Hands in and runs the checks in this task.
    pub async fn submit(&self, device: &Device) -> Answer {
        with_jobs(self.engine(), self.post(device, "/capture/session/submit", json!({}))).await
    }

    /// What the organization sees.
    pub async fn view(&self, session: VerificationId) -> View {
        verifications::read(self.engine(), &self.maker, session).await.unwrap()
    }

    /// The digits of the code in the last mail.
    pub fn code(&self) -> String {
        let mail = self.mail.lock().unwrap();
        let text = mail.last().expect("a mail");
        let body = text.split_once("\n\n").expect("a head and a body").1;
        let words = body.split(|c: char| !c.is_ascii_digit());
        let six = words.filter(|word| word.len() == 6);
        six.map(str::to_owned).next().unwrap_or_else(|| panic!("no code in {text}"))
    }
}

/// A step of a session's answer.
#[track_caller]
pub fn step<'a>(session: &'a Value, kind: &str) -> &'a Value {
    let steps = session["steps"].as_array().unwrap();
    steps.iter().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {session:#}"))
}

/// A picture of the sample person.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(data::sample(name)).unwrap()
}
