//! Access tokens.

use std::time::Instant;

use axum::http::header;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::{
    Caller,
    access::{Kind, Wanted, credentials},
};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{Answer, App};

on_both!(
    a_token_opens_what_its_scopes_say,
    credentials_come_in_the_form_in_the_header_or_in_both,
    what_is_wrong_is_told_in_the_words_of_the_standard,
    whoever_asks_every_few_seconds_is_not_locked_out,
);

const TOKEN: &str = "/connect/token";

/// A client of the organization, which may do everyday work.
async fn client(app: &App, scopes: &str, per_minute: Option<i64>) -> (String, String) {
    let admin = Caller { scopes: "verifications keys".to_owned(), ..app.caller.clone() };
    let wanted =
        Wanted { scopes: scopes.to_owned(), per_minute, ..Wanted::new(Kind::OauthClient, "a client") };
    let new = credentials::create(&app.engine, &admin, wanted).await.unwrap();
    (new.credential.public_id.clone(), new.secret.to_string())
}

fn form(id: &str, secret: &str, scope: &str) -> String {
    let scope = scope.replace(' ', "+");
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&scope={scope}")
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

/// A refusal in the envelope of the standard: its code.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> &str {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert!(answer.headers.contains_key("cko-request-id") && answer.headers.contains_key("cko-version"));
    assert!(
        answer.body["error_description"].as_str().is_some_and(|text| !text.is_empty()),
        "{}",
        answer.body
    );
    answer.body["error"].as_str().unwrap()
}

async fn a_token_opens_what_its_scopes_say(app: &App) {
    let (id, secret) = client(app, "verifications", None).await;
    for (scope, echoed, [reads, writes, webhooks]) in [
        ("identity-verification", "identity-verification", [true, true, false]),
        ("flow", "flow", [false, false, true]),
        ("flow flow:workflows flow:events", "flow flow:workflows flow:events", [false, false, true]),
        ("identity-verification flow:workflows", "identity-verification flow:workflows", [true, true, true]),
        ("verifications:read", "verifications:read", [true, false, false]),
        ("", "verifications", [true, true, true]),
    ] {
        let body = app.form(TOKEN, &[], &form(&id, &secret, scope)).await.ok();
        assert_eq!((&body["token_type"], &body["scope"]), (&json!("Bearer"), &json!(echoed)));
        assert_eq!(body["expires_in"], app.engine.settings.token_lifetime_s);
        let token = body["access_token"].as_str().unwrap();
        let none = "/applicants/aplt_01kt1gw6g0fmj99z5sfwzpmy4a";
        for (let_in, status, method, path) in [
            (reads, 404, "GET", none),
            (writes, 201, "POST", "/applicants"),
            (webhooks, 200, "GET", "/console/webhooks"),
        ] {
            let expected = if let_in { status } else { 403 };
            let answer = app.ask(method, token, path, None).await;
            assert_eq!(answer.status.as_u16(), expected, "{scope}: {method} {path}");
        }
    }
    // Under the older prefix too, and no longer than was said.
    let body = app.form(&format!("/v2{TOKEN}"), &[], &form(&id, &secret, "identity-verification")).await.ok();
    let token = body["access_token"].as_str().unwrap();
    app.clock.advance(app.engine.settings.token_lifetime_s * 1000 - 1);
    app.ask("POST", token, "/applicants", None).await.created();
    app.clock.advance(1);
    app.ask("POST", token, "/applicants", None).await.refused(401, "authentication_error");
}

