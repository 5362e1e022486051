//! One list of verifications, told by two APIs: Athenty's and Vult's have the same ones, as many, in the same order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use bonafide_core::{document::Side, evidence::Position, id::VerificationId, verification::Status};
use bonafide_engine::{
    Caller, Engine, Settings,
    evidence::{self, Picture},
    jobs,
    verifications::{self, NewVerification},
};
use bonafide_testkit::{
    data::sample,
    engine::{Setup, Started, new_key, organization},
    on_both,
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

on_both!(both_have_the_same_in_the_same_order);

#[derive(Clone)]
struct App {
    started: Arc<Started>,
    router: Router,
    maker: Caller,
    key: String,
}

impl App {
    async fn start(database: &str) -> Self {
        let setup = Setup::default();
        let settings = Settings { per_minute_organization: 100_000, ..setup.settings.clone() };
        let started = Setup { settings, ..setup }.start(database).await;
        let dialects = [&bonafide_athenty::DIALECT, &bonafide_vult::DIALECT, &bonafide_console::DIALECT];
        let router =
            bonafide_http::server(&dialects, started.engine.clone(), &Default::default(), Router::new());
        let maker = organization(&started.engine, "first", true).await;
        let key = new_key(&started.engine, &maker, "verifications reviews").await;
        Self { started: Arc::new(started), router, maker, key }
    }

    fn engine(&self) -> &Engine {
        &self.started.engine
    }

    fn clock(&self) -> &FixedClock {
        &self.started.clock
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("X-Api-Key", &self.key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())));
        let answer = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), 16 << 20).await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        assert!(status.is_success(), "{method} {path}: {status} {body}");
        body
    }

    async fn of_athenty(&self, more: Value) -> VerificationId {
        let mut body = json!({"type": "idv", "requirements": ["document", "biometric_face"]});
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let made = self.ask("POST", "/v2/api/requests", Some(body)).await;
        made["id"].as_str().unwrap().trim_start_matches("req_").parse().unwrap()
    }

    /// Every check of which comes out clear, but for this.
    async fn of_vult(&self, document: &str) -> VerificationId {
        let steered =
            json!({"document": document, "face": "clear", "liveness": "clear", "screening": "clear"});
        let body = json!({"settings": {"sandbox": steered}});
        let made = self.ask("POST", "/idv/session/create", Some(body)).await;
        made["session_id"].as_str().unwrap().parse().unwrap()
    }

    async fn consent(&self, id: VerificationId, given: bool) {
        verifications::consent(self.engine(), &self.maker, id, given).await.unwrap();
    }

    async fn hand_in(&self, id: VerificationId) {
        self.consent(id, true).await;
        let (engine, maker) = (self.engine(), &self.maker);
        let position = Position { latitude: 45.5, longitude: -73.6 };
        let picture = |name| Picture { field: "image".into(), bytes: std::fs::read(sample(name)).unwrap() };
        let front = picture("passport.jpg");
        evidence::accept_document(engine, maker, id, Side::Front, front, position).await.unwrap();
        evidence::start_liveness(engine, maker, id, position).await.unwrap();
        let frames = vec![picture("selfie.jpg").into()];
        evidence::accept_liveness(engine, maker, id, frames, position).await.unwrap();
        verifications::submit(engine, maker, id, None).await.unwrap();
    }

    async fn status(&self, id: VerificationId) -> Status {
        verifications::read(self.engine(), &self.maker, id).await.unwrap().status
    }

    /// Verifications of both APIs in every state there is; how they stand.
    async fn filled(&self) -> BTreeMap<VerificationId, Status> {
        let mut all = vec![];
        // Those that will have expired, two of them in one millisecond.
        let old = [self.of_athenty(json!({})).await, self.of_vult("clear").await];
        self.clock().advance(8 * 24 * 3600 * 1000);
        jobs::run_pending(self.engine()).await.unwrap();
        all.extend(old);
        for pause in [0, 1, 3_600_000] {
            for of_athenty in [true, false] {
                let new = async |document: &str| match of_athenty {
                    true => self.of_athenty(json!({"type": "kyc", "subjectName": "Jane"})).await,
                    false => self.of_vult(document).await,
                };
                let [created, consented, refused, canceled] =
                    [new("clear").await, new("clear").await, new("clear").await, new("clear").await];
                self.clock().advance(pause);
                self.consent(consented, true).await;
                self.consent(refused, false).await;
                let path = format!("/console/verifications/{canceled}/cancel");
                self.ask("POST", &path, Some(json!({"reason": "withdrawn"}))).await;
                all.extend([created, consented, refused, canceled]);
                for document in ["clear", "blurry", "field_missing", "expired"] {
                    let id = new(document).await;
                    self.hand_in(id).await;
                    jobs::run_pending(self.engine()).await.unwrap();
                    all.push(id);
                }
            }
        }
        let waits = self.of_vult("clear").await;
        self.hand_in(waits).await;
        all.push(waits);
        all.push(
            self.of_athenty(json!({"type": "share", "requirements": ["consent"], "expiresDays": 90})).await,
        );
        // None of the list: deleted, and an authentication. Of one that was erased everything else is there.
        let (deleted, erased) = (self.of_athenty(json!({})).await, self.of_vult("clear").await);
        verifications::delete(self.engine(), &self.maker, deleted).await.unwrap();
        verifications::anonymize(self.engine(), &self.maker, erased).await.unwrap();
        all.push(erased);
        self.authenticate(&all).await;
        let mut standing = BTreeMap::new();
        for id in all {
            standing.insert(id, self.status(id).await);
        }
        standing
    }

    /// Somebody who was approved comes back.
    async fn authenticate(&self, all: &[VerificationId]) {
        for id in all {
            let view = verifications::read(self.engine(), &self.maker, *id).await.unwrap();
            let Some(identity) = view.identity else { continue };
            let new = NewVerification { dialect: "vult", ..NewVerification::default() };
            verifications::authenticate(self.engine(), &self.maker, identity, new).await.unwrap();
            return;
        }
        panic!("nobody was approved");
    }

    /// A page of Athenty's list: ids with their words, and how many there are in all.
    async fn athenty(&self, page: u64, limit: u64, more: &str) -> (Vec<(String, String)>, u64) {
        let path = format!("/v2/api/requests?page={page}&limit={limit}{more}");
        let body = self.ask("GET", &path, None).await;
        let word = |item: &Value| {
            let id = item["id"].as_str().unwrap().trim_start_matches("req_").to_owned();
            (id, item["status"].as_str().unwrap().to_owned())
        };
        let items = body["data"].as_array().unwrap().iter().map(word).collect();
        (items, body["pagination"]["total"].as_u64().unwrap())
    }

    /// The same of Vult's list.
    async fn vult(&self, page: u64, limit: u64, more: Value) -> (Vec<(String, String)>, u64) {
        let mut asked = json!({"take": limit, "skip": (page - 1) * limit});
        for (name, value) in more.as_object().into_iter().flatten() {
            asked[name] = value.clone();
        }
        let body = self.ask("POST", "/idv/session/list", Some(asked)).await;
        let word = |item: &Value| {
            let text = |name: &str| item[name].as_str().unwrap_or_else(|| panic!("{item}")).to_owned();
            (text("session_id"), text("status_e"))
        };
        let items = body["sessions"].as_array().unwrap().iter().map(word).collect();
        (items, body["meta_counts"]["total"].as_u64().unwrap())
    }
}

