//! What documents and faces are known again by.

use bonafide_core::{evidence::EvidenceKind, time::Timestamp};
use bonafide_store::{
    Error, applicants,
    crypto::{Object, seal},
    features::{self, Feature, Shut, Tally},
    specimens::{self, Specimen},
    subject_keys,
};
use bonafide_testkit::files;

use crate::stage::{Stage, Tenant};

fn feature(stage: &Stage, t: &Tenant, kind: &str, bytes: &[u8]) -> Feature {
    let id = stage.id();
    Feature {
        id,
        applicant: t.applicant,
        verification: Some(t.verification),
        kind: kind.into(),
        sealed: seal(&t.key, Object::Feature(id), bytes, &stage.entropy).unwrap(),
        created_at: stage.now(),
    }
}

async fn keep(stage: &Stage, t: &Tenant, feature: &Feature) {
    let mut tx = stage.begin().await;
    features::insert(&mut tx, t.organization, feature).await.unwrap();
    tx.commit().await.unwrap();
}

async fn opened(stage: &Stage, t: &Tenant, kind: &str, since: Timestamp) -> Vec<Vec<u8>> {
    let mut tx = stage.read().await;
    let rows = features::open_since(&mut tx, t.organization, kind, since, &stage.ring).await.unwrap();
    assert!(rows.iter().all(|r| r.applicant == t.applicant && r.verification == Some(t.verification)));
    rows.into_iter().map(|r| r.bytes.unwrap().to_vec()).collect()
}

