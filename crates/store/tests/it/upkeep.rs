//! What keeps an installation going for years: full disks, what is over, what lies about, keys that are replaced.

use std::{
    fs::{self, File},
    time::{Duration, UNIX_EPOCH},
};

use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, ScreeningId},
    plan::Plan,
    time::Timestamp,
};
use bonafide_store::{
    Db, Error, Tx, applicants,
    blobs::{Blobs, FOLDERS},
    crypto::{Object, seal_json},
    evidence, installation,
    jobs::{self, Claim, Job, NewJob},
    keyring::{KeyRing, MemoryKeyRing},
    organizations::{self, Organization},
    screenings::{self, Purpose, Screening},
    subject_keys,
};
use serde_json::json;

use crate::{aml, stage::Stage};

fn organization(stage: &Stage) -> Organization {
    Organization {
        id: stage.id(),
        name: "x".repeat(10_000),
        created_at: stage.now(),
        sandbox: false,
        clock_ahead_ms: 0,
        plan: Plan::Active.into(),
    }
}

/// A disk without room, or a server of a database that ends: one transaction fails, and the next one is as good as ever.
pub(crate) async fn a_transaction_that_fails_fails_no_other(stage: Stage) {
    let mut tx = stage.begin().await;
    match &stage.db {
        Db::Sqlite { .. } => {
            drop(tx);
            // No more pages than there are.
            let pages = stage.number("PRAGMA page_count").await;
            stage.tamper_with(format!("PRAGMA max_page_count = {pages}")).await;
            tx = stage.begin().await;
            let refused = loop {
                if let Err(refused) = organizations::insert(&mut tx, &organization(&stage)).await {
                    break refused;
                }
            };
            assert!(refused.is_no_room(), "{refused:?}");
        }
        Db::Postgres(pool) => {
            organizations::insert(&mut tx, &organization(&stage)).await.unwrap();
            let ended = sqlx::raw_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
            ended.execute(pool).await.unwrap();
            assert!(organizations::insert(&mut tx, &organization(&stage)).await.is_err());
        }
    }
    assert!(tx.commit().await.is_err());
    for _ in 0..3 {
        let mut tx = stage.db.begin().await.unwrap();
        let row = organization(&stage);
        organizations::insert(&mut tx, &row).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = stage.read().await;
        assert_eq!(organizations::get(&mut tx, row.id).await.unwrap(), Some(row), "nothing of it is lost");
    }
    let mut tx = stage.read().await;
    assert_eq!(
        organizations::list(&mut tx).await.unwrap().len(),
        3,
        "and nothing was kept of the one that failed"
    );
}

pub(crate) async fn an_installation_is_one_and_takes_writes(stage: Stage) {
    let mut tx = stage.begin().await;
    installation::try_writing(&mut tx, stage.now()).await.unwrap();
    let first = installation::id(&mut tx, uuid::Uuid::from_u128(7)).await.unwrap();
    assert_eq!(first, uuid::Uuid::from_u128(7));
    installation::try_writing(&mut tx, stage.now().plus_ms(1)).await.unwrap();
    assert_eq!(installation::id(&mut tx, uuid::Uuid::from_u128(8)).await.unwrap(), first);
    tx.commit().await.unwrap();
}

async fn enqueue(stage: &Stage, max_attempts: i64) -> Job {
    let organization = stage.organization().await;
    let mut tx = stage.begin().await;
    let new = NewJob {
        id: stage.id(),
        queue: "q",
        kind: "test",
        subject: uuid::Uuid::from_u128(5),
        payload: &json!({}),
        unique_key: None,
        now: stage.now(),
        run_at: stage.now(),
        max_attempts,
    };
    jobs::enqueue(&mut tx, organization, new).await.unwrap();
    let claim =
        Claim { queue: "q", owner: "w", now: stage.now(), lease_until: stage.now().plus_secs(10), limit: 1 };
    let claimed = jobs::claim(&mut tx, claim).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    claimed
}

