//! Bodies: how large one may be, how many bytes there may be at once, and how many requests one caller may have open.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    http::{Request, header},
    response::IntoResponse,
};
use bonafide_engine::{
    Engine, access, capture,
    verifications::{self, NewVerification},
};
use bonafide_http::{Dialect, Json, Operations, Result, error_schema, operation, routes};
use bonafide_testkit::engine::{Setup, Started};
use hyper::body::Frame;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use utoipa::{OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(info(title = "Heavy", version = "1"))]
struct Api;

static DIALECT: Dialect = Dialect {
    prefixes: &["/heavy"],
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "heavy_key",
        error: error_schema::<String>,
        folder: "crates/http/tests/it",
        routes: routes![light, heavy, open, patient, devoted],
    }),
    ..Dialect::new("heavy", |refusal, _| (refusal.status, Json(refusal.code)).into_response())
};

#[derive(Serialize, Deserialize, ToSchema)]
struct Load {
    text: String,
}

/// Take something light
#[operation(post, "/heavy/light", id = "light", scope = "verifications:write")]
async fn light(Json(load): Json<Load>) -> Result<Json<usize>> {
    Ok(Json(load.text.len()))
}

/// Take something heavy
#[operation(
    post,
    "/heavy/heavy",
    id = "heavy",
    scope = "verifications:write",
    or = "capture",
    cost = 5,
    max_body = 67_108_864
)]
async fn heavy(Json(load): Json<Load>) -> Result<Json<usize>> {
    Ok(Json(load.text.len()))
}

/// Take something from whoever comes
#[operation(post, "/heavy/open", id = "open")]
async fn open(Json(load): Json<Load>) -> Result<Json<usize>> {
    Ok(Json(load.text.len()))
}

/// Those who came to wait for ever.
static INSIDE: AtomicU32 = AtomicU32::new(0);

/// Wait for ever
#[operation(get, "/heavy/patient", id = "patient", scope = "verifications:read", at_once = 2)]
async fn patient() -> Result<Json<usize>> {
    INSIDE.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}

/// Those who came to wait there.
static DEVOTED: AtomicU32 = AtomicU32::new(0);

/// Wait for ever, as a device may
#[operation(
    get,
    "/heavy/devoted",
    id = "devoted",
    scope = "verifications:write",
    or = "capture",
    at_once = 256
)]
async fn devoted() -> Result<Json<usize>> {
    DEVOTED.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}

/// Until so many came.
async fn until(came: &AtomicU32, many: u32) {
    while came.load(Ordering::Relaxed) < many {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A body of which nothing ever comes, and whether somebody waits for it.
#[derive(Clone, Default)]
struct Silent(Arc<AtomicBool>);

impl Silent {
    /// Until it has its place.
    async fn is_waited_for(&self) {
        while !self.0.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        self.0.store(true, Ordering::Relaxed);
        Poll::Pending
    }
}

/// A body that comes piece by piece, of which nobody says how large it is.
struct Pieces(usize);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        const PIECE: usize = 64 << 10;
        let piece = self.0.min(PIECE);
        self.0 -= piece;
        Poll::Ready((piece > 0).then(|| Ok(Frame::data(Bytes::from(vec![b' '; piece])))))
    }
}

#[derive(Clone)]
struct App {
    engine: Engine,
    router: Router,
    key: String,
    stranger: String,
}

impl App {
    async fn start() -> (Self, std::sync::Arc<tempfile::TempDir>) {
        let Started { engine, folder, .. } = Setup::default().start("sqlite").await;
        let mut keys = vec![];
        for name in ["first", "second"] {
            let new = access::create_organization(&engine, name, false).await.unwrap();
            let client =
                access::client(&engine, &new.credential.public_id, &new.secret.to_string()).await.unwrap();
            keys.push(access::issue(&engine, &client, None).await.unwrap().token.to_string());
        }
        let router = bonafide_http::server(&[&DIALECT], engine.clone(), &Default::default(), Router::new());
        let [key, stranger] = keys.try_into().unwrap();
        (Self { engine, router, key, stranger }, folder)
    }