fn ids(items: &[(String, String)]) -> Vec<&str> {
    items.iter().map(|(id, _)| id.as_str()).collect()
}

async fn both_have_the_same_in_the_same_order(app: &App) {
    let standing = app.filled().await;
    let statuses: BTreeSet<&str> = standing.values().map(|status| status.as_str()).collect();
    for status in [
        Status::Created,
        Status::Capturing,
        Status::Processing,
        Status::RetryRequired,
        Status::ReviewRequired,
        Status::Approved,
        Status::Declined,
        Status::Refused,
        Status::Canceled,
        Status::Expired,
    ] {
        assert!(statuses.contains(status.as_str()), "none is {status} of {statuses:?}");
    }
    let (all, total) = app.athenty(1, 100, "").await;
    assert_eq!(total, standing.len() as u64);
    let listed: BTreeSet<VerificationId> = ids(&all).iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(listed, standing.keys().copied().collect());

    // Whatever the size of a page, and past the end.
    for limit in [1, 2, 7, 20, 100] {
        let mut seen = vec![];
        for page in 1..=total.div_ceil(limit) + 1 {
            let (one, other) = (app.athenty(page, limit, "").await, app.vult(page, limit, json!({})).await);
            assert_eq!((ids(&one.0), one.1), (ids(&other.0), other.1), "page {page} of {limit}");
            assert_eq!(one.1, total);
            seen.extend(one.0);
        }
        assert_eq!(seen, all, "pages of {limit}");
    }

    // By each word of each: those of the whole list that have it, in its order.
    let (vults, _) = app.vult(1, 100, json!({})).await;
    let words = |items: &[(String, String)]| -> BTreeSet<String> {
        items.iter().map(|(_, word)| word.clone()).collect()
    };
    let of = |items: &[(String, String)], word: &str| -> Vec<(String, String)> {
        items.iter().filter(|(_, w)| w == word).cloned().collect()
    };
    for word in words(&all) {
        let (found, n) = app.athenty(1, 100, &format!("&status={word}")).await;
        assert_eq!((&found, n), (&of(&all, &word), found.len() as u64), "{word}");
    }
    for word in words(&vults) {
        let (found, n) = app.vult(1, 100, json!({"status": word})).await;
        assert_eq!((&found, n), (&of(&vults, &word), found.len() as u64), "{word}");
    }
    // A set of words that stands for the same states in both.
    for (theirs, ours) in [
        ("approved,rejected", "complete"),
        ("canceled,expired", "expired"),
        ("initiated,in_progress,submitted", "in_progress"),
    ] {
        let (one, n) = app.athenty(1, 100, &format!("&status={theirs}")).await;
        let (other, m) = app.vult(1, 100, json!({"status": ours})).await;
        assert_eq!((ids(&one), n), (ids(&other), m), "{theirs}");
        assert!(n > 0, "{theirs}");
    }
    // Made in the same hours: the first two, and those of the last hour.
    for (from, until, least) in [
        ("2026-06-01T00:00:00Z", "2026-06-05T00:00:00Z", 2),
        ("2026-06-09T12:30:00Z", "2026-06-30T00:00:00Z", 8),
    ] {
        let (one, n) = app.athenty(1, 100, &format!("&dateFrom={from}&dateTo={until}")).await;
        let (other, m) = app.vult(1, 100, json!({"start_date": from, "end_date": until})).await;
        assert_eq!((ids(&one), n), (ids(&other), m), "{from}");
        assert!(n >= least && n < total, "{from}: {n}");
    }
    // Another organization has none of them.
    let maker = organization(app.engine(), "second", true).await;
    let key = new_key(app.engine(), &maker, "verifications").await;
    let other = App { key, maker, ..app.clone() };
    assert_eq!((other.athenty(1, 20, "").await.1, other.vult(1, 20, json!({})).await.1), (0, 0));
}
