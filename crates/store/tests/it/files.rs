//! What concerns files and not rows: the lock, the key file, the pictures.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use bonafide_core::id::{ApplicantId, EvidenceId, OrganizationId};
use bonafide_core::plan::Plan;
use bonafide_core::time::Timestamp;
use bonafide_store::{
    Db, Error, applicants,
    blobs::{Blobs, MAX_PICTURE},
    crypto::SubjectKey,
    keyring::{FileKeyRing, KeyRing, MemoryKeyRing},
    organizations::{self, Organization},
    subject_keys,
};
use bonafide_testkit::world::SeededEntropy;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

async fn subject_key(db: &Db, entropy: &SeededEntropy) -> SubjectKey {
    let (organization, applicant) = (OrganizationId::new(NOW, entropy), ApplicantId::new(NOW, entropy));
    let mut tx = db.begin().await.unwrap();
    let row = Organization {
        id: organization,
        name: "Acme".into(),
        created_at: NOW,
        sandbox: false,
        clock_ahead_ms: 0,
        plan: Plan::Active.into(),
    };
    organizations::insert(&mut tx, &row).await.unwrap();
    applicants::insert(&mut tx, organization, applicant, NOW).await.unwrap();
    let ring = MemoryKeyRing::new(entropy);
    subject_keys::create(&mut tx, organization, applicant, &ring, NOW, entropy).await.unwrap()
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_closes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bonafide.db");
    let path = path.to_str().unwrap();
    let first = Db::open(path).await.unwrap();
    let second = Db::open(&format!("sqlite://{path}")).await;
    let message = second.unwrap_err().to_string();
    assert!(message.contains("another process already uses") && message.contains(path), "{message}");
    first.close().await;
    let second = Db::open(path).await.unwrap();
    drop(first);
    assert!(matches!(Db::open(path).await, Err(Error::InUse(_))), "a stale handle must not free the lock");
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_at_postgresql_changes_nothing() {
    let url = tokio::task::spawn_blocking(bonafide_testkit::postgres::database).await.unwrap();
    for _ in 0..2 {
        let early = Db::open_read_only(&url).await;
        assert!(matches!(early, Err(Error::Outdated)), "{early:?}");
    }
    Db::open(&url).await.unwrap().close().await;
    let db = Db::open_read_only(&url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(!subject_keys::is_bound(&mut tx).await.unwrap());
    let written = applicants::insert(
        &mut tx,
        OrganizationId::new(NOW, &SeededEntropy::new(7)),
        ApplicantId::new(NOW, &SeededEntropy::new(7)),
        NOW,
    );
    assert!(written.await.unwrap_err().is_no_room(), "a transaction that only reads");
}

/// The same across processes: this test starts itself a second time.
#[tokio::test]
async fn a_second_process_is_refused() {
    const VARIABLE: &str = "BONAFIDE_TEST_SECOND_PROCESS";
    if let Ok(path) = std::env::var(VARIABLE) {
        assert!(matches!(Db::open(&path).await, Err(Error::InUse(_))));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bonafide.db");
    let _db = Db::open(path.to_str().unwrap()).await.unwrap();
    let second = Command::new(std::env::current_exe().unwrap())
        .args(["files::a_second_process_is_refused", "--exact"])
        .env(VARIABLE, &path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&second.stdout);
    assert!(second.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn addresses_that_are_no_file_are_refused() {
    for address in ["", ":memory:", "sqlite::memory:", "mysql://localhost/x", "sqlite:"] {
        assert!(matches!(Db::open(address).await, Err(Error::Address)), "{address}");
    }
}

#[test]
fn the_key_file_is_private_and_keeps_its_keys() {
    let entropy = SeededEntropy::new(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let mut ring = FileKeyRing::open_or_create(&path, &entropy).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let key = bonafide_store::crypto::Key::new([9; 32]);
    let (first, wrapped) = (ring.current().to_owned(), ring.wrap(&key, b"aad", &entropy).unwrap());
    ring.rotate(&entropy).unwrap();
    assert_ne!(ring.current(), first);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    let again = FileKeyRing::open_or_create(&path, &entropy).unwrap();
    assert_eq!(again.current(), ring.current());
    assert_eq!(again.unwrap(&first, &wrapped, b"aad").unwrap(), key);
    assert!(matches!(again.unwrap(&first, &wrapped, b"bad"), Err(Error::WrongKeyRing(id)) if id == first));
    assert!(matches!(again.unwrap(again.current(), &wrapped, b"aad"), Err(Error::WrongKeyRing(_))));
    assert!(!format!("{again:?}").contains(&fs::read_to_string(&path).unwrap()[200..]));
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let entropy = SeededEntropy::new(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    drop(FileKeyRing::open_or_create(&path, &entropy).unwrap());
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = FileKeyRing::open_or_create(&path, &entropy).unwrap_err();
        assert!(matches!(&refused, Error::KeyFileMode(_)), "{refused:?}");
        assert!(refused.to_string().contains("chmod 600"));
    }
}

#[test]
fn a_damaged_key_file_is_refused_and_left_alone() {
    let entropy = SeededEntropy::new(3);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    drop(FileKeyRing::open_or_create(&path, &entropy).unwrap());
    let good = fs::read_to_string(&path).unwrap();
    for (bad, line) in
        [("", 1), ("# nothing\n", 2), (&good[..good.len() - 2], 3), ("k1\n", 1), ("k1 zz\n", 1)]
    {
        fs::write(&path, bad).unwrap();
        let refused = FileKeyRing::open_or_create(&path, &entropy).unwrap_err();
        assert!(
            matches!(&refused, Error::KeyFileFormat { line: l, .. } if *l == line),
            "{bad:?}: {refused:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), bad);
    }
}

#[tokio::test]
async fn pictures_come_back_and_nothing_else_does() {
    let entropy = SeededEntropy::new(3);
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(folder.path().join("bonafide.db").to_str().unwrap()).await.unwrap();
    let key = subject_key(&db, &entropy).await;
    let blobs = Blobs::in_folder(&folder.path().join("data").join("blobs")).unwrap();
    let id = EvidenceId::new(NOW, &entropy);
    for size in [0, 1, 3_000_000] {
        let picture: Vec<u8> = (0..size).map(|i: u32| (i % 251) as u8).collect();
        let name = blobs.put(&key, id, picture.clone(), &entropy).await.unwrap();
        assert_eq!(*blobs.get(&key, id, &name).await.unwrap(), picture);
        let file = folder.path().join("data/blobs").join(&name.as_str()[..2]).join(name.as_str());
        let mut bytes = fs::read(&file).unwrap();
        // Cut short, or a single bit changed, or of another version: refused, never shortened or garbled.
        for damage in [0, bytes.len() / 2, bytes.len() - 1] {
            bytes[damage] ^= 1;
            fs::write(&file, &bytes).unwrap();
            assert!(matches!(blobs.get(&key, id, &name).await, Err(Error::Unsealable(_))), "{damage}");
            bytes[damage] ^= 1;
        }
        fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        assert!(matches!(blobs.get(&key, id, &name).await, Err(Error::Unsealable(_))));
        fs::write(&file, b"").unwrap();
        assert!(matches!(blobs.get(&key, id, &name).await, Err(Error::Unsealable(_))));
    }
    let huge = blobs.put(&key, id, vec![0; MAX_PICTURE + 1], &entropy).await;
    assert!(matches!(huge, Err(Error::TooLarge { .. })), "{huge:?}");
}

/// Several who ask whether the server is ready at the same moment do not take the file from each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_is_tried_by_many_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = bonafide_store::blobs::Blobs::in_folder(&folder.path().join("blobs")).unwrap();
    for _ in 0..50 {
        let (a, b, c) = tokio::join!(blobs.check(), blobs.check(), blobs.check());
        assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    }
}
