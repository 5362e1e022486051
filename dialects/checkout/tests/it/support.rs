//! The Identities API, that of people's devices and our own beside it, with a database of their own, a clock that stands and
//! one organization.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_checks::models::Models;
use bonafide_core::{event::Message, id::VerificationId};
use bonafide_engine::{Caller, Engine, jobs};
use bonafide_testkit::{
    data,
    engine::{Setup, Started, new_key, organization, with_jobs},
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The installed networks, loaded once for all tests.
static MODELS: LazyLock<Arc<Models>> =
    LazyLock::new(|| Arc::new(bonafide_models::load(&bonafide_models::Options::default())));

/// What this server is called outside.
pub const URL: &str = "https://id.example.com";

#[derive(Clone)]
pub struct App {
    pub engine: Engine,
    pub clock: Arc<FixedClock>,
    pub folder: Arc<tempfile::TempDir>,
    router: Router,
    /// Who makes applicants, as the engine knows them.
    pub caller: Caller,
    /// Their key.
    pub key: String,
}

/// An answer: status, JSON body (null when it is not JSON), and the bytes as they came.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.is_whole();
        self.body
    }

    #[track_caller]
    pub fn created(self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        self.ok()
    }

    /// A refusal in the vendor's envelope: its codes.
    #[track_caller]
    pub fn refused(self, status: u16, error_type: &str) -> Vec<String> {
        assert_eq!(
            (self.status.as_u16(), &self.body["error_type"]),
            (status, &json!(error_type)),
            "{}",
            self.body
        );
        self.is_whole();
        let members: Vec<&str> = self.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["error_codes", "error_type", "message", "request_id"]);
        assert_eq!(self.body["request_id"], self.headers["cko-request-id"].to_str().unwrap());
        assert!(self.body["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.body);
        let codes = self.body["error_codes"].as_array().unwrap();
        codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    /// A body that is not valid: the codes of its fields.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        self.refused(422, "invalid_request")
    }

    /// What every answer of this API has, and the vendor's programs rely on.
    #[track_caller]
    fn is_whole(&self) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/json");
        assert!(self.body.is_object(), "{}", self.body);
        assert!(!self.headers["cko-request-id"].is_empty());
        assert_eq!(self.headers["cko-request-id"], self.headers["x-request-id"]);
        assert_eq!(self.headers["cko-version"], "2.0.0");
        assert!(!bonafide_testkit::events::holds_null(&self.body), "{}", self.body);
    }
}

