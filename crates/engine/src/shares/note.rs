//! What is written down of shares.

use bonafide_core::audit::AuditAction;
use bonafide_store::{Tx, audit};
use serde_json::Value;

use crate::base::{engine::Engine, error::Result, record::Record};

/// In the audit log alone: the history is what happened to the verification.
pub(super) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    actor: &str,
    action: AuditAction,
    detail: &Value,
) -> Result<()> {
    let object = format!("verification:{}", record.row.id);
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail };
    audit::append(tx, record.row.organization, engine.key_ring(), entry).await?;
    Ok(())
}