pub(crate) async fn jobs_that_are_over_go_after_a_while(stage: Stage) {
    let (done, dead, open) = (enqueue(&stage, 3).await, enqueue(&stage, 1).await, enqueue(&stage, 3).await);
    let mut tx = stage.begin().await;
    assert!(jobs::finish(&mut tx, &done, stage.now()).await.unwrap());
    jobs::fail(&mut tx, &dead, stage.now(), "why").await.unwrap();
    assert_eq!(jobs::dead(&mut tx).await.unwrap(), [("test".to_owned(), 1)]);
    let (now, later) = (stage.now(), stage.now().plus_ms(1));
    let exists =
        async |tx: &mut _, job: &Job| jobs::get(tx, job.organization, job.id).await.unwrap().is_some();
    assert_eq!(jobs::purge(&mut tx, now, now, 10).await.unwrap(), 0);
    assert_eq!(jobs::purge(&mut tx, later, now, 10).await.unwrap(), 1);
    assert!(!exists(&mut tx, &done).await && exists(&mut tx, &dead).await);
    assert_eq!(jobs::purge(&mut tx, later, later, 10).await.unwrap(), 1);
    assert!(!exists(&mut tx, &dead).await && exists(&mut tx, &open).await, "what is to be done stays");
    assert!(jobs::dead(&mut tx).await.unwrap().is_empty());
}

pub(crate) async fn a_job_that_was_broken_off_is_as_it_was(stage: Stage) {
    let job = enqueue(&stage, 1).await;
    let mut tx = stage.begin().await;
    assert!(!jobs::any_to_bury(&mut tx, stage.now()).await.unwrap());
    assert!(jobs::give_back(&mut tx, &job).await.unwrap());
    let back = jobs::get(&mut tx, job.organization, job.id).await.unwrap().unwrap();
    assert_eq!((back.attempts, back.lease_until), (0, Timestamp(0)), "its only attempt is not used up");
    assert!(!jobs::give_back(&mut tx, &job).await.unwrap(), "once");
    assert!(!jobs::finish(&mut tx, &job, stage.now()).await.unwrap());
    tx.commit().await.unwrap();
    // Nobody gave this one back.
    let job = {
        let mut tx = stage.begin().await;
        let claim = Claim {
            queue: "q",
            owner: "w",
            now: stage.now(),
            lease_until: stage.now().plus_secs(10),
            limit: 1,
        };
        let job = jobs::claim(&mut tx, claim).await.unwrap().remove(0);
        tx.commit().await.unwrap();
        job
    };
    stage.clock.advance(10_000);
    let mut tx = stage.begin().await;
    assert!(jobs::any_to_bury(&mut tx, stage.now()).await.unwrap());
    assert_eq!(jobs::bury(&mut tx, stage.now()).await.unwrap().map(|buried| buried.id), Some(job.id));
    assert!(!jobs::any_to_bury(&mut tx, stage.now()).await.unwrap());
}

pub(crate) async fn pictures_are_known_by_their_rows(stage: Stage) {
    let t = stage.tenant().await;
    let (kept, lost) = (
        stage.picture(&t, EvidenceKind::Selfie, b"kept").await,
        stage.picture(&t, EvidenceKind::Selfie, b"lost").await,
    );
    let mut tx = stage.begin().await;
    evidence::insert(&mut tx, t.organization, &kept).await.unwrap();
    let mut names = vec![kept.blob_key.clone(), lost.blob_key.clone()];
    // More than a statement may ask for at once.
    for n in 0..510 {
        let other = stage.picture(&t, EvidenceKind::Selfie, &[n as u8]).await;
        names.push(other.blob_key);
    }
    assert_eq!(evidence::known(&mut tx, &names).await.unwrap(), [kept.blob_key]);
    assert!(evidence::known(&mut tx, &[]).await.unwrap().is_empty());
}

