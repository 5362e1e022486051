//! Planning to screen a person again.

use bonafide_core::{
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::Tx;
use serde_json::json;

use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{self, JobKind, NewJob},
};

/// Screens a person again at a time: in the transaction of what makes that needed.
pub(crate) async fn rescreen_at(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    run_at: Timestamp,
) -> Result<()> {
    let job = NewJob {
        kind: JobKind::RescreenOne,
        subject: verification.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at,
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(())
}
