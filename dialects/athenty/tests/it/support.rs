//! The Athenty API and our own beside it, with a database of their own, a clock that stands and one organization with two
//! keys.

use std::sync::{Arc, LazyLock, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use bonafide_checks::models::Models;
use bonafide_core::{document::Side, event::Message, evidence::Position, id::VerificationId};
use bonafide_engine::{
    Caller, Engine, Settings, access,
    evidence::{self, Picture},
    jobs, verifications,
};
use bonafide_testkit::{
    data::sample,
    engine::{Setup, Started, new_key, organization},
    mail::mail_server,
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The installed networks, loaded once for all tests.
static MODELS: LazyLock<Arc<Models>> =
    LazyLock::new(|| Arc::new(bonafide_models::load(&bonafide_models::Options::default())));

/// Scopes of somebody who reviews.
const REVIEWER: &str = "verifications reviews";

pub struct App {
    pub engine: Engine,
    pub clock: Arc<FixedClock>,
    _folder: Arc<tempfile::TempDir>,
    router: Router,
    /// Who makes requests, as the engine knows them.
    pub caller: Caller,
    /// Their key.
    pub key: String,
    /// Another key of the same organization, which may review.
    pub reviewer: String,
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
        self.body
    }

    /// A refusal in this API's envelope: the status and code, and the fields it names, each with what is said of it.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Vec<(String, String)> {
        let told = (self.status.as_u16(), self.body["code"].as_str(), self.body["statusCode"].as_u64());
        assert_eq!(told, (status, Some(code), Some(u64::from(status))), "{}", self.body);
        assert!(self.body["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.body);
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        assert_eq!(errors.is_empty(), status != 422, "{}", self.body);
        let text = |e: &Value, name: &str| e[name].as_str().unwrap_or_default().to_owned();
        errors.iter().map(|e| (text(e, "field"), text(e, "message"))).collect()
    }

    /// A body that is not valid: the fields that are named, each once.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        let mut fields: Vec<String> =
            self.refused(422, "VALIDATION_ERROR").into_iter().map(|(field, _)| field).collect();
        fields.dedup();
        fields
    }
}

impl App {
    /// A sandbox without networks: no check that looks at pictures can run. `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::of(database, Setup::default(), true).await
    }

    /// A live organization whose people are really looked at.
    pub async fn looking() -> Self {
        Self::of("sqlite", Setup { models: MODELS.clone(), ..Setup::default() }, false).await
    }

    /// The first, with a mail server, whose mail it returns, and links that are good once.
    pub async fn inviting() -> (Self, Arc<Mutex<Vec<String>>>) {
        let (inviter, taken) = mail_server().await;
        let setup = Setup::default();
        let capture_url = "https://id.example.com/come#{link}".to_owned();
        let settings = Settings { capture_url, ..setup.settings.clone() };
        (Self::of("sqlite", Setup { inviter, settings, ..setup }, true).await, taken)
    }

    pub async fn of(database: &str, setup: Setup, sandbox: bool) -> Self {
        let dialects = bonafide_athenty::DIALECT.webhooks.into_iter().collect();
        let Started { engine, clock, folder, .. } = Setup { dialects, ..setup }.start(database).await;
        let router = bonafide_http::server(
            &[&bonafide_athenty::DIALECT, &bonafide_console::DIALECT],
            engine.clone(),
            &Default::default(),
            Router::new(),
        );
        let (key, caller) = first_key(&engine, "first", sandbox).await;
        let mut app = Self { engine, clock, _folder: folder, router, caller, key, reviewer: String::new() };
        app.reviewer = app.new_key(REVIEWER).await;
        app
    }

    /// Another key of the same organization.
    pub async fn new_key(&self, scopes: &str) -> String {
        new_key(&self.engine, &self.caller, scopes).await
    }

    /// The key of another organization.
    pub async fn stranger(&self) -> String {
        first_key(&self.engine, "second", true).await.0
    }

    pub async fn ask(&self, method: &str, key: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-Api-Key", key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        self.send(request).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body, bytes: bytes.into() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", &self.key, path, None).await
    }

    pub async fn get_as(&self, key: &str, path: &str) -> Answer {
        self.ask("GET", key, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", &self.key, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", &self.key, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", &self.key, path, None).await
    }

    /// Our own API, asked by somebody who may review.
    pub async fn console(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.ask(method, &self.reviewer, path, body).await
    }

    /// A new request, with these fields beside the required ones.
    pub async fn created(&self, more: Value) -> Value {
        let mut body = json!({"type": "idv", "requirements": ["document", "biometric_face"]});
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.post("/v2/api/requests", body).await.ok()
    }

    /// The request as it stands now.
    pub async fn request(&self, id: &str) -> Value {
        self.get(&format!("/v2/api/requests/{id}")).await.ok()
    }

    /// Hands in document and face for the person, and runs the checks.
    pub async fn hand_in(&self, id: &str) {
        let id = verification(id);
        verifications::consent(&self.engine, &self.caller, id, true).await.unwrap();
        let position = Position { latitude: 45.5, longitude: -73.6 };
        let document = picture("passport.jpg");
        evidence::accept_document(&self.engine, &self.caller, id, Side::Front, document, position)
            .await
            .unwrap();
        evidence::start_liveness(&self.engine, &self.caller, id, position).await.unwrap();
        let frames = vec![picture("selfie.jpg").into()];
        evidence::accept_liveness(&self.engine, &self.caller, id, frames, position).await.unwrap();
        verifications::submit(&self.engine, &self.caller, id, None).await.unwrap();
        jobs::run_pending(&self.engine).await.unwrap();
    }

    /// Somebody reviews a request as they see it now.
    pub async fn review(&self, id: &str, verdict: &str, reason: &str) -> Answer {
        let whole = self.console("GET", &format!("/console/verifications/{id}"), None).await.ok();
        let (action, mut said) = match verdict {
            "cancel" | "reopen" => (verdict, json!({"reason": reason})),
            _ => ("review", json!({"verdict": verdict, "reason": reason})),
        };
        if whole["decision"].is_string() {
            said["seen"] = whole["decision"].clone();
        }
        self.console("POST", &format!("/console/verifications/{id}/{action}"), Some(said)).await
    }

    /// What this API's webhooks are told of a request or client, oldest first.
    pub async fn events(&self, id: &str) -> Vec<Value> {
        use bonafide_engine::events::{Filter, list};
        let webhooks = bonafide_athenty::DIALECT.webhooks.unwrap();
        let bare: VerificationId = id.rsplit('_').next().unwrap().parse().unwrap();
        let filter = Filter { subject: Some(bare.uuid()), limit: 200, ..Filter::default() };
        let all = list(&self.engine, &self.caller, &filter).await.unwrap();
        let told = all.iter().filter_map(|event| event.told(self.caller.sandbox));
        told.filter_map(|event| {
            let word = webhooks.word(event.event_type, Default::default())?;
            Some(webhooks.body(&Message { event: &event, word, attempt: 1, public_url: "" }))
        })
        .collect()
    }

    /// The same, as words alone.
    pub async fn told(&self, id: &str) -> Vec<String> {
        let all = self.events(id).await;
        all.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

/// An organization's first key, and who has it.
async fn first_key(engine: &Engine, name: &str, sandbox: bool) -> (String, Caller) {
    let owner = organization(engine, name, sandbox).await;
    let key = new_key(engine, &owner, "verifications").await;
    let caller = access::authenticate(engine, &key).await.unwrap().unwrap();
    (key, caller)
}

/// The id that an answer gives a request.
pub fn verification(id: &str) -> VerificationId {
    id.strip_prefix("req_").unwrap().parse().unwrap()
}

pub fn picture(name: &str) -> Picture {
    Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() }
}
