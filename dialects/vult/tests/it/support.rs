//! The whole dialect in memory: a database of its own, a clock that stands, one tenant with a token.

use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock, OnceLock},
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_checks::models::Models;
use bonafide_engine::{
    Engine, Scope,
    access::{self, Kind, Wanted},
};
use bonafide_registry::Provider;
use bonafide_store::Db;
use bonafide_testkit::{
    engine::{Setup, Started, with_jobs},
    world::FixedClock,
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The installed networks, loaded once for all tests.
pub static MODELS: LazyLock<Arc<Models>> =
    LazyLock::new(|| Arc::new(bonafide_models::load(&bonafide_models::Options::default())));

pub struct App {
    pub engine: Engine,
    pub db: Db,
    pub clock: Arc<FixedClock>,
    pub folder: Arc<tempfile::TempDir>,
    pub client_id: String,
    pub token: String,
    secret: String,
    router: Router,
    /// The address that requests come from, once set.
    pub peer: OnceLock<SocketAddr>,
}

/// An answer: status, JSON body (null when it is not JSON), and the bytes as they came.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub bytes: Vec<u8>,
    pub headers: axum::http::HeaderMap,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// A refusal in this dialect's envelope: the code, and the fields it names.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Vec<String> {
        assert_eq!(
            (self.status.as_u16(), self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.body
        );
        assert!(self.body["error"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{}", self.body);
        let fields = self.body["error"]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().filter_map(|f| f["field"].as_str().map(str::to_owned)).collect()
    }
}

impl App {
    /// `database` is `sqlite` or `postgres`.
    pub async fn start(database: &str) -> Self {
        Self::start_with(database, None).await
    }

    /// The same, with a registry to ask.
    pub async fn start_with(database: &str, registry: Option<Provider>) -> Self {
        Self::of(database, Setup { registry, ..Setup::default() }).await
    }

    /// The same, but nobody waits for a result that is not there yet.
    pub async fn start_impatient(database: &str) -> Self {
        let mut setup = Setup::default();
        setup.settings.result_patience_s = 0;
        Self::of(database, setup).await
    }

    pub async fn of(database: &str, setup: Setup) -> Self {
        let dialects = bonafide_vult::DIALECT.webhooks.into_iter().collect();
        let setup = Setup { models: MODELS.clone(), dialects, ..setup };
        let Started { engine, db, clock, folder, .. } = setup.start(database).await;
        let router = bonafide_http::server(
            &[&bonafide_vult::DIALECT, &bonafide_console::DIALECT],
            engine.clone(),
            &Default::default(),
            Router::new(),
        );
        let mut app = Self {
            engine,
            db,
            clock,
            folder,
            client_id: String::new(),
            token: String::new(),
            secret: String::new(),
            router,
            peer: OnceLock::new(),
        };
        (app.client_id, app.secret) = app.new_client("first").await;
        app.token = app.reissue().await;
        app
    }

    /// A tenant's client id and a token for it.
    pub async fn new_tenant(&self, name: &str) -> (String, String) {
        let (id, secret) = self.new_client(name).await;
        let token = self.issue(&id, &secret).await;
        (id, token)
    }

    async fn new_client(&self, name: &str) -> (String, String) {
        let sandbox = name == "sandbox";
        let new = access::create_organization(&self.engine, name, sandbox).await.unwrap();
        (new.credential.public_id.clone(), new.secret.to_string())
    }

    async fn issue(&self, id: &str, secret: &str) -> String {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let token = self.form("/oauth2/token", &form).await.ok();
        token["access_token"].as_str().unwrap().to_owned()
    }

    /// The same app, spoken to as this client.
    pub fn speaking_as(&self, client: &str, token: &str) -> Self {
        Self {
            engine: self.engine.clone(),
            db: self.db.clone(),
            clock: self.clock.clone(),
            folder: self.folder.clone(),
            client_id: client.to_owned(),
            token: token.to_owned(),
            secret: String::new(),
            peer: self.peer.clone(),
            router: self.router.clone(),
        }
    }

    /// A key of the app's own organization that may do whatever our own API offers but keys.
    pub async fn officer(&self) -> String {
        let mut wanted = Wanted::new(Kind::ApiKey, "officer");
        wanted.scopes = Scope::ALL.map(Scope::as_str).join(" ");
        access::create_credential(&self.engine, wanted, false).await.unwrap().secret.to_string()
    }

    /// The app's own client, as the engine knows it.
    pub async fn caller(&self) -> bonafide_engine::Caller {
        access::authenticate(&self.engine, &self.token).await.unwrap().unwrap()
    }

    /// The same app, spoken to with a key of its organization that may set what weakens decisions.
    pub async fn as_officer(&self) -> Self {
        let scopes = "verifications policy".to_owned();
        let caller = bonafide_engine::Caller { scopes: format!("{scopes} keys"), ..self.caller().await };
        let wanted = access::Wanted { scopes, ..access::Wanted::new(access::Kind::ApiKey, "officer") };
        let key = access::credentials::create(&self.engine, &caller, wanted).await.unwrap();
        self.speaking_as(&key.credential.public_id, &key.secret.to_string())
    }

    /// A new token for the app's own client.
    pub async fn reissue(&self) -> String {
        self.issue(&self.client_id, &self.secret).await
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if let Some(peer) = self.peer.get() {
            request.extensions_mut().insert(ConnectInfo(*peer));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body, bytes: bytes.into() }
    }

    /// A GET with the app's token.
    pub async fn ask(&self, path: &str) -> Answer {
        let token = format!("Bearer {}", self.token);
        let request = Request::get(path).header(header::AUTHORIZATION, token);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn form(&self, path: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(&self.client_id, &self.token, path, body).await
    }

    pub async fn post_as(&self, client: &str, token: &str, path: &str, body: Value) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header("X-Client-Id", client)
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }

    pub async fn picture(&self, side: &str, session: &str, bytes: &[u8]) -> Answer {
        self.parts(
            side,
            &[("session_id", session), ("latitude", "45.5"), ("longitude", "-73.6")],
            Some(bytes),
        )
        .await
    }

    pub async fn parts(&self, side: &str, texts: &[(&str, &str)], image: Option<&[u8]>) -> Answer {
        const LINE: &str = "----------bonafide-test";
        let mut body = vec![];
        for (name, value) in texts {
            body.extend(
                format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        if let Some(image) = image {
            body.extend(
                format!(
                    "--{LINE}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                )
                .bytes(),
            );
            body.extend(image);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{LINE}--\r\n").bytes());
        let request = Request::post(format!("/idv/sdk/document/{side}/add"))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header("X-Client-Id", &self.client_id)
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    /// A session that has been consented to.
    pub async fn consented(&self) -> String {
        self.consented_in(json!({})).await
    }

    /// The same, created with this body.
    pub async fn consented_in(&self, body: Value) -> String {
        let created = self.post("/idv/session/create", body).await.ok();
        let session = created["session_id"].as_str().unwrap().to_owned();
        self.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await.ok();
        session
    }

    pub async fn created(&self) -> String {
        let created = self.post("/idv/session/create", json!({})).await.ok();
        created["session_id"].as_str().unwrap().to_owned()
    }

    pub async fn liveness(&self, session: &str, images: &[&[u8]]) -> Answer {
        self.liveness_of("idv", session, images).await
    }

    /// `of` is `idv` or `ida`.
    pub async fn liveness_of(&self, of: &str, session: &str, images: &[&[u8]]) -> Answer {
        let place = json!({"session_id": session, "latitude": 45.5, "longitude": -73.6});
        self.post(&format!("/{of}/sdk/liveness/session/generate"), place.clone()).await.ok();
        let mut body = place;
        body["images"] = images.iter().map(|i| BASE64_STANDARD.encode(i)).collect();
        self.post(&format!("/{of}/sdk/liveness/session/process"), body).await
    }

    /// Hands in and runs the checks in this task.
    pub async fn finalize(&self, session: &str) -> Answer {
        self.finalize_of("idv", session).await
    }

    /// `of` is `idv` or `ida`.
    pub async fn finalize_of(&self, of: &str, session: &str) -> Answer {
        self.finalize_with(of, session, json!({})).await
    }

    /// The same with more in the request.
    pub async fn finalize_with(&self, of: &str, session: &str, mut body: Value) -> Answer {
        let path = format!("/{of}/sdk/finalize");
        body["session_id"] = session.into();
        with_jobs(&self.engine, self.post(&path, body)).await
    }
}

/// A picture of the sample person.
pub fn sample(name: &str) -> Vec<u8> {
    std::fs::read(bonafide_testkit::data::sample(name)).unwrap()
}

/// A photograph without a document or a face: a table, lit from one side. Each `n` is another picture.
pub fn empty_table(n: u8) -> Vec<u8> {
    let shade = |x: u32, y: u32| (60 + n as u32 + x / 8 + y / 12) as u8;
    let table = image::RgbImage::from_fn(800, 600, |x, y| image::Rgb([shade(x, y), shade(x, y) - 20, 50]));
    let mut jpeg = std::io::Cursor::new(vec![]);
    table.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
    jpeg.into_inner()
}