pub(crate) async fn come_back_by_kind_and_time(stage: Stage) {
    let t = stage.tenant().await;
    keep(&stage, &t, &feature(&stage, &t, "face", b"one")).await;
    keep(&stage, &t, &feature(&stage, &t, "document_front", b"page")).await;
    stage.clock.advance(10);
    let later = stage.now();
    keep(&stage, &t, &feature(&stage, &t, "face", b"two")).await;
    assert_eq!(opened(&stage, &t, "face", Timestamp(0)).await, [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!(opened(&stage, &t, "face", later).await, [b"two".to_vec()]);
    assert_eq!(opened(&stage, &t, "document_front", Timestamp(0)).await, [b"page".to_vec()]);

    let mut tx = stage.begin().await;
    let mine = features::open_of(&mut tx, t.organization, "face", t.applicant, &t.key).await.unwrap();
    assert_eq!(mine.iter().map(|b| b.to_vec()).collect::<Vec<_>>(), [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!(features::tally(&mut tx, t.organization, "face").await.unwrap().count, 2);
    assert_eq!(features::ids(&mut tx, t.organization, "face").await.unwrap().len(), 2);
    assert_eq!(features::withdraw(&mut tx, t.organization, t.verification, "face").await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert!(opened(&stage, &t, "face", Timestamp(0)).await.is_empty());
    assert_eq!(opened(&stage, &t, "document_front", Timestamp(0)).await.len(), 1);
}

pub(crate) async fn are_nobodys_in_another_tenant(stage: Stage) {
    let (a, b) = (stage.tenant().await, stage.tenant().await);
    let of_a = feature(&stage, &a, "face", b"a");
    keep(&stage, &a, &of_a).await;
    assert!(opened(&stage, &b, "face", Timestamp(0)).await.is_empty());
    let mut tx = stage.begin().await;
    assert_eq!(features::withdraw(&mut tx, b.organization, a.verification, "face").await.unwrap(), 0);
    assert_eq!(features::forget(&mut tx, b.organization, a.applicant).await.unwrap(), 0);
    assert_eq!(features::withdraw_of(&mut tx, b.organization, a.applicant, "face").await.unwrap(), 0);
    assert_eq!(features::tally(&mut tx, b.organization, "face").await.unwrap().count, 0);
    assert!(features::ids(&mut tx, b.organization, "face").await.unwrap().is_empty());
    let theirs = features::open_of(&mut tx, b.organization, "face", a.applicant, &a.key).await.unwrap();
    assert!(theirs.is_empty());
    tx.commit().await.unwrap();
    // A row of one tenant cannot stand for another's person.
    let mut tx = stage.begin().await;
    let foreign = Feature { id: stage.id(), ..of_a };
    assert!(features::insert(&mut tx, b.organization, &foreign).await.is_err());
    tx.rollback().await.unwrap();
    assert_eq!(opened(&stage, &a, "face", Timestamp(0)).await.len(), 1);
}

/// One that cannot be opened, and one whose person is forgotten: the others come all the same, and it is known that they are there.
pub(crate) async fn are_read_apart(stage: Stage) {
    let (t, stranger) = (stage.tenant().await, stage.tenant().await);
    let whole = feature(&stage, &t, "face", b"whole");
    keep(&stage, &t, &whole).await;
    stage.clock.advance(1);
    let damaged = Feature { id: stage.id(), created_at: stage.now(), ..whole.clone() };
    keep(&stage, &t, &damaged).await;
    let mut tx = stage.begin().await;
    let rows =
        features::open_since(&mut tx, t.organization, "face", Timestamp(0), &stage.ring).await.unwrap();
    let how = |rows: Vec<features::Opened>| {
        rows.into_iter().map(|r| (r.id, r.bytes.map(|b| b.to_vec()))).collect::<Vec<_>>()
    };
    let both = [(whole.id, Ok(b"whole".to_vec())), (damaged.id, Err(Shut::Unreadable))];
    assert_eq!(how(rows), both);
    let one = features::open_these(&mut tx, t.organization, &[damaged.id], &stage.ring).await.unwrap();
    assert_eq!(how(one), [(damaged.id, Err(Shut::Unreadable))]);
    let foreign = features::open_these(&mut tx, stranger.organization, &[whole.id], &stage.ring).await;
    assert!(foreign.unwrap().is_empty());

    let of = async |tx: &mut bonafide_store::Tx| features::tally(tx, t.organization, "face").await.unwrap();
    let before = of(&mut tx).await;
    let mut told = Tally::default();
    [whole.created_at, damaged.created_at].into_iter().for_each(|at| told.add(at));
    assert_eq!((before, before.count), (told, 2));
    // One comes in the place of another: as many, and not the same.
    features::withdraw(&mut tx, t.organization, t.verification, "face").await.unwrap();
    let older = |ms: i64| Feature { id: stage.id(), created_at: stage.now().plus_ms(-ms), ..whole.clone() };
    for ms in [1, 3_600_000] {
        features::insert(&mut tx, t.organization, &older(ms)).await.unwrap();
    }
    assert_eq!(of(&mut tx).await.count, 2);
    assert_ne!(of(&mut tx).await, before);
    subject_keys::destroy(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    let rows =
        features::open_since(&mut tx, t.organization, "face", Timestamp(0), &stage.ring).await.unwrap();
    assert!(how(rows).into_iter().all(|(_, bytes)| bytes == Err(Shut::Forgotten)));
}

pub(crate) async fn vanish_with_the_person(stage: Stage) {
    const CANARY: &[u8] = b"Kanarienvogelsson-feature";
    let t = stage.tenant().await;
    // Something to search, on PostgreSQL too.
    stage.picture(&t, EvidenceKind::Selfie, b"a face").await;
    let kept = feature(&stage, &t, "face", CANARY);
    keep(&stage, &t, &kept).await;
    let sealed = kept.sealed.as_bytes().to_vec();
    for folder in stage.folders().await {
        assert!(files::containing(&folder, CANARY).is_empty(), "never in the clear");
    }
    let in_files = || !files::containing(stage.folder.path(), &sealed).is_empty();
    let sqlite = matches!(stage.db, bonafide_store::Db::Sqlite { .. });
    assert!(!sqlite || in_files(), "the search works");
    let mut tx = stage.begin().await;
    applicants::anonymize(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    stage.db.scrub().await.unwrap();
    assert!(opened(&stage, &t, "face", Timestamp(0)).await.is_empty());
    assert!(!sqlite || !in_files(), "nor sealed");
    let mut tx = stage.read().await;
    assert_eq!(features::tally(&mut tx, t.organization, "face").await.unwrap().count, 0);
}

pub(crate) async fn specimens_are_listed_once_each(stage: Stage) {
    let specimen = |name: &str, picture: &[u8]| Specimen {
        id: stage.id(),
        name: name.into(),
        picture_sha256: picture.to_vec(),
        fingerprint: vec![1, 0],
        created_at: stage.now(),
    };
    let (first, twin) = (specimen("utopia.png", b"1"), specimen("again.png", b"1"));
    let mut tx = stage.begin().await;
    let empty = specimens::version(&mut tx).await.unwrap();
    assert!(specimens::insert(&mut tx, &first).await.unwrap());
    assert!(!specimens::insert(&mut tx, &twin).await.unwrap());
    assert_ne!(specimens::version(&mut tx).await.unwrap(), empty);
    assert_eq!(specimens::list(&mut tx).await.unwrap(), std::slice::from_ref(&first));
    specimens::remove(&mut tx, first.id).await.unwrap();
    assert!(matches!(specimens::remove(&mut tx, first.id).await, Err(Error::NotFound("specimen"))));
    assert_eq!(specimens::version(&mut tx).await.unwrap(), empty);
}
