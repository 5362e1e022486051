//! The attempts of a verification.

use bonafide_core::{
    attempt::AttemptStatus,
    id::{AttemptId, VerificationId},
    verification::Status,
};
use bonafide_store::{Tx, attempts as rows, crypto::SubjectKey, subject_keys, verifications};

use super::{expire::is_unopened, record::Attempt};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// One of them.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn read(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    attempt: AttemptId,
) -> Result<Attempt> {
    let mut tx = engine.db().read().await?;
    let key = key(engine, &mut tx, caller, id).await?;
    let found = rows::get(&mut tx, caller.organization, id, attempt).await?;
    open(engine, key.as_ref(), &found.ok_or(Error::NotFound("attempt"))?)
}

/// The last one, which is the one that goes on.
///
/// # Errors
/// [`Error::NotFound`] without the verification.
pub async fn latest(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Option<Attempt>> {
    let mut tx = engine.db().read().await?;
    let key = key(engine, &mut tx, caller, id).await?;
    let found = rows::latest(&mut tx, caller.organization, id).await?;
    found.map(|row| open(engine, key.as_ref(), &row)).transpose()
}

/// A page of them, the last one first, and how many there are.
///
/// # Errors
/// [`Error::NotFound`] without the verification.
pub async fn list(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    skip: u64,
    take: u32,
) -> Result<(Vec<Attempt>, u64)> {
    let mut tx = engine.db().read().await?;
    let key = key(engine, &mut tx, caller, id).await?;
    let count = rows::count(&mut tx, caller.organization, id).await?;
    let skip = i64::try_from(skip).unwrap_or(i64::MAX);
    let rows = rows::list(&mut tx, caller.organization, id, skip, take.into()).await?;
    let page: Result<Vec<Attempt>> = rows.iter().map(|row| open(engine, key.as_ref(), row)).collect();
    Ok((page?, u64::try_from(count).unwrap_or(0)))
}

/// The person's; none after they were forgotten.
async fn key(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    id: VerificationId,
) -> Result<Option<SubjectKey>> {
    // Who makes one is told of it.
    if !caller.may(Scope::Read) && !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let row = verifications::get(tx, organization, id).await?.ok_or(Error::NotFound("verification"))?;
    match subject_keys::load(tx, organization, row.applicant, engine.key_ring()).await.map_err(Error::from) {
        Ok(key) => Ok(Some(key)),
        Err(Error::Conflict { code: "anonymized", .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// As it stands: the time of a link is over when it is, whenever the timer comes to it.
fn open(engine: &Engine, key: Option<&SubjectKey>, row: &rows::Attempt) -> Result<Attempt> {
    let mut attempt = Attempt::open(key, row)?;
    if is_unopened(row, engine.now()) {
        (attempt.status, attempt.outcome, attempt.url) =
            (AttemptStatus::Expired, Some(Status::Expired), None);
    }
    Ok(attempt)
}
