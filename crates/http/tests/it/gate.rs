//! Who is let in.

use std::time::Duration;

use axum::{body::Body, http::Request};
use bonafide_engine::{
    Caller, Error,
    access::{self, Kind, Wanted, credentials},
};
use bonafide_testkit::on_both;

use crate::support::{App, LET_IN};

on_both!(
    a_key_opens_every_door,
    requirement_03_a_revoked_credential_is_out_at_once,
    requirement_03_two_secrets_are_good_for_the_overlap,
    requirement_03_nobody_gives_away_more_than_they_have,
);

async fn a_key_opens_every_door(app: &App) {
    let (id, secret) = app.key("verifications", None).await;
    assert!(secret.starts_with("sk_") && secret.len() == 3 + 27, "{secret}");
    assert_eq!(app.knock(&secret).await, LET_IN);
    let bearer = format!("Bearer {secret}");
    app.open(&[("Authorization", &bearer)], "u").await.ok();
    // What answers a GET answers a HEAD.
    let head = Request::head("/shop/orders/none").header("X-Api-Key", &secret);
    assert_eq!(app.send(head.body(Body::empty()).unwrap()).await.status, LET_IN);
    let mut mistyped = secret.clone();
    mistyped.replace_range(10..11, if &secret[10..11] == "a" { "b" } else { "a" });
    for (wrong, challenge) in [
        ("", "Bearer"),
        ("sk_", "Bearer error=\"invalid_token\""),
        (mistyped.as_str(), "Bearer error=\"invalid_token\""),
        ("Basic", "Bearer error=\"invalid_token\""),
    ] {
        let refused = app.open(&[("X-Api-Key", wrong)], "u").await;
        assert_eq!(refused.headers["www-authenticate"], challenge);
        refused.refused(401, "unauthorized");
    }
    // Used just now, to the minute; noted beside the request.
    for _ in 0..100 {
        let all = access::list_credentials(&app.engine).await.unwrap();
        let used = all.iter().find(|l| l.credential.public_id == id).unwrap().credential.last_used_at;
        if used.is_some() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the use was not noted");
}

async fn requirement_03_a_revoked_credential_is_out_at_once(app: &App) {
    let (id, secret) = app.key("verifications", None).await;
    assert_eq!(app.knock(&secret).await, LET_IN);
    let caller = access::authenticate(&app.engine, &secret).await.unwrap().unwrap();
    assert!(access::still_good(&app.engine, &caller).await.unwrap());
    access::revoke_credential(&app.engine, &id).await.unwrap();
    assert_eq!(app.knock(&secret).await, 401);
    assert!(!access::still_good(&app.engine, &caller).await.unwrap(), "who was let in before is told");
    let refused = access::rotate_credential(&app.engine, &id, 0).await;
    assert!(refused.is_err(), "what was revoked gets no new secret");
}

async fn requirement_03_two_secrets_are_good_for_the_overlap(app: &App) {
    const OVERLAP_S: i64 = 3600;
    let (id, first) = app.key("verifications", None).await;
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
        assert_eq!(app.knock(&second).await, LET_IN);
        let expected = if at < end { LET_IN } else { 401 };
        assert_eq!(app.knock(&first).await, expected, "{at} ms after the rotation");
    }
    // A third one without overlap ends the second.
    app.clock.advance(3 * OVERLAP_S * 1000);
    let third = access::rotate_credential(&app.engine, &id, 0).await.unwrap().secret.to_string();
    assert_eq!((app.knock(&second).await, app.knock(&third).await), (401, LET_IN));
}

async fn requirement_03_nobody_gives_away_more_than_they_have(app: &App) {
    let mut caller = app.admin();
    caller.scopes = "verifications".to_owned();
    let wanted = |scopes: &str| Wanted { scopes: scopes.to_owned(), ..Wanted::new(Kind::ApiKey, "") };
    let refused = credentials::create(&app.engine, &caller, wanted("verifications:read")).await;
    assert!(refused.is_err(), "no keys");
    caller.scopes = "keys verifications:read".to_owned();
    assert!(credentials::create(&app.engine, &caller, wanted("verifications")).await.is_err());
    credentials::create(&app.engine, &caller, wanted("verifications:read")).await.unwrap();
    for wrong in ["", "everything", "verifications:read nothing"] {
        assert!(credentials::create(&app.engine, &caller, wanted(wrong)).await.is_err(), "{wrong:?}");
    }
    // Not more often either, or for longer, than they may themselves.
    let (slow, _) = app.key("verifications:read keys", Some(5)).await;
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

    let (powerful, _) = app.key("verifications", None).await;
    assert!(credentials::rotate(&app.engine, &caller, &powerful, 0).await.is_err(), "a secret is a gift too");
    let (stranger, _) = app.stranger().await;
    for none in [stranger.as_str(), "", "key_", "key_none", "key_\0", "\0"] {
        let refused = credentials::revoke(&app.engine, &caller, none).await;
        assert!(matches!(refused, Err(Error::NotFound(_))), "{none:?}: {refused:?}");
    }
}