    /// The token of a person's device in a new verification.
    async fn device(&self) -> String {
        let caller = access::authenticate(&self.engine, &self.key).await.unwrap().unwrap();
        let new = NewVerification { dialect: "heavy", ..NewVerification::default() };
        let id = verifications::create(&self.engine, &caller, new).await.unwrap();
        capture::issue(&self.engine, &caller, id).await.unwrap().to_string()
    }

    async fn send(&self, request: Request<Body>) -> (u16, Value, Option<String>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let later = parts.headers.get(header::RETRY_AFTER).map(|after| after.to_str().unwrap().to_owned());
        (parts.status.as_u16(), serde_json::from_slice(&bytes).unwrap_or_default(), later)
    }

    /// `announced` bytes that may be others than those of the body.
    fn request(&self, path: &str, key: &str, announced: Option<usize>, body: Body) -> Request<Body> {
        let mut request = Request::post(path).header("X-Api-Key", key);
        if let Some(bytes) = announced {
            request = request.header(header::CONTENT_LENGTH, bytes);
        }
        request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()
    }

    async fn post(&self, path: &str, text: usize) -> (u16, Value) {
        let body = json!({ "text": "x".repeat(text) }).to_string();
        let (status, told, _) =
            self.send(self.request(path, &self.key, Some(body.len()), Body::from(body))).await;
        (status, told)
    }

    /// Asks and goes on asking.
    fn ask(&self, request: Request<Body>) -> JoinHandle<(u16, Value, Option<String>)> {
        let app = self.clone();
        tokio::spawn(async move { app.send(request).await })
    }
}

async fn hang_up<const N: usize>(all: [JoinHandle<(u16, Value, Option<String>)>; N]) {
    for one in all {
        one.abort();
        assert!(one.await.unwrap_err().is_cancelled());
    }
}

const AROUND: usize = r#"{"text":""}"#.len();

#[tokio::test]
async fn a_body_is_as_large_as_its_operation_publishes() {
    let (app, _folder) = App::start().await;
    let document = serde_json::to_value(DIALECT.routes(&Default::default()).document).unwrap();
    for (path, most) in [("/heavy/light", 256 << 10), ("/heavy/heavy", 64 << 20), ("/heavy/open", 8 << 10)] {
        let operation = &document["paths"][path]["post"];
        assert_eq!(operation["requestBody"]["x-max-body"], most, "{path}");
        assert!(operation.get("x-max-body").is_none(), "it stands where the body is described");
        assert!(operation["responses"]["413"].is_object(), "{path}");
        assert_eq!(app.post(path, most - AROUND).await, (200, json!(most - AROUND)), "{path}");
        assert_eq!(app.post(path, most - AROUND + 1).await, (413, json!("too_large")), "{path}");
        // Whatever it says of itself.
        for announced in [None, Some(10)] {
            let request = app.request(path, &app.key, announced, Body::new(Pieces(most + 1)));
            assert_eq!(app.send(request).await, (413, json!("too_large"), None), "{path} {announced:?}");
        }
        let mut again = app.request(path, &app.key, None, Body::new(Pieces(most + 1)));
        again.headers_mut().insert("idempotency-key", "a".parse().unwrap());
        assert_eq!(app.send(again).await, (413, json!("too_large"), None), "{path}");
    }
}

