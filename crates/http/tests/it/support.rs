//! A server with the invented API.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use bonafide_engine::{
    Caller, Engine,
    access::{self, Kind, NewCredential, Wanted, credentials},
};
use bonafide_testkit::{
    engine::{Setup, Started},
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::invented::DIALECT;

#[derive(Clone)]
pub struct App {
    pub engine: Engine,
    pub clock: Arc<FixedClock>,
    /// Of the first organization, with every scope for verifications.
    pub key: String,
    /// The address that requests come from, once set.
    pub peer: OnceLock<SocketAddr>,
    router: Router,
    admin: Caller,
    _folder: Arc<tempfile::TempDir>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The body of an answer that is no refusal.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.body);
        self.body
    }

    /// The invented API's whole envelope is the code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) {
        assert_eq!((self.status, &self.body), (status, &json!(code)));
    }
}

impl App {
    pub async fn start(database: &str) -> Self {
        let setup = Setup { dialects: DIALECT.webhooks.into_iter().collect(), ..Setup::default() };
        let Started { engine, clock, folder, .. } = setup.start(database).await;
        let router = bonafide_http::server(&[&DIALECT], engine.clone(), &Default::default(), Router::new());
        let admin = administrator(&engine, "first").await;
        let peer = OnceLock::new();
        let mut app = Self { engine, clock, key: String::new(), peer, router, admin, _folder: folder };
        app.key = app.key("verifications", None).await.1;
        app
    }

    /// Who may do everything in the first organization.
    pub fn admin(&self) -> Caller {
        self.admin.clone()
    }

    /// A new key of the first organization: its name and its secret.
    pub async fn key(&self, scopes: &str, per_minute: Option<i64>) -> (String, String) {
        key(&self.engine, &self.admin, scopes, per_minute).await
    }

    /// A key of another organization.
    pub async fn stranger(&self) -> (String, String) {
        let admin = administrator(&self.engine, "second").await;
        key(&self.engine, &admin, "verifications", None).await
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = self.peer.get() {
            request.extensions_mut().insert(ConnectInfo(*peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in [(header::CONTENT_TYPE.as_str(), "application/json")].iter().chain(headers) {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Opens an order: what does something, and costs five.
    pub async fn open(&self, headers: &[(&str, &str)], user: &str) -> Answer {
        self.ask("POST", "/shop/orders", headers, json!({ "user": user })).await
    }

    /// An order of the first organization.
    pub async fn opened(&self) -> String {
        self.open(&[("X-Api-Key", &self.key)], "u").await.ok().as_str().unwrap().to_owned()
    }

    /// Reads an order that is not there: 404 for whoever is let in.
    pub async fn knock(&self, key: &str) -> u16 {
        self.ask("GET", "/shop/orders/none", &[("X-Api-Key", key)], json!({})).await.status
    }
}

async fn key(engine: &Engine, admin: &Caller, scopes: &str, per_minute: Option<i64>) -> (String, String) {
    let wanted = Wanted { scopes: scopes.to_owned(), per_minute, ..Wanted::new(Kind::ApiKey, "a key") };
    let new = credentials::create(engine, admin, wanted).await.unwrap();
    (new.credential.public_id.clone(), new.secret.to_string())
}

/// A new organization, and who may do everything in it.
async fn administrator(engine: &Engine, name: &str) -> Caller {
    let NewCredential { credential, secret } =
        access::create_organization(engine, name, false).await.unwrap();
    let client = access::client(engine, &credential.public_id, &secret.to_string()).await.unwrap();
    let issued = access::issue(engine, &client, None).await.unwrap();
    let caller = access::authenticate(engine, &issued.token.to_string()).await.unwrap().unwrap();
    Caller { scopes: "verifications settings webhooks keys".to_owned(), ..caller }
}

/// What whoever is let in gets for an order that is not there.
pub const LET_IN: u16 = StatusCode::NOT_FOUND.as_u16();
