//! Requests that were answered before: see [`bonafide_store::idempotency`].

use bonafide_store::{idempotency as rows, subject_keys};

pub use bonafide_store::idempotency::{AnswerKey, Known};

use crate::{Caller, Engine, Result};

/// How long an answer is kept, in seconds.
const KEPT_S: i64 = 24 * 3600;
/// How long a request may be answered before somebody else may try, in seconds.
const LEASE_S: i64 = 120;

/// Looks a request up by the word that its caller chose, and notes it when it is new.
pub async fn begin(
    engine: &Engine,
    caller: &Caller,
    chosen: &str,
    request: &[&[u8]],
) -> Result<(AnswerKey, Known)> {
    let (now, organization) = (engine.now(), caller.organization);
    let (ring, entropy) = (&*engine.key_ring, &*engine.entropy);
    let mut tx = engine.db.begin().await?;
    let own = subject_keys::of_organization(&mut tx, organization, ring, now, entropy).await?;
    let key = AnswerKey::new(&own, caller.credential, chosen)?;
    let hash = rows::request_hash(request);
    let (lease, oldest) = (now.plus_secs(LEASE_S), now.plus_secs(-KEPT_S));
    let known = rows::begin(&mut tx, organization, &key, &hash, now, lease, oldest).await?;
    tx.commit().await?;
    Ok((key, known))
}

/// Keeps the answer for a day.
pub async fn finish(
    engine: &Engine,
    caller: &Caller,
    key: &AnswerKey,
    status: u16,
    answer: &[u8],
) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::finish(&mut tx, caller.organization, key, status, answer, &*engine.entropy).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a request that came to no answer worth keeping.
pub async fn abandon(engine: &Engine, caller: &Caller, key: &AnswerKey) -> Result<()> {
    let mut tx = engine.db.begin().await?;
    rows::abandon(&mut tx, caller.organization, key).await?;
    tx.commit().await?;
    Ok(())
}
