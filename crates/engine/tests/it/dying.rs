//! Workers that die: whatever a verification waits for, it ends with a human and a reason, and never waits for ever.

use bonafide_core::{
    decision::Decision,
    event::EventType,
    evidence::EvidenceKind,
    id::VerificationId,
    reason::Code,
    verification::{Kind, Status},
};
use bonafide_engine::{
    attempts::{self, Brought},
    backtest, events,
    evidence::Picture,
    jobs, trigger,
    verifications::{self, DeclaredIdentity, NewVerification},
};
use bonafide_testkit::{data::sample, engine::Setup};
use serde_json::Value;

use crate::support::{API, App};

async fn app(dying: &'static [&'static str]) -> App {
    App::of("sqlite", Setup { dying, ..Setup::default() }).await
}

/// A person's own document and face, compared with who the caller says they are.
async fn with_a_face(app: &App) -> VerificationId {
    let name = "Anna Maria Eriksson".to_owned();
    let declared = DeclaredIdentity { name, birth_date: None, address: None, rest: Value::Null };
    let new = NewVerification { declared_identity: Some(declared), ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    app.consent(id).await;
    app.capture(id).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    id
}

/// A document that the organization brings.
async fn brought(app: &App, kind: Kind) -> VerificationId {
    let new = NewVerification::default();
    let (engine, caller) = (&app.engine, &app.caller);
    let id = verifications::create_with_pictures(engine, caller, kind, new).await.unwrap();
    let bytes = std::fs::read(sample("card_front.jpg")).unwrap();
    let picture = Picture { field: "document".into(), bytes };
    let of = if kind == Kind::AddressVerification {
        EvidenceKind::AddressDocument
    } else {
        EvidenceKind::DocumentFront
    };
    let brought = vec![Brought { kind: of, picture }];
    attempts::create_with_pictures(engine, caller, id, brought, None).await.unwrap();
    id
}

/// It waits for a human, who is told why; whoever waits for the result has it.
async fn is_in_review(app: &App, id: VerificationId, what: &str) {
    let undecided = !what.contains('_') || what.contains(' ');
    jobs::run_pending(&app.engine).await.unwrap();
    let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!(view.status, Status::ReviewRequired, "{what}");
    let reasons = verifications::reasons(&app.engine, &app.caller, id).await.unwrap();
    assert!(!reasons.is_empty(), "{what}");
    assert!(reasons.contains(&Code::CheckFailed) || !undecided, "{what}: {reasons:?}");
    let waited = verifications::wait(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!(waited, Status::ReviewRequired, "{what}");
    let filter = events::Filter { subject: Some(id.uuid()), limit: events::MAX, ..events::Filter::default() };
    let told = events::list(&app.engine, &app.caller, &filter).await.unwrap();
    let told: Vec<EventType> = told.into_iter().filter_map(|event| event.kind.known()).collect();
    assert!(told.contains(&EventType::VerificationReviewRequired), "{what}: {told:?}");
    // What was decided is made again the same, or is told to be nobody's decision.
    let replayed = backtest::replay(&app.engine, app.caller.organization, id).await.unwrap();
    assert!(replayed.iter().all(|r| r.same && r.stored.decision == Decision::Review), "{what}: {replayed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_whose_worker_dies_is_for_a_human() {
    for kind in [&["read_document"], &["match_faces"], &["check_liveness"], &["check_steps"], &["decide"]] {
        let app = app(kind).await;
        let id = with_a_face(&app).await;
        is_in_review(&app, id, kind[0]).await;
    }
    for kind in [&["read_document"], &["match_faces"], &["decide"]] {
        let app = app(kind).await;
        let id = brought(&app, Kind::DocumentVerification).await;
        is_in_review(&app, id, kind[0]).await;
    }
    for kind in [&["read_address"], &["decide"]] {
        let app = app(kind).await;
        let id = brought(&app, Kind::AddressVerification).await;
        is_in_review(&app, id, kind[0]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_judged_is_for_a_human() {
    let app = app(&[]).await;
    let bonafide_store::Db::Sqlite { write, .. } = &app.db else { unreachable!() };
    // What was stored is not understood: by no other policy, and by no other weights, is anybody judged.
    for spoiled in
        ["UPDATE verifications SET policy = '{\"required\": 7}'", "UPDATE weights SET knobs = '{}'"]
    {
        let id = with_a_face(&app).await;
        sqlx::query(spoiled).execute(write).await.unwrap();
        for _ in 0..40 {
            jobs::run_pending(&app.engine).await.unwrap();
            app.clock.advance(60_000);
        }
        is_in_review(&app, id, spoiled).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_newer_program_is_given_up_and_one_that_cannot_be_keeps_no_other() {
    let app = app(&[]).await;
    let (first, second) = (with_a_face(&app).await, with_a_face(&app).await);
    let bonafide_store::Db::Sqlite { write, .. } = &app.db else { unreachable!() };
    let newer =
        "UPDATE jobs SET kind = 'of_a_newer_program', attempts = max_attempts WHERE kind = 'read_document'";
    sqlx::query(newer).execute(write).await.unwrap();
    // The first person's data does not open now.
    let read = sqlx::query_as("SELECT sealed FROM verifications WHERE id = ?").bind(first.uuid());
    let (sealed,): (Vec<u8>,) = read.fetch_one(write).await.unwrap();
    let set = async |sealed: Vec<u8>| {
        let change = sqlx::query("UPDATE verifications SET sealed = ? WHERE id = ?");
        change.bind(sealed).bind(first.uuid()).execute(write).await.unwrap();
    };
    set(vec![0]).await;
    jobs::run_pending(&app.engine).await.unwrap();
    is_in_review(&app, second, "a newer program's").await;
    let view = async || verifications::read(&app.engine, &app.caller, first).await;
    assert!(view().await.is_err(), "it cannot be read");
    // As soon as it can be read again it goes on.
    set(sealed).await;
    app.clock.advance(3_600_000);
    is_in_review(&app, first, "read again").await;
}

/// Timers that are given up: nobody waits for ever for what nobody else does.
#[tokio::test(flavor = "multi_thread")]
async fn a_timer_that_was_given_up_is_set_again() {
    let app = app(&[]).await;
    let sandbox = app.sandbox().await;
    let bonafide_store::Db::Sqlite { write, .. } = &app.db else { unreachable!() };
    let triggered =
        trigger::trigger(&app.engine, &sandbox.caller, API, "verification.inconclusive").await.unwrap();
    let blocked = triggered.verification.unwrap();
    let unfinished = app.created().await;
    let forgotten = app.created().await;
    app.consent(forgotten).await;
    app.capture(forgotten).await;
    app.anonymize(forgotten).await;
    // Whatever was done at them came to no end, as often as it is tried.
    let exhausted = "UPDATE jobs SET attempts = max_attempts WHERE queue = 'timers' AND done_at IS NULL";
    sqlx::query(exhausted).execute(write).await.unwrap();
    let open = async |dead: bool| -> Vec<String> {
        let which = if dead { "failed_at IS NOT NULL" } else { "failed_at IS NULL" };
        let asked = format!(
            "SELECT DISTINCT kind FROM jobs WHERE queue = 'timers' AND done_at IS NULL AND {which} ORDER BY kind"
        );
        let rows: Vec<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(asked)).fetch_all(write).await.unwrap();
        rows.into_iter().map(|(kind,)| kind).collect()
    };
    jobs::run_pending(&app.engine).await.unwrap();
    let all = ["erase", "expire", "reopen"];
    assert_eq!(
        (open(true).await, open(false).await),
        (all.map(str::to_owned).to_vec(), all.map(str::to_owned).to_vec())
    );
    let status =
        async |app: &App, id| verifications::read(&app.engine, &app.caller, id).await.unwrap().status;
    assert_eq!(status(&sandbox, blocked).await, Status::Inconclusive);
    // An hour later they are done: who was blocked is asked again, whose time is over is told, whose files are to go has none.
    app.clock.advance(3_600_000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(status(&sandbox, blocked).await, Status::RetryRequired);
    assert_eq!(status(&app, unfinished).await, Status::Created, "its time is not over");
    app.clock.advance(30 * 86_400_000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(status(&app, unfinished).await, Status::Expired);
    assert_eq!(open(false).await, [""; 0]);
    let files = files_under(&app.folder.path().join("blobs"));
    assert_eq!(files, 0, "nothing is left of who was forgotten");
}

fn files_under(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}
