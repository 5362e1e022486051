//! A new try that brings its pictures with it: nobody is sent anywhere, and the checks begin at once.

use bonafide_core::{
    attempt::AttemptStatus,
    audit::AuditAction,
    document::DocumentType,
    event::EventType,
    evidence::EvidenceKind,
    id::{AttemptId, VerificationId},
    time::Timestamp,
    verification::{Action, Status},
};
use bonafide_store::{Tx, attempts as rows, crypto::Sealed, evidence as evidence_rows};
use serde_json::{Value, json};

use super::record::{Attempt, NewAttempt, Private, seal};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        private::HandedIn,
        record::Record,
    },
    events::emit::emit_for,
    evidence::{
        Picture,
        accept::{Origin, admit_document, quota, store},
        pages::{Part, keep_text, parts},
    },
    verifications::{describe::declare, submit::check_in, transition::apply},
};

/// What attempts bring; a new one takes the place of all that came before.
const BROUGHT: [EvidenceKind; 3] =
    [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack, EvidenceKind::AddressDocument];

/// A file that an attempt brings: a picture, or a PDF of them.
pub struct Brought {
    pub kind: EvidenceKind,
    pub picture: Picture,
}

/// Hands in pictures of a verification that takes them from the organization itself. Nothing is taken where one of them is
/// refused.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] unless there was no attempt yet or another one is asked for; [`Error::Invalid`]
/// for a picture that is refused.
pub async fn create_with_pictures(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    brought: Vec<Brought>,
    document_type: Option<DocumentType>,
) -> Result<Attempt> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    // Say no before the work of decoding, and again in the transaction that records the pictures.
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, organization, id).await?;
    may_bring(engine, &record)?;
    quota(engine, &mut tx, &record).await?;
    drop(tx);
    let has_back = brought.iter().any(|brought| brought.kind == EvidenceKind::DocumentBack);
    let mut admitted = vec![];
    for Brought { kind, picture } in brought {
        for Part { kind, picture, text } in parts(engine, organization, kind, picture, has_back).await? {
            admitted.push((kind, admit_document(engine, organization, picture).await?, text));
        }
    }
    let mut stored = vec![];
    for (kind, picture, text) in admitted {
        let sequence = stored.iter().filter(|row: &&evidence_rows::Evidence| row.kind == kind).count();
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let mut row = store(engine, &record, kind, sequence, picture, Origin::of(caller, None)).await?;
        keep_text(engine, &record, &mut row, text)?;
        stored.push(row);
    }

    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, organization, id).await?;
    may_bring(engine, &record)?;
    quota(engine, &mut tx, &record).await?;
    keep(engine, &mut tx, caller, &record, &stored).await?;
    if let Some(document_type) = document_type {
        declare(&mut record, document_type);
    }
    // It began with its first picture: those that came in since are its own.
    let at = stored.iter().map(|row| row.created_at).min().unwrap_or_else(|| engine.now());
    let attempt = begin(engine, &mut tx, caller, &mut record, at).await?;
    let given = evidence_rows::list(&mut tx, organization, id).await?;
    let handed_in = HandedIn::of(&given, record.document_type());
    check_in(engine, &mut tx, caller, &mut record, handed_in).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(attempt)
}

/// While a try goes on there is no other, and after a result there is none.
fn may_bring(engine: &Engine, record: &Record) -> Result<()> {
    if !record.kind().brings_pictures() {
        return Err(Error::NotFound("verification"));
    }
    let waits = matches!(record.status(), Status::Created | Status::Capturing | Status::RetryRequired);
    if !waits || record.row.expires_at.is_some_and(|at| at <= engine.now()) {
        let message = "a new attempt is possible while there is none yet, and when one is asked for again";
        return Err(Error::conflict("wrong_state", message));
    }
    Ok(())
}

/// Records the pictures in the place of those that came before.
async fn keep(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    record: &Record,
    stored: &[evidence_rows::Evidence],
) -> Result<()> {
    let (organization, id) = (caller.organization, record.row.id);
    for kind in BROUGHT {
        evidence_rows::supersede(tx, organization, id, kind, engine.now()).await?;
    }
    for row in stored {
        evidence_rows::insert(tx, organization, row).await?;
    }
    // The audit log comes before any event.
    for row in stored {
        let detail = json!({"kind": row.kind.as_str(), "width": row.width, "height": row.height});
        record.note(engine, tx, AuditAction::VerificationEvidenceGiven, &caller.actor(), &detail).await?;
    }
    Ok(())
}

/// The attempt itself, and that it began.
async fn begin(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    record: &mut Record,
    at: Timestamp,
) -> Result<Attempt> {
    let (organization, now) = (caller.organization, engine.now());
    let before = rows::latest(tx, organization, record.row.id).await?;
    let number = before.map_or(1, |attempt| attempt.number.saturating_add(1));
    let mut row = rows::Attempt {
        id: AttemptId::new(now, &*engine.entropy),
        organization,
        verification: record.row.id,
        applicant: record.row.applicant,
        number,
        status: AttemptStatus::QualityChecksInProgress.into(),
        outcome: None,
        reasons: Value::Array(vec![]),
        sealed: Sealed::nothing(),
        created_at: at,
        updated_at: now,
        // It has no link.
        expires_at: now,
    };
    seal(engine, &record.key, &mut row, &Private { new: NewAttempt::default(), session: None, url: None })?;
    rows::insert(tx, organization, &row).await?;
    match record.status() {
        // Who hands in somebody's document says that they may: nobody else is asked.
        Status::Created => {
            apply(engine, tx, record, Action::Consent, &caller.actor(), json!({"attempt": number})).await?;
        }
        Status::RetryRequired => {
            emit_for(engine, tx, record, EventType::VerificationRetryRequested).await?;
        }
        _ => {}
    }
    Attempt::open(Some(&record.key), &row)
}
