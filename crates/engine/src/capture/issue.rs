//! A capture token, for whoever created the verification to pass on to the person's device.

use bonafide_core::id::VerificationId;
use bonafide_store::{secrets::PlainSecret, verifications};

use super::token::{draw, is_open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Makes a token; the one before it ends. It is good until the person submits, and shown this once.
///
/// # Errors
/// [`Error::Gone`] when the verification takes nothing more.
pub async fn issue(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<PlainSecret> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let row = verifications::get(&mut tx, caller.organization, id).await?;
    let row = row.ok_or(Error::NotFound("verification"))?;
    is_open(&row, engine.now())?;
    let token = draw(engine, &mut tx, &row, false).await?;
    tx.commit().await?;
    Ok(token)
}
