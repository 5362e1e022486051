//! Waiting for the result of a submission.

use std::time::Duration;

use bonafide_core::{id::VerificationId, verification::Status};
use bonafide_store::verifications as rows;

use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    record,
    wait::until,
};

/// Waits until the checks have come to a result.
///
/// # Errors
/// [`Error::Busy`] when they have not in time; they go on. [`Error::Stopping`].
pub async fn wait(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Status> {
    let patience = Duration::from_secs(engine.settings.result_patience_s);
    let look = || async move {
        let mut tx = engine.db().read().await?;
        let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("session"))?;
        let status = record::status(&row);
        Ok((status != Status::Processing).then_some(status))
    };
    until(&engine.bells().done, engine.stopped(), patience, look)
        .await?
        .ok_or(Error::Busy { retry_after_s: 5 })
}
