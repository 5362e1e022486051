//! Tokens and keys at this API. The gate itself is tested in `crates/http`.

use axum::{
    body::Body,
    http::{Request, header},
};
use bonafide_engine::access::{self, Kind, Wanted, credentials};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{Answer, App};

on_both!(
    a_key_opens_every_door_that_a_token_opens,
    a_revoked_client_is_out_with_its_tokens,
    a_repeated_request_is_known_by_its_client_and_not_its_token,
    tokens_are_given_to_clients_as_often_as_they_may_ask,
);

/// A request with these headers; a body makes it a POST.
async fn send(app: &App, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn a_key_opens_every_door_that_a_token_opens(app: &App) {
    let mut admin = app.caller().await;
    admin.scopes = "verifications keys".to_owned();
    let new = credentials::create(&app.engine, &admin, Wanted::new(Kind::ApiKey, "a key")).await.unwrap();
    let (id, secret) = (new.credential.public_id.clone(), new.secret.to_string());
    let bearer = format!("Bearer {secret}");
    let made = send(app, "/idv/session/create", &[("Authorization", &bearer)], json!({})).await.ok();
    // What the key made is seen by the organization's OAuth client.
    let session = json!({"session_id": made["session_id"]});
    let read = app.post("/idv/session/read", session.clone()).await.ok();
    assert_eq!(read["client_id"], id.as_str());
    let headers = [("Authorization", bearer.as_str()), ("X-Client-Id", id.as_str())];
    send(app, "/idv/sdk/session/read", &headers, session).await.ok();
}

async fn a_revoked_client_is_out_with_its_tokens(app: &App) {
    app.post("/idv/session/list", json!({})).await.ok();
    access::revoke_credential(&app.engine, &app.client_id).await.unwrap();
    app.post("/idv/session/list", json!({})).await.refused(401, "unauthorized");
}

async fn a_repeated_request_is_known_by_its_client_and_not_its_token(app: &App) {
    let ask = async |token: &str| {
        let token = format!("Bearer {token}");
        let headers = [("Authorization", token.as_str()), ("Idempotency-Key", "same")];
        send(app, "/idv/session/create", &headers, json!({})).await.ok()["session_id"].clone()
    };
    let mine = ask(&app.token).await;
    let new_token = app.reissue().await;
    assert_eq!(ask(&new_token).await, mine);
}

async fn tokens_are_given_to_clients_as_often_as_they_may_ask(app: &App) {
    let mut admin = app.caller().await;
    admin.scopes = "verifications keys".to_owned();
    let wanted = Wanted { per_minute: Some(2), ..Wanted::new(Kind::OauthClient, "eager") };
    let new = credentials::create(&app.engine, &admin, wanted).await.unwrap();
    let (id, secret) = (new.credential.public_id.clone(), new.secret.to_string());
    let exchange = async |id: &str, secret: &str| {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let kind = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        app.send(Request::post("/oauth2/token").header(kind.0, kind.1).body(Body::from(form)).unwrap()).await
    };
    exchange(&id, &secret).await.ok();
    exchange(&id, &secret).await.ok();
    let refused = exchange(&id, &secret).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers[header::RETRY_AFTER]),
        (429, &"30".parse().unwrap())
    );
    assert_eq!(refused.body["error"], "too_many_requests");
    app.clock.advance(30_000);
    exchange(&id, &secret).await.ok();

    // Guessing is counted by the address that guesses.
    app.peer.set("203.0.113.7:4711".parse().unwrap()).unwrap();
    for _ in 0..60 {
        assert_eq!(exchange(&id, "wrong").await.status, 401);
    }
    let refused = exchange(&id, "wrong").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers[header::RETRY_AFTER]),
        (429, &"1".parse().unwrap())
    );
    app.clock.advance(30_000);
    exchange(&id, &secret).await.ok();
}
