//! A link for a third party, shown once.

use bonafide_core::{
    audit::AuditAction,
    id::{ShareId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{secrets::PlainSecret, shares as rows};
use serde_json::json;

use super::{kept::Kept, link, note::note, open::standing};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// A link at the one moment it is known. Personal data may be seen by it, so it does not print itself.
pub struct Renewed {
    pub id: ShareId,
    pub code: PlainSecret,
    /// Where the third party goes, by the operator's setting; absent where there is none.
    pub link: Option<String>,
    pub expires_at: Timestamp,
}

/// Makes the first link, or one in the place of the one before, for as long as at first.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] for what was revoked, or is not shared now.
pub async fn renew(engine: &Engine, caller: &Caller, id: VerificationId, share: ShareId) -> Result<Renewed> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    let found = rows::get(&mut tx, organization, share).await?;
    let found = found.filter(|row| row.verification == id).ok_or(Error::NotFound("share"))?;
    if found.revoked_at.is_some() {
        let message = "this share was revoked; create a new verification for which the person agrees again";
        return Err(Error::conflict("revoked", message));
    }
    let Some(standing) = standing(engine, &mut tx, found).await? else {
        let message = "the verification is not approved now, or was erased: there is nothing to show";
        return Err(Error::conflict("not_shared", message));
    };
    let code = link::draw(engine);
    let expires_at = engine.now().plus_secs(engine.settings.share_lifetime_s);
    // An e-mail that is on its way, or was sent, carries the link before.
    let sealed = Kept { mail: None, ..standing.kept }.seal(engine, &standing.record.key, share)?;
    rows::renew(&mut tx, organization, share, code.hash(), &sealed, expires_at).await?;
    let detail = json!({"share": share, "expires_at": expires_at});
    note(engine, &mut tx, &standing.record, &caller.actor(), AuditAction::ShareRenewed, &detail).await?;
    tx.commit().await?;
    Ok(Renewed { id: share, link: link::with(engine, code.expose()), code, expires_at })
}
