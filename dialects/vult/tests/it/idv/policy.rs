//! What the policy in force does to a session: sides, types, countries, ages, lists, names of policies.

use bonafide_core::policy::{Accepted, LivenessMode, Policy, Preset};
use bonafide_engine::{
    Caller, Error,
    backtest::replay,
    tuning::{self, DEFAULT, For, Proposal},
};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample};

on_both!(
    a_card_needs_its_back_and_the_type_that_was_declared,
    documents_and_ages_that_are_not_taken_are_named,
    a_session_may_name_a_policy_and_ask_for_more,
    a_policy_that_asks_less_is_looked_back_on_and_has_to_be_meant,
);

/// Who may set policies.
async fn officer(app: &App) -> Caller {
    Caller { scopes: "verifications policy".to_owned(), ..app.caller().await }
}

fn proposal(name: &str, policy: Policy) -> Proposal {
    Proposal { name: name.to_owned(), of: For::default(), policy, since: None }
}

async fn set(app: &App, name: &str, policy: Policy) {
    tuning::set_policy(&app.engine, &officer(app).await, proposal(name, policy), true).await.unwrap();
}

/// What became of a session with these pictures: how it is read, and the codes of its last reasons.
async fn judged(app: &App, session: &str) -> (Value, String) {
    app.finalize(session).await.ok();
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    (read, reasons)
}

async fn passport(app: &App, settings: Value) -> (Value, String) {
    let session = app.consented_in(json!({"settings": settings})).await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    judged(app, &session).await
}

async fn a_card_needs_its_back_and_the_type_that_was_declared(app: &App) {
    let card = async |declared: &str| {
        let session = app.consented().await;
        let kind = json!({"session_id": session, "document_type_e": declared});
        app.post("/idv/sdk/document/type/update", kind).await.ok();
        app.picture("front", &session, &sample("card_front.jpg")).await.ok();
        app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
        session
    };
    for declared in ["identification_card", "passport", "driver_license"] {
        let (read, reasons) = judged(app, &card(declared).await).await;
        assert_eq!(read["status_e"], "in_progress", "{declared}: {reasons}");
        assert!(reasons.contains("back_not_captured"), "{declared}: {reasons}");
    }
    let session = card("identification_card").await;
    app.picture("back", &session, &sample("card_back.jpg")).await.ok();
    assert_eq!(judged(app, &session).await.0["verified"], true);

    // Declared as something else it is a human's, also when it was read as what it is before.
    let session = card("driver_license").await;
    judged(app, &session).await;
    app.picture("back", &session, &sample("card_back.jpg")).await.ok();
    let (read, reasons) = judged(app, &session).await;
    assert_eq!(read["status_e"], "temporarily_complete", "{reasons}");
    assert!(reasons.contains("other_document_type"), "{reasons}");
}

async fn documents_and_ages_that_are_not_taken_are_named(app: &App) {
    let standard = Preset::Standard.policy();
    let only = |countries: &str| Accepted {
        countries: Some(vec![countries.to_owned()]),
        ..standard.accepted.clone()
    };
    let cases = [
        (Policy { minimum_age: Some(60), ..standard.clone() }, "temporarily_complete", "below_minimum_age"),
        (Policy { accepted: only("CAN"), ..standard.clone() }, "complete", "issuing_country_not_accepted"),
    ];
    for (policy, status, reason) in cases {
        set(app, DEFAULT, policy).await;
        let (read, reasons) = passport(app, json!({})).await;
        assert_eq!(read["status_e"], status, "{reasons}");
        assert!(reasons.contains(reason), "{reason} in {reasons}");
        assert_ne!(read["verified"], true, "{reasons}");
    }
    set(app, DEFAULT, Policy { accepted: only("UTO"), ..standard.clone() }).await;
    let (read, _) = passport(app, json!({})).await;
    assert_eq!(read["verified"], true, "{read:#}");

    // Where screening is required, nobody is approved without a list.
    let mut screened = standard;
    screened.screening.required = true;
    set(app, DEFAULT, screened).await;
    let (read, reasons) = passport(app, json!({})).await;
    assert_eq!(read["status_e"], "temporarily_complete");
    assert!(reasons.contains("no_lists"), "{reasons}");
    let organization = app.caller().await.organization;
    for again in replay(&app.engine, organization, read["session_id"].as_str().unwrap().parse().unwrap())
        .await
        .unwrap()
    {
        assert!(again.same, "{again:#?}");
    }
}

