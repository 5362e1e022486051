use bonafide_core::evidence::EvidenceKind;
use bonafide_store::{
    Error, applicants,
    crypto::{Object, open, open_json, seal},
    keyring::{KeyRing, MemoryKeyRing},
    subject_keys,
};
use serde_json::{Value, json};

use crate::stage::Stage;

pub(crate) async fn a_data_key_opens_with_its_ring_only(stage: Stage) {
    let t = stage.tenant().await;
    let mut tx = stage.read().await;
    let key = subject_keys::load(&mut tx, t.organization, t.applicant, &stage.ring).await.unwrap();
    let row = applicants::get(&mut tx, t.organization, t.applicant).await.unwrap().unwrap();
    let data: Value = open_json(&key, Object::Applicant(t.applicant), &row.sealed).unwrap();
    assert_eq!(data, json!({"name": "Zoë Ångström"}));
    let other = MemoryKeyRing::new(&stage.entropy);
    let refused = subject_keys::load(&mut tx, t.organization, t.applicant, &other).await;
    assert!(matches!(&refused, Err(Error::WrongKeyRing(id)) if id == stage.ring.current()), "{refused:?}");
}

pub(crate) async fn a_wrong_ring_is_refused_at_the_start(stage: Stage) {
    let mut ring = MemoryKeyRing::new(&stage.entropy);
    let check = async |ring: &dyn KeyRing| {
        let mut tx = stage.begin().await;
        let checked = subject_keys::check_key_ring(&mut tx, ring, stage.now(), &stage.entropy).await;
        if checked.is_ok() {
            tx.commit().await.unwrap();
        }
        checked
    };
    for _ in 0..2 {
        check(&ring).await.unwrap();
    }
    let first = ring.current().to_owned();
    let other = MemoryKeyRing::new(&stage.entropy);
    let refused = check(&other).await;
    assert!(matches!(&refused, Err(Error::WrongKeyRing(id)) if *id == first), "{refused:?}");
    ring.rotate(&stage.entropy);
    check(&ring).await.unwrap();
}

pub(crate) async fn requirement_10_rotation_keeps_old_data_readable(mut stage: Stage) {
    let before = stage.tenant().await;
    stage.ring.rotate(&stage.entropy);
    let after = stage.tenant().await;
    let mut tx = stage.begin().await;
    for t in [&before, &after] {
        subject_keys::load(&mut tx, t.organization, t.applicant, &stage.ring).await.unwrap();
    }
    assert_eq!(subject_keys::rewrap(&mut tx, &stage.ring, 100, &stage.entropy).await.unwrap(), 1);
    assert_eq!(subject_keys::rewrap(&mut tx, &stage.ring, 100, &stage.entropy).await.unwrap(), 0);
    // The same key as before under a new wrapping: what was sealed still opens.
    let key = subject_keys::load(&mut tx, before.organization, before.applicant, &stage.ring).await.unwrap();
    let row = applicants::get(&mut tx, before.organization, before.applicant).await.unwrap().unwrap();
    assert!(open(&key, Object::Applicant(before.applicant), &row.sealed).is_ok());
}

pub(crate) async fn a_wrapped_key_does_not_open_in_another_row(stage: Stage) {
    let a = stage.tenant().await;
    stage.clock.advance(1);
    let b = stage.tenant().await;
    // Whoever can write to the database gives A's person the key of B's.
    let swap = "UPDATE subject_keys SET wrapped_key =
                (SELECT s.wrapped_key FROM subject_keys s ORDER BY s.created_at DESC LIMIT 1)";
    stage.tamper(swap).await.unwrap();
    let mut tx = stage.read().await;
    let refused = subject_keys::load(&mut tx, a.organization, a.applicant, &stage.ring).await;
    assert!(matches!(refused, Err(Error::WrongKeyRing(_))), "{refused:?}");
    assert!(subject_keys::load(&mut tx, b.organization, b.applicant, &stage.ring).await.is_ok());
}

pub(crate) async fn requirement_09_swapped_ciphertexts_do_not_open(stage: Stage) {
    let t = stage.tenant().await;
    let other = stage.tenant().await;
    let object = Object::Verification(t.verification);
    let sealed = seal(&t.key, object, b"ERIKSSON", &stage.entropy).unwrap();
    assert_eq!(open(&t.key, object, &sealed).unwrap().as_slice(), b"ERIKSSON");
    let evidence = stage.id();
    for (key, elsewhere) in [
        (&t.key, Object::Verification(other.verification)),
        (&other.key, object),
        (&t.key, Object::Evidence(evidence)),
    ] {
        let opened = open(key, elsewhere, &sealed);
        assert!(matches!(opened, Err(Error::Unsealable(_))), "{elsewhere:?}");
    }
    // The same id in another column is another object, too.
    let sealed = seal(&t.key, Object::Evidence(evidence), b"x", &stage.entropy).unwrap();
    assert!(open(&t.key, Object::Picture(evidence), &sealed).is_err());

    // Pictures: the file of one under the name of another.
    let one = stage.picture(&t, EvidenceKind::Selfie, b"face one").await;
    let two = stage.picture(&t, EvidenceKind::Selfie, b"face two").await;
    let file = |key: &str| stage.folder.path().join("blobs").join(&key[..2]).join(key);
    std::fs::copy(file(two.blob_key.as_str()), file(one.blob_key.as_str())).unwrap();
    let opened = stage.blobs.get(&t.key, one.id, &one.blob_key).await;
    assert!(matches!(opened, Err(Error::Unsealable("picture"))), "{opened:?}");
    assert_eq!(stage.blobs.get(&t.key, two.id, &two.blob_key).await.unwrap().as_slice(), b"face two");
}
