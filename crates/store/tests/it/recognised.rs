//! What submissions are recognised by, and what an organization does not want to see again.

use bonafide_core::{id::BlockedId, time::Timestamp, verification::Status};
use bonafide_store::{
    block_list::{self, Blocked},
    marks::{self, Mark},
    verifications,
};

use crate::stage::{Stage, Tenant};

const HASH: [u8; 32] = [7; 32];

fn mark(stage: &Stage, t: &Tenant, person: u8) -> Mark<'static> {
    let (verification, applicant) = (t.verification, t.applicant);
    Mark { kind: "number", hash: HASH, verification, applicant, person: [person; 32], at: stage.now() }
}

async fn keep(stage: &Stage, t: &Tenant, mark: &Mark<'_>) {
    let mut tx = stage.begin().await;
    marks::keep(&mut tx, t.organization, mark).await.unwrap();
    tx.commit().await.unwrap();
}

/// Another verification of the tenant's organization, of another person.
async fn another(stage: &Stage, t: &Tenant) -> Tenant {
    let (applicant, key) = stage.applicant(t.organization, "Somebody Else").await;
    let row = stage.verification(t.organization, applicant, &key);
    let mut tx = stage.begin().await;
    verifications::insert(&mut tx, t.organization, &row).await.unwrap();
    tx.commit().await.unwrap();
    Tenant { organization: t.organization, applicant, key, verification: row.id }
}

pub(crate) async fn marks_are_seen_newest_first_and_renewed(stage: Stage) {
    let first = stage.tenant().await;
    let second = another(&stage, &first).await;
    keep(&stage, &first, &mark(&stage, &first, 1)).await;
    stage.clock.advance(10);
    let later = stage.now();
    keep(&stage, &second, &mark(&stage, &second, 2)).await;
    let (organization, all) = (first.organization, Timestamp(0));
    let mut tx = stage.read().await;
    let seen = marks::seen(&mut tx, organization, "number", &HASH, all, 9).await.unwrap();
    let order: Vec<_> = seen.iter().map(|s| (s.verification, s.applicant)).collect();
    let expected = [&second, &first].map(|t| (t.verification, t.applicant));
    assert_eq!((order, seen[0].status.clone()), (expected.to_vec(), Status::Created.into()));
    for (since, kind, hash, limit, expected) in [
        (later, "number", HASH, 9, 1),
        (all, "number", HASH, 1, 1),
        (all, "device", HASH, 9, 0),
        (all, "number", [8; 32], 9, 0),
    ] {
        let seen = marks::seen(&mut tx, organization, kind, &hash, since, limit).await.unwrap();
        assert_eq!(seen.len(), expected, "{kind} since {since:?}");
    }
    assert_eq!(marks::people(&mut tx, organization, "number", &HASH, all).await.unwrap(), 2);
    drop(tx);

    // The same one again moves on and counts once, as whom it was left by last.
    keep(&stage, &first, &mark(&stage, &first, 2)).await;
    let mut tx = stage.read().await;
    assert_eq!(marks::seen(&mut tx, organization, "number", &HASH, later, 9).await.unwrap().len(), 2);
    assert_eq!(marks::people(&mut tx, organization, "number", &HASH, all).await.unwrap(), 1);
}

