//! Where a person goes, by the operator's setting: a page of the integrator's that is told which verification it is for, or
//! one that exchanges a one-time code for a capture token.

use bonafide_core::id::VerificationId;
use bonafide_store::{
    Tx,
    verifications::{self, Verification},
};

use super::token::{draw, is_open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Stands in the setting for the one-time code.
const CODE: &str = "{link}";

/// A link for one device. One that was made before is good as well, until it is exchanged.
///
/// # Errors
/// [`Error::Gone`] when the verification takes nothing more.
pub async fn link(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<String> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let row = verifications::get(&mut tx, caller.organization, id).await?;
    let row = row.ok_or(Error::NotFound("verification"))?;
    is_open(&row, engine.now())?;
    let link = draw_link(engine, &mut tx, &row).await?;
    tx.commit().await?;
    Ok(link)
}

/// The same in a transaction of the caller's.
pub(crate) async fn draw_link(engine: &Engine, tx: &mut Tx, row: &Verification) -> Result<String> {
    let url = where_to(engine)?.replace("{verification}", &row.id.to_string());
    if !url.contains(CODE) {
        return Ok(url);
    }
    let code = draw(engine, tx, row, true).await?;
    Ok(url.replace(CODE, code.expose()))
}

/// The setting.
pub(crate) fn where_to(engine: &Engine) -> Result<&str> {
    let pattern = &engine.settings.capture_url;
    if pattern.is_empty() {
        let message =
            "the setting capture_url is missing: where people go, with {link} or {verification} in it";
        return Err(Error::conflict("capture_url_missing", message));
    }
    Ok(pattern)
}
