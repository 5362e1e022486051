//! The timer that ends a verification nobody finished.

use bonafide_core::{id::VerificationId, verification::Action};
use bonafide_store::{Tx, jobs::Job};
use serde_json::json;

use crate::{Engine, Error, Result, record::Record};

/// Ends the verification if it still waits for the person; otherwise there is nothing to do.
pub(crate) async fn expire(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    let id = VerificationId::from_uuid(job.subject);
    let mut record = match Record::load(engine, tx, job.organization, id).await {
        // Deleted or erased since.
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(()),
        other => other?,
    };
    if record.status().after(Action::Expire).is_ok() {
        record.apply(engine, tx, Action::Expire, "timer", json!({})).await?;
    }
    Ok(())
}
