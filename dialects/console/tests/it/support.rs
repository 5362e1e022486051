//! Our own API with a database of its own, a clock that stands and the installed networks; one live organization and one
//! sandbox, whose outcomes the tests steer.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use bonafide_checks::models::Models;
use bonafide_core::{
    document::Side, evidence::Position, id::VerificationId, review::FourEyes, verification::Status,
};
use bonafide_engine::{
    Caller, Engine, Settings,
    evidence::{self, Picture},
    jobs,
    verifications::{self, NewVerification},
};
use bonafide_testkit::{
    data::sample,
    engine::{Setup, Started, new_key, organization},
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
    pub db: bonafide_store::Db,
    pub clock: Arc<FixedClock>,
    pub folder: Arc<tempfile::TempDir>,
    router: Router,
    /// Who makes the verifications: of the organization of [`Self::key`].
    pub maker: Caller,
    /// A key that may review.
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
        self.body
    }

    /// A refusal: the code, and the fields it names.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Vec<String> {
        let told = (self.status.as_u16(), self.body["code"].as_str());
        assert_eq!(told, (status, Some(code)), "{}", self.body);
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.body);
        let fields = self.body["errors"].as_array().cloned().unwrap_or_default();
        fields.iter().filter_map(|f| f["field"].as_str().map(str::to_owned)).collect()
    }
}

impl App {
    /// A sandbox without networks: every check that is not steered is not assessed. `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::of(database, Setup::default(), true).await
    }

    /// The same, where some decisions need the word of two.
    pub async fn with_four_eyes(four_eyes: FourEyes) -> Self {
        let setup = Setup::default();
        let settings = Settings { four_eyes, ..setup.settings.clone() };
        Self::of("sqlite", Setup { settings, ..setup }, true).await
    }

    /// A live organization whose people are really looked at.
    pub async fn looking() -> Self {
        Self::of("sqlite", Setup { models: MODELS.clone(), ..Setup::default() }, false).await
    }

    async fn of(database: &str, setup: Setup, sandbox: bool) -> Self {
        let Started { engine, db, clock, folder, .. } = setup.start(database).await;
        let router = bonafide_http::server(
            &[&bonafide_console::DIALECT],
            engine.clone(),
            &Default::default(),
            Router::new(),
        );
        let maker = organization(&engine, "first", sandbox).await;
        let mut app = Self { engine, db, clock, folder, router, maker, key: String::new() };
        app.key = app.new_key(REVIEWER).await;
        app
    }

    /// Another key of the same organization.
    pub async fn new_key(&self, scopes: &str) -> String {
        new_key(&self.engine, &self.maker, scopes).await
    }

    /// The key of another organization.
    pub async fn stranger(&self) -> String {
        let caller = organization(&self.engine, "second", true).await;
        new_key(&self.engine, &caller, REVIEWER).await
    }

    async fn ask(&self, method: &str, key: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
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

    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Answer {
        self.ask("POST", key, path, Some(body)).await
    }

    /// The whole truth about a verification.
    pub async fn whole(&self, id: VerificationId) -> Value {
        self.get(&format!("/console/verifications/{id}")).await.ok()
    }

    /// Reviews a verification as it is now.
    pub async fn review(&self, key: &str, id: VerificationId, mut said: Value) -> Answer {
        if said["seen"].is_null() {
            said["seen"] = self.whole(id).await["decision"].clone();
        }
        self.post_as(key, &format!("/console/verifications/{id}/review"), said).await
    }

    pub async fn created(&self) -> VerificationId {
        let new = NewVerification { dialect: "vult", user_id: "user-7".into(), ..NewVerification::default() };
        verifications::create(&self.engine, &self.maker, new).await.unwrap()
    }

    /// A verification with everything captured. In a sandbox every check comes out clear, but for these words of it.
    pub async fn captured(&self, steps: &[(&str, &str)]) -> VerificationId {
        let mut steered =
            json!({"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"});
        for (step, word) in steps {
            steered[step] = json!(word);
        }
        let settings = if self.maker.sandbox { json!({ "sandbox": steered }) } else { Value::Null };
        let new = NewVerification {
            dialect: "vult",
            settings,
            user_id: "user-7".into(),
            ..NewVerification::default()
        };
        let id = verifications::create(&self.engine, &self.maker, new).await.unwrap();
        verifications::consent(&self.engine, &self.maker, id, true).await.unwrap();
        self.capture(id).await;
        id
    }

    /// Everything, whatever was there before.
    pub async fn capture(&self, id: VerificationId) {
        self.document(id).await;
        let position = Position { latitude: 45.5, longitude: -73.6 };
        evidence::start_liveness(&self.engine, &self.maker, id, position).await.unwrap();
        let frames = vec![picture("selfie.jpg").into()];
        evidence::accept_liveness(&self.engine, &self.maker, id, frames, position).await.unwrap();
    }

    pub async fn document(&self, id: VerificationId) {
        let position = Position { latitude: 45.5, longitude: -73.6 };
        let (side, document) = (Side::Front, picture("passport.jpg"));
        evidence::accept_document(&self.engine, &self.maker, id, side, document, position).await.unwrap();
    }

    /// Hands in and runs the checks.
    pub async fn submit(&self, id: VerificationId) {
        verifications::submit(&self.engine, &self.maker, id, None).await.unwrap();
        jobs::run_pending(&self.engine).await.unwrap();
    }

    /// One that was decided about by the machine.
    pub async fn decided(&self, steps: &[(&str, &str)]) -> VerificationId {
        let id = self.captured(steps).await;
        self.submit(id).await;
        id
    }

    /// One that waits for a human.
    pub async fn waiting(&self) -> VerificationId {
        let id = self.decided(&[("document", "field_missing")]).await;
        let view = verifications::read(&self.engine, &self.maker, id).await.unwrap();
        let reasons = &view.findings;
        assert_eq!(view.status, Status::ReviewRequired, "{reasons:?}");
        id
    }

    pub async fn status(&self, id: VerificationId) -> Status {
        verifications::read(&self.engine, &self.maker, id).await.unwrap().status
    }

    /// What happened to a verification, as stable words.
    pub async fn history(&self, id: VerificationId) -> Vec<String> {
        let view = verifications::read(&self.engine, &self.maker, id).await.unwrap();
        view.history.into_iter().map(|line| line.event).collect()
    }

    /// The types of the events of a verification, oldest first, and the last one's snapshot.
    pub async fn events(&self, id: VerificationId) -> (Vec<String>, Value) {
        use bonafide_engine::events::{Filter, list};
        let filter = Filter { subject: Some(id.uuid()), limit: 200, ..Filter::default() };
        let all = list(&self.engine, &self.maker, &filter).await.unwrap();
        let last = all.last().map(|e| e.snapshot.clone()).unwrap_or_default();
        (all.iter().map(|e| e.kind.as_str().to_owned()).collect(), last)
    }
}

fn picture(name: &str) -> Picture {
    Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() }
}
