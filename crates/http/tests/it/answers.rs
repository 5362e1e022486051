//! What becomes of an answer on its way out: the envelope of its API, and the API's own headers.

use axum::{
    Router,
    body::Body,
    http::{HeaderName, Method, Request},
    response::IntoResponse,
};
use bonafide_http::{Dialect, Json, Operations, Result, error_schema, operation, routes};
use bonafide_testkit::engine::{Setup, Started};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;
use utoipa::{OpenApi, ToSchema};

#[derive(OpenApi)]
#[openapi(info(title = "Careful", version = "1"))]
struct Api;

static DIALECT: Dialect = Dialect {
    prefixes: &["/careful"],
    headers: |id| vec![(HeaderName::from_static("careful-id"), id.clone())],
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "careful_key",
        error: error_schema::<String>,
        folder: "crates/http/tests/it",
        routes: routes![change, break_down],
    }),
    ..Dialect::new("careful", |refusal, _| {
        (refusal.status, Json(format!("{} {}", refusal.code, refusal.request_id))).into_response()
    })
};

#[derive(Serialize, Deserialize, ToSchema)]
struct Thing {
    #[schema(max_length = 20)]
    name: String,
}

/// Change a thing
#[operation(patch, "/careful/thing", id = "change")]
async fn change(Json(thing): Json<Thing>) -> Result<Json<Thing>> {
    Ok(Json(thing))
}

/// Break down
#[operation(post, "/careful/break", id = "break_down")]
async fn break_down() -> Result<Json<Thing>> {
    panic!("a bug")
}

/// Status, body, and what the API's header says.
async fn ask(router: &Router, method: &str, path: &str, body: Vec<u8>) -> (u16, String, String) {
    let request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path)
        .header("content-type", "application/json")
        .header("x-request-id", "seven");
    let response = router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let id = parts.headers.get("careful-id").map(|id| id.to_str().unwrap().to_owned());
    (parts.status.as_u16(), String::from_utf8(bytes.into()).unwrap(), id.unwrap_or_default())
}

#[tokio::test]
async fn requirement_23_every_answer_has_the_envelope_and_the_headers_of_its_api() {
    let Started { engine, folder: _folder, .. } = Setup::default().start("sqlite").await;
    let router = bonafide_http::server(&[&DIALECT], engine, &Default::default(), Router::new());
    let thing = || b"{\"name\":\"a\"}".to_vec();
    let refused = |status, code: &str| (status, format!("\"{code} seven\""), "seven".to_owned());
    // A client whose methods are in small letters is answered like any other.
    for method in ["PATCH", "patch"] {
        let answer = ask(&router, method, "/careful/thing", thing()).await;
        assert_eq!(answer, (200, "{\"name\":\"a\"}".to_owned(), "seven".to_owned()), "{method}");
    }
    assert_eq!(ask(&router, "PATCH", "/careful/thing", b"{".to_vec()).await, refused(400, "invalid_request"));
    assert_eq!(ask(&router, "GET", "/careful/thing", vec![]).await, refused(405, "method_not_allowed"));
    assert_eq!(ask(&router, "GET", "/careful/none", vec![]).await, refused(404, "no_such_operation"));
    assert_eq!(ask(&router, "POST", "/careful/break", vec![]).await, refused(500, "internal"));
    let huge = vec![b' '; (8 << 10) + 1];
    assert_eq!(ask(&router, "PATCH", "/careful/thing", huge).await, refused(413, "too_large"));
    // What is no API's has the headers of none.
    assert_eq!(ask(&router, "GET", "/other", vec![]).await.2, "");
}