async fn a_session_may_name_a_policy_and_ask_for_more(app: &App) {
    let sixty = Policy { minimum_age: Some(60), ..Preset::Standard.policy() };
    set(app, "elders", sixty.clone()).await;
    let (read, reasons) = passport(app, json!({"policy": "elders"})).await;
    assert_eq!(read["status_e"], "temporarily_complete", "{reasons}");
    assert_eq!(passport(app, json!({})).await.0["verified"], true);
    for (settings, field) in
        [(json!({"policy": "nobodys"}), "settings.policy"), (json!({"policy": 3}), "settings.policy")]
    {
        let refused = app.post("/idv/session/create", json!({"settings": settings})).await;
        assert_eq!(refused.refused(400, "invalid_request"), [field]);
    }
    // Of one user, and of nobody else.
    let of = For { user_id: Some("u-60".to_owned()), client_id: None };
    let own = Proposal { of, ..proposal(DEFAULT, sixty) };
    tuning::set_policy(&app.engine, &officer(app).await, own, true).await.unwrap();
    assert_eq!(passport(app, json!({"user_id": "u-60"})).await.0["status_e"], "temporarily_complete");
    assert_eq!(passport(app, json!({"user_id": "u-61"})).await.0["verified"], true);

    // Movements that the policy asks for are asked of everybody.
    let moved = Policy { liveness_mode: LivenessMode::PassiveActive, ..Policy::default() };
    set(app, DEFAULT, moved).await;
    let session = app.consented_in(json!({"liveness_mode": "passive"})).await;
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!(read["liveness_mode"], "passive_active", "{read:#}");
}

async fn a_policy_that_asks_less_is_looked_back_on_and_has_to_be_meant(app: &App) {
    let officer = officer(app).await;
    let standard = Preset::Standard.policy();
    set(app, DEFAULT, Policy { minimum_age: Some(60), ..standard.clone() }).await;
    let (read, _) = passport(app, json!({})).await;
    let session = read["session_id"].as_str().unwrap();
    let back = proposal(DEFAULT, standard.clone());
    let tried = tuning::try_policy(&app.engine, &officer, &back).await.unwrap();
    assert_eq!((tried.weaker.as_slice(), tried.backtest.sessions), (&["minimum_age"][..], 1));
    assert_eq!((tried.let_through(), tried.stopped(), tried.backtest.unread), (1, 0, 0), "{tried:#?}");
    assert_eq!(tried.backtest.flips[0].verification.to_string(), session);
    let refused = tuning::set_policy(&app.engine, &officer, back.clone(), false).await;
    let Err(Error::Conflict { code: "weaker_policy", message }) = refused else { panic!("{refused:?}") };
    assert!(message.contains("minimum_age") && message.contains("1 of 1"), "{message}");
    assert_eq!(passport(app, json!({})).await.0["status_e"], "temporarily_complete", "nothing was set");
    tuning::set_policy(&app.engine, &officer, back, true).await.unwrap();
    assert_eq!(passport(app, json!({})).await.0["verified"], true);

    // A stricter one is set without ado, and says what it would have stopped.
    let stricter = Policy { minimum_age: Some(70), ..standard.clone() };
    let (version, tried) =
        tuning::set_policy(&app.engine, &officer, proposal(DEFAULT, stricter), false).await.unwrap();
    assert_eq!((version.version, tried.stopped(), tried.let_through()), (3, 1, 0), "{tried:#?}");
    assert_eq!(version.policy.id, Some(version.id));

    // Whoever may create sessions may not do it, and what is stored is one organization's.
    let clerk = app.caller().await;
    let tried = tuning::try_policy(&app.engine, &clerk, &proposal(DEFAULT, standard)).await;
    assert!(matches!(tried, Err(Error::Forbidden)), "{tried:?}");
    let (client, token) = app.new_tenant("second").await;
    let other = app.speaking_as(&client, &token).caller().await;
    assert!(matches!(tuning::policy_by_id(&app.engine, &other, version.id).await, Err(Error::NotFound(_))));
    assert_eq!(tuning::policies(&app.engine, &other, None, 0, 10).await.unwrap(), []);
}
