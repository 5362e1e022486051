//! The VerifyHQ API and our own beside it, with a database of their own, a clock that stands and one organization with three
//! keys.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use bonafide_checks::models::Models;
use bonafide_core::{id::VerificationId, step::StepKind};
use bonafide_engine::{
    Caller, Engine, events, jobs,
    verifications::{self, NewVerification},
};
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

#[derive(Clone)]
pub struct App {
    pub engine: Engine,
    pub clock: Arc<FixedClock>,
    pub _folder: Arc<tempfile::TempDir>,
    router: Router,
    /// Who makes requests, as the engine knows them.
    pub caller: Caller,
    /// Their key: everyday work, and no reviews.
    pub key: String,
    /// Another key of the same organization, which may review.
    pub reviewer: String,
    /// One that may make others.
    pub admin: String,
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

    #[track_caller]
    pub fn created(self) -> Value {
        assert_eq!(self.status, StatusCode::CREATED, "{}", self.body);
        self.body
    }

    /// A refusal in this API's envelope: what it says.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        let members: Vec<&str> = self.body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["error", "message", "statusCode", "timestamp"]);
        assert_eq!(self.body["statusCode"], status);
        assert_eq!(self.body["error"], self.status.canonical_reason().unwrap());
        self.body["message"].as_str().unwrap_or_else(|| panic!("a sentence: {}", self.body)).to_owned()
    }

    /// A refusal that names fields: their names.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        assert_eq!((self.status.as_u16(), &self.body["statusCode"]), (422, &json!(422)), "{}", self.body);
        let lines = self.body["message"].as_array().unwrap_or_else(|| panic!("a list: {}", self.body));
        let first = |line: &Value| line.as_str().unwrap().split(' ').next().unwrap().to_owned();
        lines.iter().map(first).collect()
    }
}

