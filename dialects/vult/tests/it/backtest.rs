//! Stored decisions made again, and other weights tried on them.

use bonafide_core::{decision::Decision, reason::Code, time::Timestamp, weights::Weights};
use bonafide_engine::backtest::{backtest, replay};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, sample};

on_both!(requirement_24_decisions_are_reproduced_and_other_weights_tried);

async fn requirement_24_decisions_are_reproduced_and_other_weights_tried(app: &App) {
    let (client, token) = app.new_tenant("sandbox").await;
    let app = &app.speaking_as(&client, &token);
    // As many different decisions as scenarios lead to.
    let mut sessions = vec![];
    for steps in [
        json!({}),
        json!({"document": "manipulated"}),
        json!({"document": "glare"}),
        json!({"face": "mismatch"}),
        json!({"screening": "hit"}),
    ] {
        let session = app.consented_in(json!({"settings": {"sandbox": steps}})).await;
        app.picture("front", &session, &sample("passport.jpg")).await.ok();
        app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
        app.finalize(&session).await.ok();
        sessions.push(session);
    }
    let organization = app.caller().await.organization;
    for session in &sessions {
        let replayed = replay(&app.engine, organization, session.parse().unwrap()).await.unwrap();
        assert_eq!(replayed.len(), 1);
        assert!(replayed[0].same, "{:#?}", replayed[0]);
    }
    let now = Weights::default();
    let never = backtest(&app.engine, organization, &now, app.engine.now().plus_secs(1), |_, _| {});
    assert_eq!(never.await.unwrap().sessions, 0);

    let mut seen = vec![];
    let same = backtest(&app.engine, organization, &now, Timestamp(0), |total, done| {
        seen.push((total, done));
    });
    let same = same.await.unwrap();
    assert_eq!((same.sessions, same.flips.len(), same.skipped), (5, 0, 0));
    assert_eq!(seen.last(), Some(&(5, 5)));
    assert_eq!(same.before, same.after);

    let strict = Weights { score_tolerance: 1.0, ..Weights::default() };
    let strict = backtest(&app.engine, organization, &strict, Timestamp(0), |_, _| {}).await.unwrap();
    assert!(!strict.flips.is_empty());
    for flip in &strict.flips {
        assert_eq!((flip.before, flip.after), (Decision::Approve, Decision::Review));
        assert!(flip.reasons.iter().any(|r| r.code == Code::ScoreBelowTolerance), "{flip:?}");
    }
    assert_eq!(strict.before.values().sum::<u64>(), strict.after.values().sum::<u64>());
    let wrong = Weights { age_weight: -1.0, ..Weights::default() };
    assert!(backtest(&app.engine, organization, &wrong, Timestamp(0), |_, _| {}).await.is_err());
    let nobody = app.new_tenant("second").await;
    let app = app.speaking_as(&nobody.0, &nobody.1);
    let other = app.caller().await.organization;
    assert!(replay(&app.engine, other, sessions[0].parse().unwrap()).await.is_err());
}
