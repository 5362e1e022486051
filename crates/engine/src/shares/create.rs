//! What third parties may see from the approval on.

use bonafide_core::{audit::AuditAction, id::ShareId};
use bonafide_store::{
    Tx, audit,
    crypto::{self, Object},
    shares as rows,
};
use serde_json::{Value, json};

use super::grant::granted;
use crate::base::{engine::Engine, error::Result, record::Record};

/// Grants each third party that was named what the person agreed to, in the transaction of the approval. A later approval
/// of the same verification grants nobody a second one, and brings nothing back that was revoked. Nobody has a link to it
/// until one is made ([`super::renew()`]).
pub(crate) async fn share(engine: &Engine, tx: &mut Tx, record: &Record, actor: &str) -> Result<()> {
    if record.private.third_parties.is_empty() {
        return Ok(());
    }
    let source = match granted(engine, tx, record).await? {
        Ok(source) => source,
        Err(because) => {
            let detail = json!({"because": because});
            return note(engine, tx, record, actor, AuditAction::ShareWithheld, &detail).await;
        }
    };
    for (ordinal, party) in (0i64..).zip(&record.private.third_parties) {
        let id = ShareId::new(engine.now(), &*engine.entropy);
        let new = rows::Share {
            id,
            organization: record.row.organization,
            verification: record.row.id,
            applicant: record.row.applicant,
            source,
            ordinal,
            code_sha256: None,
            sealed: crypto::seal_json(&record.key, Object::Share(id), party, &*engine.entropy)?,
            views: 0,
            created_at: engine.now(),
            expires_at: engine.now().plus_secs(engine.settings.share_lifetime_s),
            viewed_at: None,
            revoked_at: None,
        };
        if rows::insert(tx, record.row.organization, &new).await? {
            let detail = json!({"share": id, "source": source});
            note(engine, tx, record, actor, AuditAction::ShareCreated, &detail).await?;
        }
    }
    Ok(())
}

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
    audit::append(tx, record.row.organization, entry).await?;
    Ok(())
}
