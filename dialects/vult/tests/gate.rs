//! Who is let in, for what, how often; and requests that are repeated.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use bonafide_engine::{
    Caller, Error,
    access::{self, Wanted, credentials},
};
use bonafide_store::credentials::Kind;
use serde_json::{Value, json};
use support::{Answer, App};

on_both!(
    a_key_opens_every_door_that_a_token_opens,
    a_revoked_credential_is_out_at_once,
    two_secrets_are_good_for_the_overlap,
    a_scope_is_asked_for_by_what_an_operation_does,
    nobody_gives_away_more_than_they_have,
    a_limit_holds_for_one_caller_and_is_told,
    many_keys_do_not_make_more_of_one_organization,
    tokens_are_given_to_clients_as_often_as_they_may_ask,
    a_repeated_request_does_nothing_twice,
    a_request_whose_caller_hangs_up_is_done_once,
    a_key_for_another_request_is_refused,
    an_answer_is_kept_for_a_day_and_opens_for_its_caller_alone,
);

/// A request with these headers; a body makes it a POST.
async fn send(app: &App, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn list_with(app: &App, key: &str) -> Answer {
    send(app, "/idv/session/list", &[("X-Api-Key", key)], json!({})).await
}

/// A key of the app's own organization.
async fn key(app: &App, scopes: &str, per_minute: Option<i64>) -> (String, String) {
    let mut admin = app.caller().await;
    admin.scopes = "verifications keys".to_owned();
    let wanted = Wanted { scopes: scopes.to_owned(), per_minute, ..Wanted::new(Kind::ApiKey, "a key") };
    let new = credentials::create(&app.engine, &admin, wanted).await.unwrap();
    (new.credential.public_id.clone(), new.secret.to_string())
}

async fn a_key_opens_every_door_that_a_token_opens(app: &App) {
    let (id, secret) = key(app, "verifications", None).await;
    assert!(secret.starts_with("sk_") && secret.len() == 3 + 27, "{secret}");
    list_with(app, &secret).await.ok();
    let bearer = format!("Bearer {secret}");
    let made = send(app, "/idv/session/create", &[("Authorization", &bearer)], json!({})).await.ok();
    // What the key made is seen by the organization's OAuth client.
    let session = json!({"session_id": made["session_id"]});
    let read = app.post("/idv/session/read", session.clone()).await.ok();
    assert_eq!(read["client_id"], id.as_str());
    let headers = [("Authorization", bearer.as_str()), ("X-Client-Id", id.as_str())];
    send(app, "/idv/sdk/session/read", &headers, session).await.ok();

    // What answers a GET answers a HEAD.
    let head = Request::head(format!("/idv/weights/{}", app.client_id)).header("X-Api-Key", &secret);
    assert_ne!(app.send(head.body(Body::empty()).unwrap()).await.status, 401);

    let mut mistyped = secret.clone();
    mistyped.replace_range(10..11, if &secret[10..11] == "a" { "b" } else { "a" });
    for wrong in ["", "sk_", mistyped.as_str(), "Basic"] {
        list_with(app, wrong).await.refused(401, "unauthorized");
    }
    // Used just now, to the minute; noted beside the request.
    for _ in 0..100 {
        let all = access::list_credentials(&app.engine).await.unwrap();
        let used = all.iter().find(|l| l.credential.public_id == id).unwrap().credential.last_used_at;
        if used.is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the use was not noted");
}

async fn a_revoked_credential_is_out_at_once(app: &App) {
    let (id, secret) = key(app, "verifications", None).await;
    list_with(app, &secret).await.ok();
    let caller = access::authenticate(&app.engine, &secret).await.unwrap().unwrap();
    assert!(access::still_good(&app.engine, &caller).await.unwrap());
    access::revoke_credential(&app.engine, &id).await.unwrap();
    list_with(app, &secret).await.refused(401, "unauthorized");
    assert!(!access::still_good(&app.engine, &caller).await.unwrap(), "who was let in before is told");
    // And a client with the tokens it was given.
    access::revoke_credential(&app.engine, &app.client_id).await.unwrap();
    app.post("/idv/session/list", json!({})).await.refused(401, "unauthorized");
    let refused = access::rotate_credential(&app.engine, &id, 0).await;
    assert!(refused.is_err(), "what was revoked gets no new secret");
}

async fn two_secrets_are_good_for_the_overlap(app: &App) {
    const OVERLAP_S: i64 = 3600;
    let (id, first) = key(app, "verifications", None).await;
    let second = access::rotate_credential(&app.engine, &id, OVERLAP_S).await.unwrap().secret.to_string();
    let begin = app.clock.advance(0);
    // At random moments around the end, and at the end.
    let end = OVERLAP_S * 1000;
    let mut moments: Vec<i64> = (0..40_i64).map(|n| (n * n * 7919 + 1) % (2 * end)).collect();
    moments.extend([0, end - 1, end]);
    moments.sort_unstable();
    assert!(moments.iter().filter(|at| **at >= end).count() >= 10, "after the end too");
    for at in moments {
        let now = app.clock.advance(0);
        app.clock.advance(begin.0 + at - now.0);
        list_with(app, &second).await.ok();
        let answer = list_with(app, &first).await;
        assert_eq!(answer.status.is_success(), at < end, "{at} ms after the rotation");
    }
    // A third one without overlap ends the second.
    app.clock.advance(3 * OVERLAP_S * 1000);
    let third = access::rotate_credential(&app.engine, &id, 0).await.unwrap().secret.to_string();
    list_with(app, &second).await.refused(401, "unauthorized");
    list_with(app, &third).await.ok();
}

async fn a_scope_is_asked_for_by_what_an_operation_does(app: &App) {
    let session = app.created().await;
    let this = json!({"session_id": session});
    let hook = json!({"name": "a", "url": "https://example.com/"});
    let weights = json!({"client_id": app.client_id});
    let calls = [
        ("verifications:read", "/idv/session/read", &this),
        ("verifications:write", "/idv/session/anonymize", &this),
        ("webhooks", "/webhook/create", &hook),
        ("settings", "/idv/weights", &weights),
    ];
    for granted in ["verifications:read", "verifications:write", "webhooks", "settings", "keys"] {
        let (_, secret) = key(app, granted, None).await;
        for (needed, path, body) in &calls {
            let answer = send(app, path, &[("X-Api-Key", &secret)], (*body).clone()).await;
            if granted == *needed {
                assert!(![401, 403].contains(&answer.status.as_u16()), "{path}: {}", answer.body);
            } else {
                answer.refused(403, "insufficient_scope");
            }
        }
    }
}

async fn nobody_gives_away_more_than_they_have(app: &App) {
    let mut caller = app.caller().await;
    let wanted = |scopes: &str| Wanted { scopes: scopes.to_owned(), ..Wanted::new(Kind::ApiKey, "") };
    assert!(
        credentials::create(&app.engine, &caller, wanted("verifications:read")).await.is_err(),
        "no keys"
    );
    caller.scopes = "keys verifications:read".to_owned();
    assert!(credentials::create(&app.engine, &caller, wanted("verifications")).await.is_err());
    credentials::create(&app.engine, &caller, wanted("verifications:read")).await.unwrap();
    for wrong in ["", "everything", "verifications:read nothing"] {
        assert!(credentials::create(&app.engine, &caller, wanted(wrong)).await.is_err(), "{wrong:?}");
    }
    // Not more often either, or for longer, than they may themselves.
    let (slow, _) = key(app, "verifications:read keys", Some(5)).await;
    let ends = app.clock.advance(0).plus_secs(60);
    let all = access::list_credentials(&app.engine).await.unwrap();
    let slow = all.into_iter().find(|l| l.credential.public_id == slow).unwrap().credential;
    let slow = Caller { credential: slow.id, per_minute: slow.per_minute, ..caller.clone() };
    let many = Wanted { per_minute: Some(6), ..wanted("verifications:read") };
    assert!(matches!(credentials::create(&app.engine, &slow, many).await, Err(Error::Invalid(_))));
    let made = credentials::create(&app.engine, &slow, wanted("verifications:read")).await.unwrap();
    assert_eq!(made.credential.per_minute, Some(5), "as often as who asks");
    let short = Wanted { expires_at: Some(ends), ..wanted("verifications:read keys") };
    let short = credentials::create(&app.engine, &caller, short).await.unwrap().credential;
    let short = Caller { credential: short.id, ..caller.clone() };
    let long = Wanted { expires_at: Some(ends.plus_ms(1)), ..wanted("verifications:read") };
    assert!(matches!(credentials::create(&app.engine, &short, long).await, Err(Error::Invalid(_))));
    let made = credentials::create(&app.engine, &short, wanted("verifications:read")).await.unwrap();
    assert_eq!(made.credential.expires_at, Some(ends), "it ends with who asks");

    let (powerful, _) = key(app, "verifications", None).await;
    assert!(credentials::rotate(&app.engine, &caller, &powerful, 0).await.is_err(), "a secret is a gift too");
    let (client, _) = app.new_tenant("second").await;
    for none in [client.as_str(), "", "key_", "key_none", "key_\0", "\0"] {
        let refused = credentials::revoke(&app.engine, &caller, none).await;
        assert!(matches!(refused, Err(Error::NotFound(_))), "{none:?}: {refused:?}");
    }
}

async fn a_limit_holds_for_one_caller_and_is_told(app: &App) {
    let (_, slow) = key(app, "verifications", Some(10)).await;
    let (_, other) = key(app, "verifications", Some(10)).await;
    for left in (0..10).rev() {
        let answer = list_with(app, &slow).await;
        assert_eq!(answer.headers["ratelimit-policy"], "\"default\";q=10;w=60");
        assert!(answer.headers["ratelimit"].to_str().unwrap().contains(&format!("r={left};")), "{answer:?}");
        answer.ok();
    }
    let refused = list_with(app, &slow).await;
    assert_eq!(refused.headers[header::RETRY_AFTER], "6", "a tenth of a minute");
    refused.refused(429, "too_many_requests");
    list_with(app, &other).await.ok();
    app.clock.advance(6_000);
    list_with(app, &slow).await.ok();
    list_with(app, &slow).await.refused(429, "too_many_requests");

    // A picture costs more than a question.
    let (id, uploads) = key(app, "verifications", Some(12)).await;
    let app = app.speaking_as(&id, &uploads);
    let mut answers = vec![];
    for _ in 0..3 {
        answers.push(app.picture("front", "none", b"no picture").await.status);
    }
    assert_eq!(answers, [StatusCode::NOT_FOUND, StatusCode::NOT_FOUND, StatusCode::TOO_MANY_REQUESTS]);
}

async fn many_keys_do_not_make_more_of_one_organization(app: &App) {
    let mut granted = 0;
    for _ in 0..5 {
        let (_, secret) = key(app, "verifications", Some(10)).await;
        for _ in 0..10 {
            granted += u32::from(list_with(app, &secret).await.status.is_success());
        }
    }
    assert_eq!(granted, 40, "the organization's limit");
    let (client, token) = app.new_tenant("second").await;
    app.speaking_as(&client, &token).post("/idv/session/list", json!({})).await.ok();
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

/// Wherever it is when its caller is gone: asked again, it gives the answer of what was done.
async fn a_request_whose_caller_hangs_up_is_done_once(app: &App) {
    const TIMES: u64 = 30;
    let token = format!("Bearer {}", app.token);
    for n in 0..TIMES {
        let name = format!("key-{n}");
        let headers = [("Authorization", token.as_str()), ("Idempotency-Key", name.as_str())];
        let ask = || send(app, "/idv/session/create", &headers, json!({}));
        let _ = tokio::time::timeout(std::time::Duration::from_micros(n * 300), ask()).await;
        let mut tries = 0;
        while ask().await.status != 200 {
            tries += 1;
            assert!(tries < 1000, "nobody is answering, and it is said to be in flight");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
    let listed = app.post("/idv/session/list", json!({"take": 100})).await.ok();
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(TIMES as usize), "{listed}");
}

/// What a caller may do with keys: whatever the order and however many at once, one thing is done for each.
async fn a_repeated_request_does_nothing_twice(app: &App) {
    const KEYS: u64 = 8;
    let mut seed = 12_345_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    let mut answers: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for _ in 0..20 {
        let mut under_way = tokio::task::JoinSet::new();
        for _ in 0..1 + random(4) {
            let (n, app) = (random(KEYS), app.speaking_as(&app.client_id, &app.token));
            under_way.spawn(async move {
                let (token, name) = (format!("Bearer {}", app.token), format!("key-{n}"));
                let headers = [("Authorization", token.as_str()), ("Idempotency-Key", name.as_str())];
                (n, send(&app, "/idv/session/create", &headers, json!({"metadata": {"n": n}})).await)
            });
        }
        for (n, answer) in under_way.join_all().await {
            match answer.status.as_u16() {
                200 => {
                    let id = answer.body["session_id"].as_str().unwrap().to_owned();
                    answers.entry(n).or_default().insert(id);
                }
                409 => assert_eq!(answer.headers[header::RETRY_AFTER], "1"),
                other => panic!("{other}: {}", answer.body),
            }
        }
    }
    assert!(answers.values().all(|ids| ids.len() == 1), "one answer for each key: {answers:?}");
}

async fn a_key_for_another_request_is_refused(app: &App) {
    let token = format!("Bearer {}", app.token);
    let with =
        |key: &'static str| vec![("Authorization", token.clone()), ("Idempotency-Key", key.to_owned())];
    let post = async |key, path, body| {
        let headers = with(key);
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        send(app, path, &headers, body).await
    };
    let first = post("a", "/idv/session/create", json!({})).await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = post("a", "/idv/session/create", json!({})).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.ok(), again.ok());
    post("a", "/idv/session/create", json!({"metadata": {"a": 1}}))
        .await
        .refused(422, "idempotency_key_used");
    post("a", "/webhook/create", json!({"name": "a", "url": "https://example.com"}))
        .await
        .refused(422, "idempotency_key_used");
    let long: &'static str = "x".repeat(256).leak();
    for wrong in ["", long] {
        post(wrong, "/idv/session/create", json!({})).await.refused(400, "invalid_idempotency_key");
    }
    // A refusal is an answer as well.
    let refused = post("b", "/idv/session/anonymize", json!({"session_id": "none"})).await;
    let same = post("b", "/idv/session/anonymize", json!({"session_id": "none"})).await;
    assert_eq!((refused.status, refused.body), (same.status, same.body));
    // Reading does nothing, so nothing is kept of it.
    let read = post("c", "/idv/session/list", json!({})).await;
    assert!(read.status.is_success());
    let read = post("c", "/idv/session/list", json!({"take": 1})).await;
    assert!(read.status.is_success(), "{}", read.body);
}

async fn an_answer_is_kept_for_a_day_and_opens_for_its_caller_alone(app: &App) {
    let ask = async |app: &App, token: &str| {
        let token = format!("Bearer {token}");
        let headers = [("Authorization", token.as_str()), ("Idempotency-Key", "same")];
        send(app, "/idv/session/create", &headers, json!({})).await.ok()["session_id"].clone()
    };
    let mine = ask(app, &app.token).await;
    let new_token = app.reissue().await;
    assert_eq!(ask(app, &new_token).await, mine, "the client and not its token");
    let (_, theirs) = app.new_tenant("second").await;
    let other = ask(app, &theirs).await;
    assert_ne!(other, mine);
    app.clock.advance(24 * 3600 * 1000 - 1);
    let token = app.reissue().await;
    assert_eq!(ask(app, &token).await, mine);
    app.clock.advance(2_000);
    let token = app.reissue().await;
    assert_ne!(ask(app, &token).await, mine, "after a day it is a new request");
}
