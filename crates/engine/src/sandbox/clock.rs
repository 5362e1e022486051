//! The clock of a sandbox.

use bonafide_core::{audit::AuditAction, id::OrganizationId, problem::Rule};
use bonafide_store::{Tx, audit, organizations};
use serde_json::json;

use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Whether an organization is a sandbox.
pub(crate) async fn is_sandbox(tx: &mut Tx, organization: OrganizationId) -> Result<bool> {
    Ok(organizations::get(tx, organization).await?.is_some_and(|o| o.sandbox))
}

/// The day it is for an organization.
pub(crate) async fn today(engine: &Engine, organization: OrganizationId) -> Result<jiff::civil::Date> {
    let mut tx = engine.db().read().await?;
    let ahead = organizations::get(&mut tx, organization).await?.map_or(0, |o| o.clock_ahead_ms);
    Ok(engine.now().plus_ms(ahead).date())
}

/// Sets the clock of a sandbox forward: sessions expire, blocks and documents run out that much earlier. Returns how
/// far it is ahead of time, in seconds.
pub async fn advance(engine: &Engine, caller: &Caller, seconds: i64) -> Result<i64> {
    const MAX: i64 = 50 * 365 * 24 * 3600;
    if !caller.sandbox {
        return Err(Error::Forbidden);
    }
    if !(1..=MAX).contains(&seconds) {
        return Err(Error::invalid("seconds", Rule::Range, format!("must be between 1 and {MAX}")));
    }
    let mut tx = engine.db().begin().await?;
    organizations::advance_clock(&mut tx, caller.organization, seconds * 1000).await?;
    let (actor, object) = (caller.actor(), format!("organization:{}", caller.organization));
    let detail = json!({"seconds": seconds});
    let action = AuditAction::SandboxClockAdvanced;
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &detail };
    audit::append(&mut tx, caller.organization, engine.key_ring(), entry).await?;
    let ahead = organizations::get(&mut tx, caller.organization).await?.map_or(0, |o| o.clock_ahead_ms);
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(ahead / 1000)
}
