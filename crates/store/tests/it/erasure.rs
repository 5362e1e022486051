//! Where personal data and keys may be found on disk: nowhere.

use bonafide_core::evidence::EvidenceKind;
use bonafide_store::{
    Db, Error, applicants,
    crypto::{Object, open, seal_json},
    evidence, subject_keys, verifications,
};
use bonafide_testkit::files;
use serde_json::json;

use crate::stage::{Stage, Tenant};

const CANARY: &str = "Kanarienvogelsson-4711";

/// A person whose every sealed place holds the canary.
async fn canary(stage: &Stage) -> (Tenant, evidence::Evidence) {
    let t = stage.tenant().await;
    let picture = stage.picture(&t, EvidenceKind::Selfie, CANARY.repeat(50).as_bytes()).await;
    let value = json!({ "last_name": CANARY });
    let mut tx = stage.begin().await;
    let sealed = seal_json(&t.key, Object::Applicant(t.applicant), &value, &stage.entropy).unwrap();
    applicants::update(&mut tx, t.organization, t.applicant, &sealed).await.unwrap();
    let mut row = verifications::get(&mut tx, t.organization, t.verification).await.unwrap().unwrap();
    row.sealed = seal_json(&t.key, Object::Verification(row.id), &value, &stage.entropy).unwrap();
    verifications::update(&mut tx, t.organization, &mut row).await.unwrap();
    let sealed = seal_json(&t.key, Object::Evidence(picture.id), &value, &stage.entropy).unwrap();
    let picture = evidence::Evidence { sealed, ..picture };
    evidence::insert(&mut tx, t.organization, &picture).await.unwrap();
    tx.commit().await.unwrap();
    (t, picture)
}

pub(crate) async fn personal_data_is_nowhere_in_the_clear(stage: Stage) {
    canary(&stage).await;
    // The search itself works: the name of the organization is no secret and is found.
    let folders = stage.folders().await;
    assert!(folders.iter().any(|folder| !files::containing(folder, b"Acme").is_empty()), "{folders:?}");
    for folder in &folders {
        assert_eq!(files::containing(folder, CANARY.as_bytes()), Vec::<std::path::PathBuf>::new());
    }
}

pub(crate) async fn requirement_11_a_destroyed_key_makes_noise_of_everything(stage: Stage) {
    let (t, picture) = canary(&stage).await;
    for _ in 0..2 {
        let mut tx = stage.begin().await;
        applicants::anonymize(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        stage.clock.advance(1);
    }
    stage.db.scrub().await.unwrap();
    let mut tx = stage.begin().await;
    let key = subject_keys::load(&mut tx, t.organization, t.applicant, &stage.ring).await;
    assert!(matches!(key, Err(Error::KeyDestroyed)), "{key:?}");
    let tombstone = applicants::get(&mut tx, t.organization, t.applicant).await.unwrap().unwrap();
    assert_eq!(tombstone.anonymized_at, Some(picture.created_at), "the first time is kept");
    assert!(open(&t.key, Object::Applicant(t.applicant), &tombstone.sealed).is_err());
    // There is no second key: what is sealed under it could be mistaken for what was erased.
    let again =
        subject_keys::create(&mut tx, t.organization, t.applicant, &stage.ring, stage.now(), &stage.entropy)
            .await;
    assert!(again.unwrap_err().is_duplicate());
    tx.rollback().await.unwrap();
    let late = {
        let mut tx = stage.begin().await;
        applicants::update(&mut tx, t.organization, t.applicant, &picture.sealed).await
    };
    assert!(matches!(late, Err(Error::NotFound(_))), "{late:?}");
    stage.blobs.delete(&picture.blob_key).await.unwrap();
    stage.blobs.delete(&picture.blob_key).await.unwrap();
    let gone = stage.blobs.get(&t.key, picture.id, &picture.blob_key).await;
    assert!(matches!(gone, Err(Error::NotFound("picture"))), "{gone:?}");
}

pub(crate) async fn requirement_11_no_copy_of_a_destroyed_key_stays_in_the_files(stage: Stage) {
    let t = stage.tenant().await;
    let wrapped = stage.wrapped_key().await;
    // On PostgreSQL the write-ahead log keeps it until its segments are recycled; see Db::scrub.
    if matches!(stage.db, Db::Postgres(_)) {
        let mut tx = stage.begin().await;
        subject_keys::destroy(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        stage.db.scrub().await.unwrap();
        assert!(stage.wrapped_key().await.is_empty());
        return;
    }
    assert!(!files::containing(stage.folder.path(), &wrapped).is_empty(), "the search works");
    let mut tx = stage.begin().await;
    subject_keys::destroy(&mut tx, t.organization, t.applicant, stage.now()).await.unwrap();
    tx.commit().await.unwrap();
    stage.db.scrub().await.unwrap();
    assert_eq!(files::containing(stage.folder.path(), &wrapped), Vec::<std::path::PathBuf>::new());
}
