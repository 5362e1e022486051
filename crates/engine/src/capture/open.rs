//! Whether a capture token still opens more than the result of what was submitted.

use bonafide_store::verifications;

use super::token::is_open;
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Refuses a device whose person has submitted.
///
/// # Errors
/// [`Error::Gone`] when the verification takes nothing more, [`Error::Forbidden`] for a caller who is no device.
pub async fn expect_open(engine: &Engine, caller: &Caller) -> Result<()> {
    let id = caller.session.ok_or(Error::Forbidden)?;
    let mut tx = engine.db().read().await?;
    let row = verifications::get(&mut tx, caller.organization, id).await?;
    is_open(&row.ok_or(Error::NotFound("session"))?, engine.now())
}
