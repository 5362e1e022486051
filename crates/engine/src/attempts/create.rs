//! A new try: its link, and the end of the one before.

use bonafide_core::{
    attempt::AttemptStatus,
    event::EventType,
    id::{AttemptId, VerificationId},
    time::Timestamp,
    verification::{Action, Status},
};
use bonafide_store::{Tx, attempts as rows, capture_tokens, crypto::Sealed};
use serde_json::{Value, json};

use super::{
    expire,
    follow::end,
    record::{Attempt, NewAttempt, Private, seal},
};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    capture::link::draw_link,
    clients::{Content, create as client},
    events::emit::emit_for,
    verifications::{
        create::{NewVerification, create_in},
        transition::apply,
    },
};

/// How long the link of an attempt may be opened.
pub(super) const LINK_LIFETIME_S: i64 = 15 * 60;

/// Asks the person anew: with a link of its own. The attempt before ends, and with it its link and its device.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] unless the verification waits for the person.
pub async fn create(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    new: NewAttempt,
) -> Result<Attempt> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let attempt = create_one(engine, &mut tx, caller, id, new).await?;
    tx.commit().await?;
    Ok(attempt)
}

/// A verification and its first attempt, and the client it is about where that is a new one, all or none.
///
/// # Errors
/// Those of each.
pub async fn create_and_open(
    engine: &Engine,
    caller: &Caller,
    about: Option<Content>,
    mut new: NewVerification,
    attempt: NewAttempt,
) -> Result<Attempt> {
    let mut tx = engine.db().begin().await?;
    if let Some(content) = about {
        new.client = Some(client::create_in(engine, &mut tx, caller, content).await?.id);
    }
    let id = create_in(engine, &mut tx, caller, new).await?;
    let attempt = create_one(engine, &mut tx, caller, id, attempt).await?;
    tx.commit().await?;
    Ok(attempt)
}

async fn create_one(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    id: VerificationId,
    new: NewAttempt,
) -> Result<Attempt> {
    let (organization, now) = (caller.organization, engine.now());
    let mut record = Record::hold(engine, tx, organization, id).await?;
    if !record.status().waits_for_the_person() || record.row.expires_at.is_some_and(|at| at <= now) {
        let message =
            "a new attempt is possible until the person has handed in, and when they have to try again";
        return Err(Error::conflict("wrong_state", message));
    }
    let before = rows::latest(tx, organization, id).await?;
    let number = before.as_ref().map_or(1, |attempt| attempt.number + 1);
    let goes_on = before.as_ref().filter(|a| a.status.known().is_some_and(AttemptStatus::is_open)).cloned();
    let told = match (&before, &goes_on) {
        (None, _) => None,
        (Some(_), Some(_)) => Some(EventType::VerificationReset),
        (Some(_), None) => Some(EventType::VerificationRetryRequested),
    };
    if let Some(open) = goes_on {
        end(engine, tx, &record, open, AttemptStatus::Terminated, Some(Status::Canceled), vec![]).await?;
    }
    for link in [true, false] {
        capture_tokens::end(tx, organization, id, link, now).await?;
    }
    let url = draw_link(engine, tx, &record.row).await?;
    let attempt_id = AttemptId::new(now, &*engine.entropy);
    let expires_at: Timestamp = now.plus_secs(LINK_LIFETIME_S);
    let mut row = rows::Attempt {
        id: attempt_id,
        organization,
        verification: id,
        applicant: record.row.applicant,
        number,
        status: AttemptStatus::PendingRedirection.into(),
        outcome: None,
        reasons: Value::Array(vec![]),
        sealed: Sealed::nothing(),
        created_at: now,
        updated_at: now,
        expires_at,
    };
    seal(engine, &record.key, &mut row, &Private { new, session: None, url: Some(url) })?;
    rows::insert(tx, organization, &row).await?;
    expire::enqueue(engine, tx, &row).await?;
    if record.status() == Status::Created {
        apply(engine, tx, &mut record, Action::Open, &caller.actor(), json!({"attempt": number})).await?;
    }
    if let Some(event_type) = told {
        emit_for(engine, tx, &record, event_type).await?;
    }
    Attempt::open(Some(&record.key), &row)
}