impl App {
    /// A sandbox without networks: every check that is not steered is not assessed. `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::of(database, Setup::default(), true).await
    }

    /// A live organization whose people are really looked at.
    pub async fn looking() -> Self {
        Self::of("sqlite", Setup { models: MODELS.clone(), ..Setup::default() }, false).await
    }

    pub async fn of(database: &str, setup: Setup, sandbox: bool) -> Self {
        let mut setup =
            Setup { dialects: bonafide_verifyhq::DIALECT.webhooks.into_iter().collect(), ..setup };
        setup.settings.max_pictures = 60;
        let Started { engine, clock, folder, .. } = setup.start(database).await;
        let router = bonafide_http::server(
            &[&bonafide_verifyhq::DIALECT, &bonafide_console::DIALECT],
            engine.clone(),
            &Default::default(),
            Router::new(),
        );
        let caller = organization(&engine, "first", sandbox).await;
        let key = new_key(&engine, &caller, "verifications").await;
        let reviewer = new_key(&engine, &caller, "verifications reviews").await;
        let admin = new_key(&engine, &caller, "verifications keys reviews").await;
        Self { engine, clock, _folder: folder, router, caller, key, reviewer, admin }
    }

    /// The key of another organization.
    pub async fn stranger(&self) -> String {
        let caller = organization(&self.engine, "second", true).await;
        new_key(&self.engine, &caller, "verifications reviews").await
    }

    pub async fn key_for(&self, scopes: &str) -> String {
        new_key(&self.engine, &self.caller, scopes).await
    }

    pub async fn ask(&self, method: &str, key: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-API-Key", key)
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

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", &self.key, path, Some(body)).await
    }

    pub async fn form_as(
        &self,
        key: &str,
        path: &str,
        texts: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut body = vec![];
        for (name, value) in texts {
            body.extend(
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        for (name, file) in files {
            // As the vendor's SDK sends them: the type has to be known by what is in it.
            let head =
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"blob\"\r\n\r\n");
            body.extend(head.bytes());
            body.extend(*file);
            body.extend(b"\r\n");
        }
        body.extend(b"--b--\r\n");
        let request = Request::post(path)
            .header("X-API-Key", key)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// A form, while the checks that it leads to run.
    pub async fn form(&self, path: &str, texts: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        with_jobs(&self.engine, self.form_as(&self.key, path, texts, files)).await
    }

    pub async fn run_jobs(&self) {
        jobs::run_pending(&self.engine).await.unwrap();
    }

    pub async fn started(&self, user: &str, tier: &str) -> String {
        let body = json!({"userId": user, "tier": tier});
        self.post("/verifications/identity", body).await.created()["id"].as_str().unwrap().to_owned()
    }

    /// The same in a sandbox where every check comes out clear, but for these words of it.
    pub async fn steered(&self, user: &str, tier: &str, words: &[(&str, &str)]) -> String {
        let mut sandbox =
            json!({"document": "clear", "face": "clear", "liveness": "clear", "screening": "clear"});
        for (step, word) in words {
            sandbox[step] = json!(word);
        }
        let steps = match tier {
            "BASIC" => vec![StepKind::Document],
            _ => vec![StepKind::Document, StepKind::BiometricFace],
        };
        let new = NewVerification {
            dialect: "verifyhq",
            user_id: user.to_owned(),
            steps,
            screening: tier == "ENHANCED",
            settings: json!({"tier": tier, "sandbox": sandbox}),
            ..NewVerification::default()
        };
        let id = verifications::start(&self.engine, &self.caller, new).await.unwrap();
        format!("ver_{id}")
    }

    pub async fn read(&self, id: &str) -> Value {
        self.get(&format!("/verifications/identity/{id}")).await.ok()
    }

    pub async fn status(&self, id: &str) -> String {
        let read = self.read(id).await;
        assert_eq!(read["status"], read["overallStatus"]);
        read["status"].as_str().unwrap().to_owned()
    }

    pub async fn review(&self, key: &str, id: &str, decision: &str) -> Answer {
        let body =
            json!({"decision": decision, "reviewedBy": "admin_john", "reviewNotes": "All fields match."});
        self.ask("POST", key, &format!("/verifications/identity/{id}/review"), Some(body)).await
    }

    /// A passport of a user, sent and checked.
    pub async fn document(&self, user: &str) -> Value {
        let texts = [("userId", user), ("documentType", "PASSPORT"), ("documentCountry", "US")];
        let files = [("frontImage", &*sample("passport.jpg"))];
        let answer = self.form("/verifications/document", &texts, &files).await.created();
        self.run_jobs().await;
        answer
    }

    /// A liveness session answered to its end, each photo another picture of the sample person.
    pub async fn face(&self, user: &str) -> Value {
        let session = self.post("/verifications/liveness/session", json!({"userId": user})).await.created();
        let token = session["sessionToken"].as_str().unwrap();
        let selfie = [("selfie", &*photo(0))];
        self.form("/verifications/liveness/reference-selfie", &[("sessionToken", token)], &selfie).await.ok();
        let mut last = Value::Null;
        for (n, asked) in (1..).zip(session["challenges"].as_array().unwrap()) {
            let texts = [("sessionToken", token), ("challengeId", asked["id"].as_str().unwrap())];
            last =
                self.form("/verifications/liveness/challenge", &texts, &[("photo", &*photo(n))]).await.ok();
        }
        last
    }

    /// The types of the events of a verification, oldest first.
    pub async fn events(&self, id: &str) -> Vec<String> {
        let id: VerificationId = id.trim_start_matches("ver_").parse().unwrap();
        let filter = events::Filter { subject: Some(id.uuid()), limit: 200, ..events::Filter::default() };
        let all = events::list(&self.engine, &self.caller, &filter).await.unwrap();
        all.iter().map(|event| event.kind.as_str().to_owned()).collect()
    }
}

/// A picture of the sample person.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(data::sample(name)).unwrap()
}

/// The sample person's selfie, taken again by a camera: each `n` is another picture of the same look.
pub fn photo(n: u64) -> Vec<u8> {
    let selfie = image::load_from_memory(&sample("selfie.jpg")).unwrap().to_rgb8();
    bonafide_specimen::to_jpeg(&bonafide_specimen::attack::retaken(&selfie, n), 90).unwrap()
}
