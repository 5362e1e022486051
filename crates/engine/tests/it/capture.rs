//! Links and capture tokens: one device in one verification, until it submits.

use bonafide_core::verification::Status;
use bonafide_engine::{
    Caller, Error, Scope, access,
    attempts::Opener,
    capture,
    verifications::{self, NewVerification},
};
use bonafide_testkit::on_both;

use crate::support::App;

on_both!(
    a_token_opens_one_verification_and_nothing_else,
    a_link_is_good_once,
    two_who_exchange_one_link_at_once_get_one_token,
    it_is_over_with_the_verification,
    nobody_else_makes_tokens,
);

async fn caller(app: &App, token: &str) -> Result<Option<Caller>, Error> {
    access::authenticate(&app.engine, token).await
}

async fn a_token_opens_one_verification_and_nothing_else(app: &App) {
    let id = app.created().await;
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    assert!(token.starts_with("cap_") && token.len() >= 4 + 64);
    let device = caller(app, &token).await.unwrap().unwrap();
    assert_eq!((device.session, device.organization), (Some(id), app.caller.organization));
    assert!(Scope::ALL.into_iter().all(|scope| !device.may(scope)) && device.may(Scope::Capture));
    // A second one takes its place.
    let second = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    assert!(matches!(caller(app, &token).await, Err(Error::Gone(_))));
    assert!(caller(app, &second).await.unwrap().is_some());
    // Nobody has these.
    for unknown in ["cap_", "cap_0000", &format!("{token}0")] {
        assert!(caller(app, unknown).await.unwrap().is_none(), "{unknown}");
    }
    // An administrator cannot make a key that has as much.
    let admin = Caller { scopes: "verifications keys".to_owned(), ..app.caller.clone() };
    let wanted =
        access::Wanted { scopes: "capture".into(), ..access::Wanted::new(access::Kind::ApiKey, "k") };
    assert!(matches!(access::credentials::create(&app.engine, &admin, wanted).await, Err(Error::Invalid(_))));
}

/// The code of a link.
async fn link(app: &App, id: bonafide_core::id::VerificationId) -> String {
    let link = capture::link(&app.engine, &app.caller, id).await.unwrap();
    link.split_once('#').unwrap().1.to_owned()
}

async fn a_link_is_good_once(app: &App) {
    let id = app.created().await;
    let (first, second) = (link(app, id).await, link(app, id).await);
    let exchanged = capture::exchange(&app.engine, &first, Opener::default()).await.unwrap();
    assert_eq!(exchanged.verification, id);
    let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!((view.status, exchanged.expires_at), (Status::Pending, view.expires_at));
    let device = caller(app, exchanged.token.expose()).await.unwrap().unwrap();
    assert_eq!(device.session, Some(id));
    assert!(matches!(capture::exchange(&app.engine, &first, Opener::default()).await, Err(Error::Gone(_))));
    // On another device: the first one is told.
    let there = capture::exchange(&app.engine, &second, Opener::default()).await.unwrap();
    assert!(matches!(caller(app, exchanged.token.expose()).await, Err(Error::Gone(_))));
    assert!(caller(app, there.token.expose()).await.unwrap().is_some());
    // A token is no link and a link is no token.
    assert!(matches!(
        capture::exchange(&app.engine, there.token.expose(), Opener::default()).await,
        Err(Error::Gone(_))
    ));
    assert!(caller(app, &second).await.unwrap().is_none());
}

async fn two_who_exchange_one_link_at_once_get_one_token(app: &App) {
    for _ in 0..5 {
        let id = app.created().await;
        let code = link(app, id).await;
        let exchange = || {
            let (engine, code) = (app.engine.clone(), code.clone());
            tokio::spawn(async move { capture::exchange(&engine, &code, Opener::default()).await.is_ok() })
        };
        let all = [exchange(), exchange(), exchange(), exchange()];
        let mut won = 0;
        for one in all {
            won += usize::from(one.await.unwrap());
        }
        assert_eq!(won, 1);
    }
}

async fn it_is_over_with_the_verification(app: &App) {
    let app = &app.sandbox().await;
    let id = app.captured(&[]).await;
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    let code = link(app, id).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    // While the checks run the device may ask what comes of them.
    assert!(caller(app, &token).await.unwrap().is_some());
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    assert!(matches!(caller(app, &token).await, Err(Error::Gone(_))));
    assert!(matches!(capture::exchange(&app.engine, &code, Opener::default()).await, Err(Error::Gone(_))));
    assert!(matches!(capture::issue(&app.engine, &app.caller, id).await, Err(Error::Gone(_))));
    // Out of time.
    let new = NewVerification { lifetime_days: Some(1), ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    app.clock.advance(24 * 3600 * 1000);
    assert!(matches!(caller(app, &token).await, Err(Error::Gone(_))));
    // Deleted.
    let id = app.created().await;
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    verifications::delete(&app.engine, &app.caller, id).await.unwrap();
    assert!(matches!(caller(app, &token).await, Err(Error::Gone(_))));
}

async fn nobody_else_makes_tokens(app: &App) {
    let id = app.created().await;
    let stranger = app.stranger().await;
    for made in [
        capture::issue(&stranger.engine, &stranger.caller, id).await.map(drop),
        capture::link(&stranger.engine, &stranger.caller, id).await.map(drop),
    ] {
        assert!(matches!(made, Err(Error::NotFound(_))), "{made:?}");
    }
    let reader = Caller { scopes: "verifications:read".into(), ..app.caller.clone() };
    assert!(matches!(capture::issue(&app.engine, &reader, id).await, Err(Error::Forbidden)));
}