pub(crate) async fn marks_go_with_their_submission_person_or_time(stage: Stage) {
    let first = stage.tenant().await;
    let second = another(&stage, &first).await;
    let (organization, all) = (first.organization, Timestamp(0));
    let count = async || {
        let mut tx = stage.read().await;
        marks::seen(&mut tx, organization, "number", &HASH, all, 9).await.unwrap().len()
    };
    let both = async || {
        keep(&stage, &first, &mark(&stage, &first, 1)).await;
        keep(&stage, &second, &mark(&stage, &second, 2)).await;
        assert_eq!(count().await, 2);
    };

    both().await;
    let mut tx = stage.begin().await;
    marks::withdraw(&mut tx, organization, first.verification, &["device", "number"]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count().await, 1);

    both().await;
    let mut tx = stage.begin().await;
    assert_eq!(marks::forget(&mut tx, organization, second.applicant).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(count().await, 1);

    both().await;
    let mut tx = stage.begin().await;
    verifications::delete(&mut tx, organization, first.verification, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count().await, 1, "a deleted verification is nowhere");

    stage.clock.advance(10);
    let mut tx = stage.begin().await;
    assert_eq!(marks::purge(&mut tx, "device", stage.now()).await.unwrap(), 0);
    assert_eq!(marks::purge(&mut tx, "number", stage.now()).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert_eq!(count().await, 0);
}

pub(crate) async fn marks_are_nobodys_in_another_tenant(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    keep(&stage, &a, &mark(&stage, &a, 1)).await;
    let mut tx = stage.begin().await;
    let all = Timestamp(0);
    assert!(marks::seen(&mut tx, b.organization, "number", &HASH, all, 9).await.unwrap().is_empty());
    assert_eq!(marks::people(&mut tx, b.organization, "number", &HASH, all).await.unwrap(), 0);
    assert_eq!(marks::forget(&mut tx, b.organization, a.applicant).await.unwrap(), 0);
    marks::withdraw(&mut tx, b.organization, a.verification, &["number"]).await.unwrap();
    assert_eq!(marks::people(&mut tx, a.organization, "number", &HASH, all).await.unwrap(), 1);
    assert!(marks::keep(&mut tx, b.organization, &mark(&stage, &a, 1)).await.is_err());
    tx.rollback().await.unwrap();
}

fn entry(stage: &Stage, t: &Tenant, kind: &str, hash: u8) -> Blocked {
    Blocked {
        id: stage.id(),
        kind: kind.into(),
        hash: Some(vec![hash; 32]),
        applicant: (kind == "face").then_some(t.applicant),
        sealed: None,
        actor: "officer".into(),
        created_at: stage.now(),
    }
}

async fn insert(stage: &Stage, t: &Tenant, entry: &Blocked) -> bool {
    let mut tx = stage.begin().await;
    let added = block_list::insert(&mut tx, t.organization, entry).await.unwrap();
    tx.commit().await.unwrap();
    added
}

async fn listed(stage: &Stage, t: &Tenant, kind: Option<&str>, skip: i64, limit: i64) -> Vec<BlockedId> {
    let mut tx = stage.read().await;
    let page = block_list::list(&mut tx, t.organization, kind, skip, limit).await.unwrap();
    page.into_iter().map(|entry| entry.id).collect()
}

pub(crate) async fn the_block_list_holds_each_entry_once(stage: Stage) {
    let t = stage.tenant().await;
    let number = entry(&stage, &t, "number", 1);
    assert!(insert(&stage, &t, &number).await);
    assert!(!insert(&stage, &t, &entry(&stage, &t, "number", 1)).await, "the same number");
    stage.clock.advance(10);
    let (name, face) = (entry(&stage, &t, "name", 1), entry(&stage, &t, "face", 2));
    assert!(insert(&stage, &t, &name).await && insert(&stage, &t, &face).await);
    assert_eq!(listed(&stage, &t, Some("number"), 0, 9).await, [number.id]);
    let all = listed(&stage, &t, None, 0, 9).await;
    assert_eq!((all.len(), all[2]), (3, number.id), "newest first");
    assert_eq!(listed(&stage, &t, None, 2, 9).await, [number.id]);
    assert_eq!(listed(&stage, &t, None, 0, 1).await, [all[0]]);

    let mut tx = stage.begin().await;
    assert_eq!(block_list::count(&mut tx, t.organization, None).await.unwrap(), 3);
    assert_eq!(block_list::count(&mut tx, t.organization, Some("face")).await.unwrap(), 1);
    let found = block_list::find(&mut tx, t.organization, "number", &[1; 32]).await.unwrap();
    assert_eq!(found, Some(number.clone()));
    assert_eq!(block_list::find(&mut tx, t.organization, "face", &[1; 32]).await.unwrap(), None);
    assert_eq!(block_list::get(&mut tx, t.organization, name.id).await.unwrap(), Some(name.clone()));
    block_list::remove(&mut tx, t.organization, number.id).await.unwrap();
    assert!(block_list::remove(&mut tx, t.organization, number.id).await.is_err());
    assert_eq!(block_list::forget(&mut tx, t.organization, t.applicant).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(listed(&stage, &t, None, 0, 9).await, [name.id]);
    assert!(insert(&stage, &t, &entry(&stage, &t, "number", 1)).await, "blocked again");
}

pub(crate) async fn the_block_list_is_nobodys_in_another_tenant(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let of_a = entry(&stage, &a, "number", 1);
    assert!(insert(&stage, &a, &of_a).await);
    assert!(listed(&stage, &b, None, 0, 9).await.is_empty());
    let mut tx = stage.begin().await;
    assert_eq!(block_list::find(&mut tx, b.organization, "number", &[1; 32]).await.unwrap(), None);
    assert_eq!(block_list::get(&mut tx, b.organization, of_a.id).await.unwrap(), None);
    assert!(block_list::remove(&mut tx, b.organization, of_a.id).await.is_err());
    assert_eq!(block_list::forget(&mut tx, b.organization, a.applicant).await.unwrap(), 0);
    tx.rollback().await.unwrap();
    assert!(insert(&stage, &b, &entry(&stage, &b, "number", 1)).await, "each has a list of its own");
    assert_eq!(listed(&stage, &a, None, 0, 9).await, [of_a.id]);
}
