//! A message that did not arrive after all.

use bonafide_core::id::JobId;
use bonafide_store::jobs as rows;

use super::message::{bounce, current};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    jobs::JobKind,
};

/// What somebody else knows of a message: it was taken and did not arrive after all. `reason` is a stable word. Of a
/// message that a later one replaced, that was told of before, or whose person has come, it is no news.
pub async fn bounced(engine: &Engine, caller: &Caller, id: JobId, reason: &str) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let job = rows::get(&mut tx, caller.organization, id).await?;
    let is_invitation = |kind: &str| matches!(JobKind::parse(kind), Some(JobKind::Invite | JobKind::Remind));
    let job = job.filter(|job| is_invitation(&job.kind)).ok_or(Error::NotFound("invitation"))?;
    if let Some(record) = current(engine, &mut tx, &job).await? {
        bounce(engine, &mut tx, record, &caller.actor(), reason).await?;
    }
    tx.commit().await?;
    Ok(())
}
