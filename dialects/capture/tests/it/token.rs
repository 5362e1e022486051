//! Links and tokens: for one exchange, for one session, until it is over.

use axum::http::{Method, header};
use bonafide_core::step::StepKind;
use bonafide_engine::capture;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    requirement_04_a_link_is_good_for_one_exchange,
    requirement_04_a_token_opens_its_session_alone,
    a_newer_token_ends_the_one_before,
    requirement_04_what_is_over_is_gone,
);

async fn requirement_04_a_link_is_good_for_one_exchange(app: &App) {
    let session = app.created(&[StepKind::Person]).await;
    let link = app.link(session).await;
    let answer = app.exchange(&link).await;
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let made = answer.ok();
    let token = made["token"].as_str().unwrap();
    // A prefix and at least 128 bits.
    assert!(token.starts_with("cap_") && token.len() >= 26, "{}", token.len());
    assert_eq!(made["expires_at"], "2026-06-08T12:00:00.000Z");
    let read = app.ask(Method::GET, token, "/capture/session", None).await.ok();
    assert_eq!((&read["status"], &read["organization"]), (&json!("pending"), &json!("Acme Notaries")));
    let used = app.exchange(&link).await;
    assert!(used.body["detail"].as_str().unwrap().contains("ask whoever sent it"), "{}", used.body);
    used.refused(410, "gone");
    app.exchange("lnk_none").await.refused(410, "gone");
    app.exchange(token).await.refused(410, "gone");
    assert_eq!(app.exchange("").await.refused(400, "invalid_request"), ["link"]);
    // The link of another session, or an unused one of this, opens only where it says.
    let other = app.exchange(&app.link(app.created(&[StepKind::Location]).await).await).await.ok();
    let read = app.ask(Method::GET, other["token"].as_str().unwrap(), "/capture/session", None).await.ok();
    assert_eq!(read["steps"][0]["kind"], "location");
}

async fn requirement_04_a_token_opens_its_session_alone(app: &App) {
    let (one, two) = (app.device(&[StepKind::Person]).await, app.device(&[StepKind::Location]).await);
    let stranger = app.stranger().await;
    for (device, kind) in [(&one, "person"), (&two, "location")] {
        let read = app.session(device).await;
        assert_eq!(read["steps"].as_array().unwrap().len(), 1);
        assert_eq!(read["steps"][0]["kind"], kind);
    }
    app.post(&one, "/capture/session/consent", json!({"given": true})).await.ok();
    assert_eq!(app.session(&two).await["consented"], Value::Null, "another's consent");
    app.put(&one, "location", json!({"latitude": 1, "longitude": 1}))
        .await
        .refused(409, "step_not_asked_for");
    // Nobody else makes tokens for it, and a token is good for nothing beside capturing.
    let foreign = capture::issue(app.engine(), &stranger, one.session).await;
    assert!(matches!(foreign, Err(bonafide_engine::Error::NotFound(_))));
    for (method, path) in [
        (Method::GET, format!("/console/verifications/{}", one.session)),
        (Method::GET, "/console/verifications".to_owned()),
        (Method::GET, format!("/v2/api/requests/{}", one.session)),
        (Method::POST, "/idv/session/read".to_owned()),
        (Method::POST, "/idv/session/anonymize".to_owned()),
    ] {
        let body = (method == Method::POST).then(|| json!({"session_id": one.session}));
        assert_eq!(app.ask(method, &one.token, &path, body).await.status, 403, "{path}");
    }
    // And whoever may do everything else may not speak for a person.
    let key = bonafide_engine::access::Wanted {
        scopes: "verifications reviews".to_owned(),
        ..bonafide_engine::access::Wanted::new(bonafide_engine::access::Kind::ApiKey, "a key")
    };
    let admin = bonafide_engine::Caller { scopes: "verifications reviews keys".into(), ..app.maker.clone() };
    let key = bonafide_engine::access::credentials::create(app.engine(), &admin, key).await.unwrap();
    let asked = app.ask(Method::GET, &key.secret.to_string(), "/capture/session", None).await;
    asked.refused(403, "insufficient_scope");
    app.ask(Method::GET, "", "/capture/session", None).await.refused(401, "unauthorized");
    app.ask(Method::GET, "cap_none", "/capture/session", None).await.refused(401, "unauthorized");
}

