//! A human decides about a verification that the person is not done with.

use bonafide_core::{
    id::VerificationId,
    verification::{Action, Status},
};
use bonafide_store::verifications as rows;

use super::{
    decisions::{Decided, decisions, last},
    effect::Saying,
    review::{Said, on_what_was_seen, review_as},
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// Approves or declines before anything was handed in that could be decided on: on the reviewer's word alone. An approval
/// makes nobody known: there is nothing to know them by.
///
/// # Errors
/// As [`super::review()`].
pub async fn review_unfinished(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    said: &Saying<'_>,
) -> Result<Said> {
    review_as(engine, caller, id, said, possible).await
}

fn possible(record: &Record, said: &Saying<'_>, all: &[Decided]) -> Result<Action> {
    let status = record.status();
    let Some(action) = said.verdict.before_submission(status) else {
        let why = match status {
            Status::Processing => "the checks are still running",
            Status::ReviewRequired | Status::Inconclusive => "it was handed in meanwhile; read it again",
            _ => "it is over",
        };
        return Err(Error::conflict("wrong_state", format!("{} is not possible: {why}", said.verdict)));
    };
    on_what_was_seen(record, said, all)?;
    Ok(action)
}

/// The decision that counts now, for whoever says something about it; none before the first.
pub async fn last_decision(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Option<String>> {
    if !caller.may(Scope::Read) && !caller.may(Scope::Review) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("session"))?;
    Ok(last(&decisions(&mut tx, &row, None).await?).map(Decided::id))
}
