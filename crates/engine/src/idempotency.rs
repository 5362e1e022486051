//! Requests that were answered before: see [`bonafide_store::idempotency`].

use bonafide_store::{
    idempotency::{self as rows, AnswerKey},
    organization_keys,
};

use sha2::{Digest, Sha256};

pub use bonafide_store::idempotency::{Known, Lease};

use crate::base::{caller::Caller, engine::Engine, error::Result};

/// How long an answer is kept, in seconds.
const KEPT_S: i64 = 24 * 3600;
/// How long a request may be answered before somebody else may try, in seconds.
const LEASE_S: i64 = 120;

/// What stands for a part of a request that is large.
pub fn digest(part: &[u8]) -> Vec<u8> {
    Sha256::digest(part).to_vec()
}

/// Looks a request, which is made of these parts, up by the word that its caller chose, and notes it when it is new.
pub async fn begin(engine: &Engine, caller: &Caller, chosen: &str, parts: &[&[u8]]) -> Result<Known> {
    let (now, organization) = (engine.now(), caller.organization);
    let (ring, entropy) = (engine.key_ring(), &*engine.entropy);
    let mut tx = engine.db().begin().await?;
    let own = organization_keys::load_or_create(&mut tx, organization, ring, now, entropy).await?;
    let key = AnswerKey::new(&own, caller.credential, chosen, parts)?;
    let (until, oldest) = (now.plus_secs(LEASE_S), now.plus_secs(-KEPT_S));
    let known = rows::begin(&mut tx, organization, key, now, until, oldest).await?;
    tx.commit().await?;
    Ok(known)
}

/// Keeps the answer for a day.
pub async fn finish(
    engine: &Engine,
    caller: &Caller,
    lease: &Lease,
    status: u16,
    answer: &[u8],
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::finish(&mut tx, caller.organization, lease, status, answer, &*engine.entropy).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a request that came to no answer worth keeping.
pub async fn abandon(engine: &Engine, caller: &Caller, lease: &Lease) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::abandon(&mut tx, caller.organization, lease).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes the answers that are older than a day.
pub(crate) async fn purge(engine: &Engine) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    rows::purge(&mut tx, engine.now().plus_secs(-KEPT_S)).await?;
    tx.commit().await?;
    Ok(())
}
