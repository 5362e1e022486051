//! What humans decided, and what decisions are looked for by.

use bonafide_core::{
    decision::Decision,
    id::ReviewId,
    review::{Grounds, Verdict},
    verification::Status,
};
use bonafide_store::{
    assessments::{self, Assessment},
    crypto::{Object, open_json, seal_json},
    dismissals::{self, Dismissal},
    reviews::{self, Review},
    verifications::{self, Filter, Page},
};
use serde_json::{Value, json};

use crate::stage::{Stage, Tenant};

const ALL: Page = Page { after: None, skip: 0, limit: 100 };

fn review(stage: &Stage, t: &Tenant, verdict: Verdict, decided: bool) -> Review {
    let id: ReviewId = stage.id();
    Review {
        id,
        verification: t.verification,
        applicant: t.applicant,
        verdict: verdict.into(),
        grounds: Grounds::Other.into(),
        decided,
        status: Status::ReviewRequired.into(),
        seen: None,
        confirms: None,
        credential: stage.id(),
        sealed: seal_json(&t.key, Object::Review(id), &json!({"note": "Ana"}), &stage.entropy).unwrap(),
        created_at: stage.now(),
        assessments: 0,
    }
}

fn assessment(stage: &Stage, t: &Tenant, codes: &[&str]) -> Assessment {
    let reasons: Vec<Value> = codes.iter().map(|code| json!({"code": code, "detail": ""})).collect();
    Assessment {
        id: stage.id(),
        organization: t.organization,
        verification: t.verification,
        weights: None,
        outcome: Decision::Review.into(),
        score: Some(0.5),
        detail: json!({"assessment": {"reasons": reasons}}),
        created_at: stage.now(),
    }
}

pub(crate) async fn come_back_in_their_order(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let mut tx = stage.begin().await;
    let proposed = review(&stage, &a, Verdict::Approve, false);
    reviews::insert(&mut tx, a.organization, &proposed).await.unwrap();
    assessments::insert(&mut tx, a.organization, &assessment(&stage, &a, &[])).await.unwrap();
    // At one and the same moment.
    let agreed = Review { confirms: Some(proposed.id), ..review(&stage, &a, Verdict::Approve, true) };
    reviews::insert(&mut tx, a.organization, &agreed).await.unwrap();
    let all = reviews::list(&mut tx, a.organization, a.verification).await.unwrap();
    assert_eq!(all, [proposed.clone(), Review { assessments: 1, ..agreed }]);
    let said: Value = open_json(&a.key, Object::Review(proposed.id), &all[0].sealed).unwrap();
    assert_eq!(said["note"], "Ana");
    assert!(reviews::list(&mut tx, b.organization, a.verification).await.unwrap().is_empty());
    tx.commit().await.unwrap();
    let mut tx = stage.begin().await;
    let foreign = Review { id: stage.id(), ..proposed };
    assert!(reviews::insert(&mut tx, b.organization, &foreign).await.is_err());
    tx.rollback().await.unwrap();
}

pub(crate) async fn the_reasons_of_the_last_decision_are_looked_for(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let mut tx = stage.begin().await;
    for t in [&a, &b] {
        let first = assessment(&stage, t, &["too_blurry", "too_blurry", "no_face"]);
        assessments::insert(&mut tx, t.organization, &first).await.unwrap();
    }
    async fn found(tx: &mut bonafide_store::Tx, t: &Tenant, reason: &str) -> usize {
        let filter = Filter { reason: Some(reason), ..Filter::default() };
        let listed = verifications::list(tx, t.organization, &filter, ALL).await.unwrap().len();
        let counted: i64 =
            verifications::count(tx, t.organization, &filter).await.unwrap().iter().map(|(_, n)| n).sum();
        assert_eq!(listed as i64, counted);
        listed
    }
    assert_eq!((found(&mut tx, &a, "too_blurry").await, found(&mut tx, &a, "glare").await), (1, 0));
    // What was wrong before and is not any more finds nothing.
    assessments::insert(&mut tx, a.organization, &assessment(&stage, &a, &["glare"])).await.unwrap();
    assert_eq!((found(&mut tx, &a, "too_blurry").await, found(&mut tx, &a, "glare").await), (0, 1));
    assert_eq!(found(&mut tx, &b, "too_blurry").await, 1);
    let row = verifications::get(&mut tx, a.organization, a.verification).await.unwrap().unwrap();
    for (dialect, expected) in [(row.dialect.as_str(), 1), ("another", 0)] {
        let filter = Filter { dialect: Some(dialect), ..Filter::default() };
        assert_eq!(verifications::list(&mut tx, a.organization, &filter, ALL).await.unwrap().len(), expected);
    }
}

pub(crate) async fn a_dismissal_ends_when_it_is_taken_back(stage: Stage) {
    let t = stage.tenant().await;
    let id = stage.id();
    let row = Dismissal {
        id,
        applicant: t.applicant,
        verification: t.verification,
        actor: "operator".into(),
        sealed: seal_json(&t.key, Object::Dismissal(id), &json!({}), &stage.entropy).unwrap(),
        created_at: stage.now(),
        expires_at: stage.now().plus_secs(60),
    };
    let other = stage.tenant().await;
    let mut tx = stage.begin().await;
    dismissals::insert(&mut tx, t.organization, &row).await.unwrap();
    dismissals::end(&mut tx, other.organization, id, stage.now()).await.unwrap();
    assert_eq!(dismissals::active(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap().len(), 1);
    dismissals::end(&mut tx, t.organization, id, stage.now()).await.unwrap();
    assert!(dismissals::active(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap().is_empty());
}