async fn credentials_come_in_the_form_in_the_header_or_in_both(app: &App) {
    let (id, secret) = client(app, "verifications", None).await;
    let (other_id, other_secret) = client(app, "verifications", None).await;
    let in_form = form(&id, &secret, "identity-verification");
    let bare = "grant_type=client_credentials";
    let header = basic(&id, &secret);
    let both = [("Authorization", header.as_str())];
    app.form(TOKEN, &[], &in_form).await.ok();
    app.form(TOKEN, &both, bare).await.ok();
    app.form(TOKEN, &both, &in_form).await.ok();
    app.form(TOKEN, &both, &format!("{bare}&client_id={id}")).await.ok();
    for differs in [
        form(&other_id, &secret, ""),
        form(&id, &other_secret, ""),
        form(&other_id, &other_secret, ""),
        format!("{bare}&client_id={other_id}"),
    ] {
        assert_eq!(refused(&app.form(TOKEN, &both, &differs).await, 400), "invalid_request");
    }
}

async fn what_is_wrong_is_told_in_the_words_of_the_standard(app: &App) {
    let (id, secret) = client(app, "verifications:read", None).await;
    let good = "grant_type=client_credentials";
    for (form, error) in [
        (String::new(), "invalid_request"),
        (format!("client_id={id}&client_secret={secret}"), "invalid_request"),
        (format!("grant_type=password&client_id={id}&client_secret={secret}"), "unsupported_grant_type"),
        (good.to_owned(), "invalid_client"),
        (format!("{good}&client_id={id}"), "invalid_client"),
        (form(&id, "wrong", ""), "invalid_client"),
        (form("cli_nobody", &secret, ""), "invalid_client"),
        (form(&id, &secret, "nothing"), "invalid_scope"),
        (form(&id, &secret, "identity-verification"), "invalid_scope"),
        (form(&id, &secret, "flow"), "invalid_scope"),
        (format!("{good}&{good}"), "invalid_request"),
        (format!("{good}{}", "&a=b".repeat(16)), "invalid_request"),
    ] {
        assert_eq!(refused(&app.form(TOKEN, &[], &form).await, 400), error, "{form:.200}");
    }
    let large = app.form(TOKEN, &[], &format!("{good}&a={}", "x".repeat(16 << 10))).await;
    assert_eq!(refused(&large, 413), "invalid_request");
    // Whoever used HTTP Basic is answered as the standard demands.
    for wrong in [basic(&id, "wrong"), "Basic nonsense".to_owned(), format!("Bearer {secret}")] {
        let answer = app.form(TOKEN, &[("Authorization", &wrong)], good).await;
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Basic realm=\"bonafide\"");
        assert_eq!(refused(&answer, 401), "invalid_client", "{wrong}");
    }
    let json = app.post(TOKEN, json!({"grant_type": "client_credentials"})).await;
    assert_eq!(refused(&json, 400), "invalid_request");
}

/// One program takes the seconds of `expires_in` for milliseconds, and asks again and again.
async fn whoever_asks_every_few_seconds_is_not_locked_out(app: &App) {
    let (id, secret) = client(app, "verifications", Some(1)).await;
    let body = form(&id, &secret, "identity-verification");
    let ask = || app.form(TOKEN, &[], &body);
    for _ in 0..100 {
        ask().await.ok();
    }
    // What it may ask for otherwise is what it was before.
    let token = ask().await.ok()["access_token"].as_str().unwrap().to_owned();
    app.ask("POST", &token, "/applicants", None).await.created();
    app.ask("POST", &token, "/applicants", None).await.refused(429, "too_many_requests");
    ask().await.ok();
}

/// How many tokens are issued a second to callers who ask one after the other, eight at a time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: 4,000 tokens"]
async fn tokens_a_second() {
    const EACH: usize = 500;
    let app = App::start("sqlite").await;
    let (id, secret) = client(&app, "verifications", None).await;
    let body = form(&id, &secret, "identity-verification");
    let ask = async || {
        for _ in 0..EACH {
            app.form(TOKEN, &[], &body).await.ok();
        }
    };
    let began = Instant::now();
    tokio::join!(ask(), ask(), ask(), ask(), ask(), ask(), ask(), ask());
    println!("{:.0} tokens a second", 8.0 * EACH as f64 / began.elapsed().as_secs_f64());
}
