//! The log of screenings, and hits that were dismissed.

use bonafide_core::{id::VerificationId, time::Timestamp, verification::Status};
use bonafide_store::{
    Tx, applicants,
    crypto::{Object, open_json, seal_json},
    dismissals::{self, Dismissal},
    screened::{self, Done, Lists, Progress},
    screenings::{self, KEPT, Purpose, Screening},
    verifications,
};
use serde_json::{Value, json};

use crate::stage::{Stage, Tenant};

fn dismissal(stage: &Stage, t: &Tenant, expires_at: Timestamp) -> Dismissal {
    let id = stage.id();
    let said = json!({"list": "house", "entry": "7"});
    Dismissal {
        id,
        applicant: t.applicant,
        verification: t.verification,
        actor: "operator".into(),
        sealed: seal_json(&t.key, Object::Dismissal(id), &said, &stage.entropy).unwrap(),
        created_at: stage.now(),
        expires_at,
    }
}

fn screening(stage: &Stage, t: &Tenant, n: i64) -> Screening {
    let id = stage.id();
    Screening {
        id,
        applicant: t.applicant,
        purpose: Purpose::Verification(t.verification),
        sealed: seal_json(&t.key, Object::Screening(id), &json!({ "n": n }), &stage.entropy).unwrap(),
        created_at: stage.now(),
    }
}

pub(crate) async fn dismissals_hold_for_their_time_and_person(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let kept = dismissal(&stage, &a, stage.now().plus_secs(60));
    let mut tx = stage.begin().await;
    dismissals::insert(&mut tx, a.organization, &kept).await.unwrap();
    let active = dismissals::active(&mut tx, a.organization, a.applicant, stage.now()).await.unwrap();
    assert_eq!(active, std::slice::from_ref(&kept));
    let said: Value = open_json(&a.key, Object::Dismissal(kept.id), &active[0].sealed).unwrap();
    assert_eq!(said["entry"], "7");
    let later = stage.now().plus_secs(60);
    assert!(dismissals::active(&mut tx, a.organization, a.applicant, later).await.unwrap().is_empty());
    for (organization, applicant) in [(b.organization, a.applicant), (a.organization, b.applicant)] {
        assert!(dismissals::active(&mut tx, organization, applicant, stage.now()).await.unwrap().is_empty());
    }
    tx.commit().await.unwrap();
    let mut tx = stage.begin().await;
    let foreign = Dismissal { id: stage.id(), ..kept };
    assert!(dismissals::insert(&mut tx, b.organization, &foreign).await.is_err());
    tx.rollback().await.unwrap();
}

pub(crate) async fn the_log_is_read_in_pages_and_bounded(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let mut tx = stage.begin().await;
    for n in 0..KEPT + 3 {
        screenings::insert(&mut tx, a.organization, &screening(&stage, &a, n)).await.unwrap();
        // Several in one millisecond, too.
        stage.clock.advance(n % 2);
    }
    tx.commit().await.unwrap();
    let mut tx = stage.read().await;
    let (mut seen, mut after) = (vec![], None);
    loop {
        let page =
            screenings::page(&mut tx, a.organization, Timestamp(0), after, 7, &stage.ring).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.created_at, last.id));
        assert!(page.iter().all(|s| s.purpose == Purpose::Verification(a.verification)));
        seen.extend(
            page.iter().map(|s| serde_json::from_slice::<Value>(&s.bytes).unwrap()["n"].as_i64().unwrap()),
        );
    }
    seen.sort_unstable();
    // Of two in one millisecond either may be the older one.
    assert_eq!(seen.len() as i64, KEPT);
    assert_eq!(seen.last(), Some(&(KEPT + 2)));
    let none = screenings::page(&mut tx, b.organization, Timestamp(0), None, 7, &stage.ring).await.unwrap();
    assert!(none.is_empty());
    let future = stage.now().plus_secs(1);
    assert!(
        screenings::page(&mut tx, a.organization, future, None, 7, &stage.ring).await.unwrap().is_empty()
    );
}

pub(crate) async fn both_go_with_the_person(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.begin().await;
    screenings::insert(&mut tx, t.organization, &screening(&stage, &t, 1)).await.unwrap();
    dismissals::insert(&mut tx, t.organization, &dismissal(&stage, &t, stage.now().plus_secs(60)))
        .await
        .unwrap();
    applicants::anonymize(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    assert_eq!(screenings::forget(&mut tx, t.organization, t.applicant).await.unwrap(), 0, "gone already");
    assert_eq!(dismissals::forget(&mut tx, t.organization, t.applicant).await.unwrap(), 0, "gone already");
    tx.commit().await.unwrap();
}

pub(crate) async fn standing_people_are_left_until_they_are_marked(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let lists = |version, confirmed_at| Lists { version, confirmed_at };
    let first = lists("first", stage.now());
    let mut tx = stage.begin().await;
    let left = async |tx: &mut Tx, lists: Lists<'_>| -> Vec<VerificationId> {
        screened::left(tx, a.organization, lists, 10).await.unwrap()
    };
    let stand = async |tx: &mut Tx, status: Status| {
        let mut row = verifications::get(tx, a.organization, a.verification).await.unwrap().unwrap();
        row.status = status.into();
        verifications::update(tx, a.organization, &mut row).await.unwrap();
    };
    stand(&mut tx, Status::Capturing).await;
    assert!(left(&mut tx, first).await.is_empty(), "they will be screened when they submit");
    stand(&mut tx, Status::Approved).await;
    assert_eq!(left(&mut tx, first).await, [a.verification]);
    let (organization, id, now) = (a.organization, a.verification, stage.now());
    assert!(screened::mark(&mut tx, organization, id, first, Done::Stale, now).await.unwrap());
    assert!(!screened::mark(&mut tx, organization, id, first, Done::Screened, now).await.unwrap(), "once");
    assert!(left(&mut tx, first).await.is_empty());
    let progress = screened::progress(&mut tx, organization, first).await.unwrap();
    assert_eq!(progress, Progress { total: 1, done: 1, stale: 1, ..Progress::default() });
    // The same lists, confirmed since: who was screened against old ones is left to do.
    let confirmed = lists("first", now.plus_secs(1));
    assert_eq!(left(&mut tx, confirmed).await, [a.verification]);
    assert!(screened::mark(&mut tx, organization, id, confirmed, Done::Screened, now).await.unwrap());
    assert!(left(&mut tx, lists("first", now.plus_secs(2))).await.is_empty(), "nobody else is");
    let second = lists("second", now);
    assert_eq!(left(&mut tx, second).await, [a.verification]);
    let progress = screened::progress(&mut tx, organization, second).await.unwrap();
    assert_eq!(progress, Progress { total: 1, ..Progress::default() });
    screened::renew(&mut tx, organization, id, second, Done::Failed, now).await.unwrap();
    assert_eq!(screened::progress(&mut tx, organization, second).await.unwrap().failed, 1);
    let foreign = screened::mark(&mut tx, b.organization, id, second, Done::Screened, now).await;
    assert!(foreign.is_err(), "another tenant has no such verification");
    tx.rollback().await.unwrap();
    let mut tx = stage.begin().await;
    stand(&mut tx, Status::Approved).await;
    applicants::anonymize(&mut tx, a.organization, a.applicant, now).await.unwrap();
    assert!(left(&mut tx, first).await.is_empty(), "who is forgotten is screened no more");
}