impl App {
    /// A sandbox without networks: every check that is not steered is not assessed. `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::of(database, Setup::default(), true).await
    }

    /// A live organization whose people are really looked at.
    pub async fn looking() -> Self {
        Self::looking_with(|_| {}).await
    }

    /// The same, set up a little otherwise.
    pub async fn looking_with(change: impl FnOnce(&mut Setup)) -> Self {
        let mut setup = Setup { models: MODELS.clone(), ..Setup::default() };
        change(&mut setup);
        Self::of("sqlite", setup, false).await
    }

    pub async fn of(database: &str, setup: Setup, sandbox: bool) -> Self {
        let mut setup =
            Setup { dialects: bonafide_checkout::DIALECT.webhooks.into_iter().collect(), ..setup };
        setup.settings.public_url = URL.to_owned();
        setup.settings.capture_url = format!("{URL}/come#{{link}}");
        setup.settings.max_pictures = 60;
        let Started { engine, clock, folder, .. } = setup.start(database).await;
        let dialects = [&bonafide_checkout::DIALECT, &bonafide_capture::DIALECT, &bonafide_console::DIALECT];
        let router = bonafide_http::server(&dialects, engine.clone(), &Default::default(), Router::new());
        let caller = organization(&engine, "first", sandbox).await;
        let key = new_key(&engine, &caller, "verifications").await;
        Self { engine, clock, folder, router, caller, key }
    }

    /// Another key of the same organization.
    pub async fn new_key(&self, scopes: &str) -> String {
        new_key(&self.engine, &self.caller, scopes).await
    }

    /// The key of another organization.
    pub async fn stranger(&self) -> String {
        let caller = organization(&self.engine, "second", true).await;
        new_key(&self.engine, &caller, "verifications").await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body, bytes: bytes.into() }
    }

    /// As the vendor's programs ask: with a content type, whether there is a body or not.
    pub async fn ask(&self, method: &str, key: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", &self.key, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", &self.key, path, Some(body)).await
    }

    /// Without a body.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.ask("POST", &self.key, path, None).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", &self.key, path, Some(body)).await
    }

    /// A form, without a credential of ours.
    pub async fn form(&self, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let mut request = Request::post(path).header(header::CONTENT_TYPE, kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// A new applicant.
    pub async fn applicant(&self, body: Value) -> Value {
        self.post("/applicants", body).await.created()
    }

    /// A person opens the link of an attempt: the token of their device.
    pub async fn device(&self, verification_url: &str) -> String {
        let code = verification_url.rsplit_once('#').unwrap().1;
        let request = Request::post("/capture/token")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Mozilla/5.0 (iPhone)")
            .body(Body::from(json!({"link": code}).to_string()));
        let answer = self.send(request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    /// A device goes on.
    pub async fn on_device(&self, token: &str, path: &str, body: Value) -> Answer {
        self.ask("POST", token, path, Some(body)).await
    }

    /// A person on their device agrees and shows a document and a face: pictures of the samples.
    pub async fn shows(&self, token: &str, document: &[u8], face: &[u8]) {
        let done = |answer: Answer| assert!(answer.status.is_success(), "{} {}", answer.status, answer.body);
        done(self.on_device(token, "/capture/session/consent", json!({"given": true})).await);
        done(self.uploads(token, "document/front", document).await);
        done(self.on_device(token, "/capture/steps/biometric_face/challenge", json!({})).await);
        let frames = json!([{"image": BASE64_STANDARD.encode(face), "at_ms": 900}]);
        done(self.on_device(token, "/capture/steps/biometric_face", json!({ "frames": frames })).await);
    }

    /// Hands in on the device, and runs the checks in this task.
    pub async fn hands_in(&self, token: &str) -> Answer {
        let answer =
            with_jobs(&self.engine, self.on_device(token, "/capture/session/submit", json!({}))).await;
        jobs::run_pending(&self.engine).await.unwrap();
        answer
    }

    async fn uploads(&self, token: &str, step: &str, image: &[u8]) -> Answer {
        const LINE: &str = "----------bonafide-test";
        let head =
            "Content-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
        let body = [
            format!("--{LINE}\r\n{head}\r\n\r\n").as_bytes(),
            image,
            format!("\r\n--{LINE}--\r\n").as_bytes(),
        ]
        .concat();
        let request = Request::post(format!("/capture/steps/{step}"))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// What this API's webhooks are told of a resource, oldest first.
    pub async fn events(&self, id: &str) -> Vec<Value> {
        use bonafide_engine::events::{Filter, list};
        let webhooks = bonafide_checkout::DIALECT.webhooks.unwrap();
        let filter = Filter { subject: Some(bare(id).uuid()), limit: 200, ..Filter::default() };
        let all = list(&self.engine, &self.caller, &filter).await.unwrap();
        let told = all.iter().filter_map(|event| event.told(self.caller.sandbox));
        told.filter_map(|event| {
            let kind = event.snapshot.verification.as_ref().map(|facts| facts.kind).unwrap_or_default();
            let word = webhooks.word(event.event_type, kind)?;
            Some(webhooks.body(&Message { event: &event, word, attempt: 1, public_url: URL }))
        })
        .collect()
    }

    /// The same, as words alone.
    pub async fn told(&self, id: &str) -> Vec<String> {
        let all = self.events(id).await;
        all.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

/// An id without its prefix.
pub fn bare(id: &str) -> VerificationId {
    id.rsplit('_').next().unwrap().parse().unwrap()
}

/// The id in an answer.
#[track_caller]
pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// A picture of the sample person.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(data::sample(name)).unwrap()
}
