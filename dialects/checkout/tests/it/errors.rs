//! What every answer has, and what the vendor's programs send that others do not.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use bonafide_testkit::engine::Setup;
use serde_json::json;

use crate::support::{App, id};

const UNKNOWN: &str = "/applicants/aplt_01kt1gw6g0fmj99z5sfwzpmy4a";

#[tokio::test]
async fn a_key_is_asked_for_and_bearer_is_said_to_be_missing() {
    let app = App::start("sqlite").await;
    let ask = async |authorization: Option<String>| {
        let mut request = Request::get(UNKNOWN);
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let key = &app.key;
    assert!(key.starts_with("sk_sbox_") && key.len() == 35, "the vendor's shape: {}", key.len());
    ask(Some(format!("Bearer {key}"))).await.refused(404, "resource_not_found");
    ask(Some(format!("bearer {key}"))).await.refused(404, "resource_not_found");
    for nothing in [None, Some(String::new()), Some("Bearer ".to_owned())] {
        assert_eq!(ask(nothing).await.refused(401, "authentication_error"), ["unauthorized"]);
    }
    let mut wrong = key.clone();
    wrong.replace_range(12..13, if &key[12..13] == "a" { "b" } else { "a" });
    assert_eq!(
        ask(Some(format!("Bearer {wrong}"))).await.refused(401, "authentication_error"),
        ["unauthorized"]
    );
    // One program sends the key bare. It stays out, and is told why.
    for bare in [key.clone(), format!("Basic {key}"), wrong] {
        let answer = ask(Some(bare)).await;
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_request\"");
        let message = answer.body["message"].as_str().unwrap().to_owned();
        assert!(message.contains("Bearer <token or key>") && !message.contains(key.as_str()), "{message}");
        assert_eq!(answer.refused(401, "authentication_error"), ["authorization__bearer_missing"]);
    }
}

#[tokio::test]
async fn every_refusal_has_the_envelope() {
    let mut setup = Setup::default();
    setup.settings.per_minute = 60;
    let app = App::of("sqlite", setup, true).await;
    for nowhere in
        ["/applicants/a/b", "/identity-verifications/x/y/z", "/workflows/a/b/c/d", "/v2/nothing", "/connect"]
    {
        let refused = app.get(nowhere).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["no_such_operation"], "{nowhere}");
    }
    for (method, path) in
        [("PUT", "/applicants"), ("DELETE", UNKNOWN), ("GET", "/connect/token"), ("purge", UNKNOWN)]
    {
        let refused = app.ask(method, &app.key, path, None).await;
        assert!(refused.headers.contains_key(header::ALLOW), "{method} {path}");
        assert_eq!(refused.refused(405, "resource_not_found"), ["method_not_allowed"], "{method} {path}");
    }
    let send = async |kind: &str, body: Vec<u8>| {
        let request = Request::post("/applicants")
            .header(header::AUTHORIZATION, format!("Bearer {}", app.key))
            .header(header::CONTENT_TYPE, kind);
        app.send(request.body(Body::from(body)).unwrap()).await
    };
    for (kind, body) in [("application/json", "{"), ("application/json", "nothing"), ("text/xml", "<a/>")] {
        let refused = send(kind, body.into()).await;
        assert_eq!(refused.refused(400, "invalid_request"), ["invalid_json"], "{kind} {body}");
    }
    let huge = [&b"{\"email\":\""[..], &vec![b'x'; 64 << 20], b"\"}"].concat();
    assert_eq!(send("application/json", huge).await.refused(413, "invalid_request"), ["too_large"]);
    let mut last = app.get(UNKNOWN).await;
    for _ in 0..60 {
        last = app.get(UNKNOWN).await;
    }
    let seconds: u32 = last.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    assert_eq!(last.refused(429, "too_many_requests"), ["too_many_requests"]);
}

#[tokio::test]
async fn a_request_is_called_what_its_caller_calls_it() {
    let app = App::start("sqlite").await;
    let request = Request::get(UNKNOWN).header("X-Request-Id", "order-17").header("X-Api-Key", &app.key);
    let answer = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers["cko-request-id"], "order-17");
    assert_eq!(answer.body["request_id"], "order-17");
    answer.refused(404, "resource_not_found");
}

#[tokio::test]
async fn what_the_vendors_programs_send_is_understood() {
    let app = App::start("sqlite").await;
    let hannah = app.applicant(json!({"external_applicant_name": "Hannah Bret"})).await;
    let path = format!("/applicants/{}", id(&hannah));
    let ask = async |method: &[u8], path: &str, kind: Option<&str>, body: &str| {
        let mut request = Request::builder()
            .method(Method::from_bytes(method).unwrap())
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", app.key))
            .header(header::ACCEPT, "application/vnd.nobody.has.this");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        app.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    // The method in small letters.
    let changed =
        ask(b"patch", &path, Some("application/json"), r#"{"external_applicant_name": "Hannah Roe"}"#).await;
    assert_eq!(changed.ok()["external_applicant_name"], "Hannah Roe");
    // Whatever content type a GET names.
    for kind in ["application/json", "text/csv", "nonsense"] {
        assert_eq!(ask(b"GET", &path, Some(kind), "").await.ok()["external_applicant_name"], "Hannah Roe");
    }
    // No body, with a content type or without, where a body is optional.
    for kind in [Some("application/json"), Some("application/json; charset=utf-8"), None] {
        ask(b"POST", "/applicants", kind, "").await.created();
        ask(b"POST", &format!("{path}/anonymize"), kind, "").await.ok();
        ask(b"POST", &format!("{path}/anonymize"), kind, "{}").await.ok();
        ask(b"PATCH", &path, kind, "").await.ok();
    }
}

#[tokio::test]
async fn everything_is_found_under_the_older_prefix_too() {
    let app = App::start("sqlite").await;
    let hannah =
        app.post("/v2/applicants", json!({"external_applicant_name": "Hannah Bret"})).await.created();
    let path = format!("/applicants/{}", id(&hannah));
    assert_eq!(app.get(&path).await.ok(), hannah);
    assert_eq!(app.get(&format!("/v2{path}")).await.ok(), hannah);
    let reader = app.new_key("verifications:read").await;
    let refused = app.ask("POST", &reader, "/v2/applicants", None).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
}