async fn a_newer_token_ends_the_one_before(app: &App) {
    let first = app.device(&[StepKind::Person]).await;
    let second = app.device_of(first.session).await;
    let answer = app.ask(Method::GET, &first.token, "/capture/session", None).await;
    assert!(answer.body["detail"].as_str().unwrap().contains("another device"), "{}", answer.body);
    answer.refused(410, "gone");
    app.session(&second).await;
}

async fn requirement_04_what_is_over_is_gone(app: &App) {
    let device = app.device(&[StepKind::Person]).await;
    let link = app.link(device.session).await;
    app.clock().advance(8 * 24 * 3600 * 1000);
    app.ask(Method::GET, &device.token, "/capture/session", None).await.refused(410, "gone");
    app.put(&device, "person", json!({})).await.refused(410, "gone");
    app.post(&device, "/capture/session/submit", json!({})).await.refused(410, "gone");
    app.exchange(&link).await.refused(410, "gone");
}

/// Who guesses codes is slowed down like who guesses secrets.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_counted_by_address() {
    let app = App::start("sqlite").await;
    let guess = async |n: usize, host: u8| {
        let address: std::net::SocketAddr = ([192, 0, 2, host], 4000).into();
        let mut request = axum::http::Request::post("/capture/token")
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(json!({"link": format!("lnk_{n}")}).to_string()))
            .unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(address));
        app.send(request).await
    };
    for n in 0..60 {
        guess(n, 1).await.refused(410, "gone");
    }
    let late = guess(60, 1).await;
    assert!(late.headers.contains_key(header::RETRY_AFTER));
    late.refused(429, "too_many_requests");
    guess(61, 2).await.refused(410, "gone");
}

/// From an address that guessed too often no code is looked up, not even a good one; what was good a moment ago is.
#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_too_often_does_not_reach_the_database() {
    let app = App::start("sqlite").await;
    let device = app.device(&[StepKind::Person]).await;
    let link = app.link(device.session).await;
    let send = async |path: &str, body: serde_json::Value| {
        let address: std::net::SocketAddr = ([192, 0, 2, 1], 4000).into();
        let mut request = axum::http::Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(address));
        app.send(request).await
    };
    for n in 0..60 {
        send("/capture/token", json!({"link": format!("lnk_{n}")})).await.refused(410, "gone");
    }
    send("/capture/share/read", json!({"code": "shr_61"})).await.refused(429, "too_many_requests");
    for _ in 0..3 {
        send("/capture/token", json!({"link": link})).await.refused(429, "too_many_requests");
    }
    // A second later it is good: nobody took it meanwhile.
    app.clock().advance(1_000);
    let taken = send("/capture/token", json!({"link": link})).await;
    assert!(taken.status.is_success(), "{}", taken.body);
    for n in 0..3 {
        send("/capture/token", json!({"link": format!("lnk_{n}")})).await;
    }
    // Without a database, asking it is a bug of ours: so it shows what is looked up.
    app.engine().close().await;
    send("/capture/token", json!({"link": "lnk_none"})).await.refused(429, "too_many_requests");
    send("/capture/share/read", json!({"code": "shr_none"})).await.refused(429, "too_many_requests");
    let picture = json!({"code": "shr_none", "picture": "none"});
    send("/capture/share/picture", picture).await.refused(429, "too_many_requests");
}

/// A token stands in a header alone: addresses are kept by browsers, logs and the pages that links lead to.
#[test]
fn requirement_04_no_operation_takes_anything_in_its_query() {
    let operations = bonafide_capture::DIALECT.routes(&Default::default()).operations;
    assert!(operations.len() > 20);
    for operation in operations {
        assert_eq!(operation.query, [""; 0], "{}", operation.path);
        let variables: Vec<&str> = operation.path.split('/').filter(|part| part.starts_with('{')).collect();
        assert!(variables.is_empty() || variables == ["{kind}"], "{}", operation.path);
        let open = operation.scopes.is_none();
        let codes = ["/capture/token", "/capture/share/read", "/capture/share/picture"];
        assert_eq!(open, codes.contains(&operation.path.as_str()), "{}", operation.path);
        assert!(open || operation.scopes.as_deref() == Some(&["capture".to_owned()]), "{}", operation.path);
    }
}
