//! Stored decisions made again, and other weights tried on them.

use bonafide_core::{decision::Decision, reason::Code, time::Timestamp, weights::Weights};
use bonafide_engine::backtest::{backtest, replay};
use bonafide_testkit::on_both;

use crate::support::App;

on_both!(decisions_are_reproduced_and_other_weights_tried);

async fn decisions_are_reproduced_and_other_weights_tried(app: &App) {
    let app = &app.sandbox().await;
    // As many different decisions as scenarios lead to.
    let mut made = vec![];
    for steps in [
        &[][..],
        &[("document", "manipulated")],
        &[("document", "glare")],
        &[("face", "mismatch")],
        &[("screening", "hit")],
    ] {
        let id = app.captured(steps).await;
        app.finish(id).await;
        made.push(id);
    }
    let organization = app.caller.organization;
    for id in &made {
        let replayed = replay(&app.engine, organization, *id).await.unwrap();
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
    let other = app.stranger().await.caller.organization;
    assert!(replay(&app.engine, other, made[0]).await.is_err());
}
