//! What third parties may see from the approval on.

use bonafide_core::{audit::AuditAction, id::ShareId, share::ShareMail};
use bonafide_store::{Tx, shares as rows};
use serde_json::json;

use super::{
    grant::granted,
    kept::{Kept, Mail},
    mail,
    note::note,
};
use crate::base::{engine::Engine, error::Result, record::Record};

/// Grants each third party that was named what the person agreed to, in the transaction of the approval. A later approval
/// of the same verification grants nobody a second one, and brings nothing back that was revoked. Each is written to where
/// this server sends mail ([`super::mail`]); otherwise nobody has a link until one is made ([`super::renew()`]).
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
    let mail = mail::is_set_up(engine).then_some(Mail::Sending { code: None });
    for (ordinal, party) in (0i64..).zip(&record.private.third_parties) {
        let id = ShareId::new(engine.now(), &*engine.entropy);
        let kept = Kept { party: party.clone(), mail: mail.clone() };
        let new = rows::Share {
            id,
            organization: record.row.organization,
            verification: record.row.id,
            applicant: record.row.applicant,
            source,
            ordinal,
            code_sha256: None,
            sealed: kept.seal(engine, &record.key, id)?,
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
    // Also those whom an earlier approval could not tell any more before it was taken back.
    for row in rows::list(tx, record.row.organization, record.row.id).await? {
        let waits = row.revoked_at.is_none() && Kept::open(&record.key, &row)?.mail() == ShareMail::Sending;
        if waits {
            mail::enqueue(engine, tx, record, row.id).await?;
        }
    }
    Ok(())
}