#[tokio::test]
async fn large_bodies_wait_for_room_and_leave_some_to_others() {
    const LARGE: usize = 60 << 20;
    let (app, _folder) = App::start().await;
    let silent = Silent::default();
    let small = || app.request("/heavy/heavy", &app.key, Some(LARGE), Body::from(r#"{"text":"x"}"#));
    let large = app.request("/heavy/heavy", &app.key, Some(LARGE), Body::new(silent.clone()));
    let under_way = app.ask(large);
    silent.is_waited_for().await;
    // No second such body fits into what one organization may have under way.
    let full = (503, json!("overloaded"), Some("2".to_owned()));
    assert_eq!(app.send(small()).await, full);
    // One that nobody announced finds out on its way.
    let growing = app.request("/heavy/heavy", &app.key, None, Body::new(Pieces(LARGE)));
    assert_eq!(app.send(growing).await, full);
    // What is small goes on, and so does another organization.
    assert_eq!(app.post("/heavy/light", 100).await, (200, json!(100)));
    let mut others = small();
    others.headers_mut().insert("x-api-key", app.stranger.parse().unwrap());
    assert_eq!(app.send(others).await, (200, json!(1), None));
    // Whoever hangs up makes room.
    under_way.abort();
    assert!(under_way.await.unwrap_err().is_cancelled());
    assert_eq!(app.send(small()).await, (200, json!(1), None));
}

#[tokio::test]
async fn one_caller_has_few_long_polls_open() {
    let (app, _folder) = App::start().await;
    let document = serde_json::to_value(DIALECT.routes(&Default::default()).document).unwrap();
    assert_eq!(document["paths"]["/heavy/patient"]["get"]["x-at-once"], 2);
    let poll =
        |key: &str| Request::get("/heavy/patient").header("X-Api-Key", key).body(Body::empty()).unwrap();
    let waiting = [app.ask(poll(&app.key)), app.ask(poll(&app.key))];
    until(&INSIDE, 2).await;
    let refused = (429, json!("too_many_requests"), Some("1".to_owned()));
    assert_eq!(app.send(poll(&app.key)).await, refused);
    assert_eq!(app.post("/heavy/light", 1).await, (200, json!(1)), "other requests go on");
    // Another caller is let in, and waits.
    let others = app.ask(poll(&app.stranger));
    until(&INSIDE, 3).await;
    hang_up(waiting).await;
    // Those who hung up make room.
    let again = app.ask(poll(&app.key));
    until(&INSIDE, 4).await;
    hang_up([others, again]).await;
}

#[tokio::test]
async fn a_device_has_fewer_requests_open_than_a_server() {
    let (app, _folder) = App::start().await;
    let device = app.device().await;
    let wait =
        |key: &str| Request::get("/heavy/devoted").header("X-Api-Key", key).body(Body::empty()).unwrap();
    let waiting = [(); 4].map(|()| app.ask(wait(&device)));
    until(&DEVOTED, 4).await;
    let refused = (429, json!("too_many_requests"), Some("1".to_owned()));
    assert_eq!(app.send(wait(&device)).await, refused);
    // Another device, and the server that made both.
    let others = [app.ask(wait(&app.device().await)), app.ask(wait(&app.key))];
    until(&DEVOTED, 6).await;
    let more = [(); 3].map(|()| app.ask(wait(&app.key)));
    until(&DEVOTED, 9).await;
    hang_up(waiting).await;
    hang_up(others).await;
    hang_up(more).await;
}

#[tokio::test]
async fn a_device_sends_two_large_bodies_at_a_time() {
    const LARGE: usize = 1 << 20;
    let (app, _folder) = App::start().await;
    let device = app.device().await;
    let send = |key: &str, announced: Option<usize>| {
        app.request("/heavy/heavy", key, announced, Body::from(r#"{"text":"x"}"#))
    };
    let silent = [Silent::default(), Silent::default()];
    let body = |silent: &Silent| Body::new(silent.clone());
    let under_way =
        silent.each_ref().map(|s| app.ask(app.request("/heavy/heavy", &device, Some(LARGE), body(s))));
    for silent in &silent {
        silent.is_waited_for().await;
    }
    let refused = (429, json!("too_many_requests"), Some("1".to_owned()));
    for announced in [Some(LARGE), None] {
        let third = app.request("/heavy/heavy", &device, announced, Body::new(Pieces(LARGE)));
        assert_eq!(app.send(third).await, refused, "{announced:?}");
    }
    let let_in = (200, json!(1), None);
    assert_eq!(app.send(send(&device, Some(12))).await, let_in, "what is small goes on");
    assert_eq!(app.send(send(&app.device().await, Some(LARGE))).await, let_in, "another device");
    assert_eq!(app.send(send(&app.key, Some(LARGE))).await, let_in, "a server");
    hang_up(under_way).await;
    for _ in 0..2 {
        assert_eq!(app.send(send(&device, Some(LARGE))).await, let_in);
    }
}
