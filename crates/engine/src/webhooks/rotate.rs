//! A new secret for an endpoint.

use bonafide_core::{audit::AuditAction, id::WebhookEndpointId, problem::Rule};
use bonafide_store::secrets::PlainSecret;

use super::{
    endpoint::{LONGEST_OVERLAP_S, load, may, note},
    sealed::{add_secret, own_key},
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// A new secret; messages are signed with the one before it as well, for `overlap_s` seconds.
pub async fn rotate(
    engine: &Engine,
    caller: &Caller,
    id: WebhookEndpointId,
    overlap_s: i64,
) -> Result<PlainSecret> {
    may(caller)?;
    if !(0..=LONGEST_OVERLAP_S).contains(&overlap_s) {
        return Err(Error::invalid("overlap_s", Rule::Range, "must be from 0 to 2592000 (30 days)"));
    }
    let mut tx = engine.db().begin().await?;
    note(engine, &mut tx, caller.organization, &caller.actor(), id, AuditAction::WebhookRotated).await?;
    let row = load(&mut tx, caller, id).await?;
    let key = own_key(engine, &mut tx, caller.organization).await?;
    let secret = PlainSecret::webhook(&*engine.entropy);
    add_secret(engine, &mut tx, &key, &row, &secret, overlap_s).await?;
    tx.commit().await?;
    Ok(secret)
}