pub(crate) async fn the_indexes_are_used(stage: Stage) {
    let queries = [
        (
            "evidence_by_applicant",
            "SELECT blob_key FROM evidence WHERE organization = 'o' AND applicant = 'a'",
        ),
        (
            "jobs_to_bury",
            "SELECT id FROM jobs
             WHERE done_at IS NULL AND failed_at IS NULL AND attempts >= max_attempts AND lease_until <= 5",
        ),
        (
            "jobs_done",
            "SELECT id FROM jobs WHERE done_at IS NOT NULL AND done_at < 5 ORDER BY done_at LIMIT 9",
        ),
        (
            "jobs_dead",
            "SELECT id FROM jobs WHERE failed_at IS NOT NULL AND failed_at < 5 ORDER BY failed_at LIMIT 9",
        ),
        (
            "deliveries_by_time",
            "SELECT event FROM deliveries WHERE organization = 'o' ORDER BY created_at DESC, event DESC, endpoint LIMIT 9",
        ),
        ("events_by_time", "SELECT id FROM events WHERE organization = 'o' AND at >= 5 AND at < 9"),
    ];
    for (index, query) in queries {
        let plan = stage.plan(query).await;
        assert!(plan.contains(index), "{index}: {plan}");
    }
}

pub(crate) async fn a_key_that_wraps_nothing_is_let_go(mut stage: Stage) {
    let first = stage.ring.current().to_owned();
    let check = async |stage: &Stage| {
        let mut tx = stage.begin().await;
        subject_keys::check_key_ring(&mut tx, &stage.ring, stage.now(), &stage.entropy).await.unwrap();
        tx.commit().await.unwrap();
    };
    let mut tx = stage.begin().await;
    assert!(!subject_keys::is_bound(&mut tx).await.unwrap(), "nothing was written under it yet");
    drop(tx);
    check(&stage).await;
    stage.tenant().await;
    stage.ring.rotate(&stage.entropy);
    check(&stage).await;
    let mut tx = stage.begin().await;
    assert!(subject_keys::is_bound(&mut tx).await.unwrap());
    assert_eq!(subject_keys::by_key(&mut tx).await.unwrap(), [(first.clone(), 1)]);
    let early = subject_keys::retire(&mut tx, &first).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "{early:?}");
    subject_keys::rewrap(&mut tx, &stage.ring, 100, &stage.entropy).await.unwrap();
    assert_eq!(subject_keys::by_key(&mut tx).await.unwrap(), [(stage.ring.current().to_owned(), 1)]);
    subject_keys::retire(&mut tx, &first).await.unwrap();
    // Nobody misses it from now on.
    assert_eq!(subject_keys::opens(&mut tx, &stage.ring).await.unwrap(), [stage.ring.current()]);
    tx.commit().await.unwrap();
    // Of several servers one may wrap under a key that the database does not know any more: it is refused.
    let (organization, person) = (stage.organization().await, stage.id());
    let mut tx = stage.begin().await;
    applicants::insert(&mut tx, organization, person, stage.now()).await.unwrap();
    let (unknown, now) = (MemoryKeyRing::new(&stage.entropy), stage.now());
    let made = subject_keys::create(&mut tx, organization, person, &unknown, now, &stage.entropy).await;
    match tx {
        Tx::Sqlite(_) => assert!(made.is_ok()),
        Tx::Postgres(_) => assert!(matches!(made, Err(Error::WrongKeyRing(_)))),
    }
}

/// Searches for verifications and for clients are one log, in order.
pub(crate) async fn both_kinds_of_screenings_are_one_log(stage: Stage) {
    let t = stage.tenant().await;
    let (client, key) = aml::with_key(&stage, &t).await;
    let client_subject = ApplicantId::from_uuid(client.client.uuid());
    let mut made = vec![];
    let mut tx = stage.begin().await;
    for n in 0..screenings::KEPT + 2 {
        let id: ScreeningId = stage.id();
        let (applicant, key, purpose) = match n % 2 {
            0 => (t.applicant, &t.key, Purpose::Verification(t.verification)),
            _ => (client_subject, &key, Purpose::Aml(client.id)),
        };
        let row = Screening {
            id,
            applicant,
            purpose,
            sealed: seal_json(key, Object::Screening(id), &json!({"n": n}), &stage.entropy).unwrap(),
            created_at: stage.now(),
        };
        screenings::insert(&mut tx, t.organization, &row).await.unwrap();
        made.push((id, purpose));
        stage.clock.advance(1);
    }
    let mut found = vec![];
    let mut after = None;
    loop {
        let page =
            screenings::page(&mut tx, t.organization, Timestamp(0), after, 5, &stage.ring).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.created_at, last.id));
        found.extend(page.iter().map(|one| (one.id, one.purpose)));
    }
    assert_eq!(found, made);
    assert_eq!(screenings::forget(&mut tx, t.organization, client_subject).await.unwrap(), 26);
    let page = screenings::page(&mut tx, t.organization, Timestamp(0), None, 99, &stage.ring).await.unwrap();
    assert!(page.len() == 26 && page.iter().all(|one| one.purpose == Purpose::Verification(t.verification)));
}

/// A file that somebody was writing when the process ended, and one of another installation.
#[tokio::test]
async fn what_lies_about_among_the_pictures_is_found() {
    let stage = Stage::sqlite().await;
    let t = stage.tenant().await;
    let old = Timestamp(1_000_000_000_000);
    let aged = |path: &std::path::Path| {
        let at = UNIX_EPOCH + Duration::from_millis(old.0 as u64);
        File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
    };
    let picture = stage.picture(&t, EvidenceKind::Selfie, b"one").await;
    let name = picture.blob_key.as_str();
    let folder = u32::from_str_radix(&name[..2], 16).unwrap();
    let path = stage.folder.path().join("blobs").join(&name[..2]);
    let (whole, unfinished, young) = (path.join(name), path.join("0a.new"), path.join("0b.new"));
    fs::write(&unfinished, b"half").unwrap();
    fs::write(&young, b"half").unwrap();
    fs::write(path.join("readme.txt"), b"not ours").unwrap();
    assert!(stage.blobs.written_before(folder, old.plus_ms(1)).await.unwrap().is_empty());
    assert!(unfinished.exists(), "it may be written yet");
    for file in [&whole, &unfinished, &path.join("readme.txt")] {
        aged(file);
    }
    let found = stage.blobs.written_before(folder, old.plus_ms(1)).await.unwrap();
    assert_eq!(found, [(picture.blob_key.clone(), old)]);
    assert!(unfinished.exists(), "it is not known yet whose they are");
    stage.blobs.remove_unfinished(folder, old.plus_ms(1)).await.unwrap();
    assert!(!unfinished.exists() && young.exists() && path.join("readme.txt").exists());
    let other = (folder + 1) % FOLDERS;
    assert!(stage.blobs.written_before(other, old.plus_ms(1)).await.unwrap().is_empty());

    let (mine, theirs) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    assert!(!stage.blobs.is_of(mine, false).await.unwrap(), "nobody said so yet");
    assert!(stage.blobs.is_of(mine, true).await.unwrap());
    assert!(stage.blobs.is_of(mine, false).await.unwrap());
    assert!(!stage.blobs.is_of(theirs, true).await.unwrap());
}

/// Where the folder of a picture cannot be written, nothing is left of the try.
#[tokio::test]
async fn a_picture_that_cannot_be_written_leaves_nothing() {
    let stage = Stage::sqlite().await;
    let t = stage.tenant().await;
    let root = stage.folder.path().join("full");
    let blobs = Blobs::in_folder(&root).unwrap();
    // A folder stands where each picture would be renamed to.
    let entropy = bonafide_testkit::world::SeededEntropy::new(11);
    let name = blobs.put(&t.key, stage.id(), b"one".to_vec(), &entropy).await.unwrap();
    let file = root.join(&name.as_str()[..2]).join(name.as_str());
    fs::remove_file(&file).unwrap();
    fs::create_dir_all(file.join("in the way")).unwrap();
    let again = bonafide_testkit::world::SeededEntropy::new(11);
    let refused = blobs.put(&t.key, stage.id(), b"one".to_vec(), &again).await;
    assert!(matches!(refused, Err(Error::Io { .. })), "{refused:?}");
    let left: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(left, [file]);
}
