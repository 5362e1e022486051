//! Planning to compare clients with the lists.

use bonafide_core::id::{AmlId, ClientId, OrganizationId};
use bonafide_store::{Tx, aml_verifications as rows};
use serde_json::json;

use crate::base::{
    engine::Engine,
    error::Result,
    jobs::{self, JobKind, NewJob},
};

/// The first comparison, in the transaction that makes the verification.
pub(super) async fn first(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: AmlId,
) -> Result<()> {
    let job = NewJob {
        kind: JobKind::ScreenClient,
        subject: id.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: engine.now(),
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(())
}

/// A page of the organization's monitored clients. While one is waiting for the same reason, there is no second one.
pub(crate) async fn monitor(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    why: &str,
) -> Result<()> {
    monitor_after(engine, tx, organization, why, 0).await
}

pub(super) async fn monitor_after(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    why: &str,
    after_ms: i64,
) -> Result<()> {
    let job = NewJob {
        kind: JobKind::MonitorClients,
        subject: organization.uuid(),
        payload: json!({ "why": why }),
        unique_key: Some(&format!("{}:{organization}:{why}", JobKind::MonitorClients.as_str())),
        run_at: engine.now().plus_ms(after_ms),
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(())
}

/// A client is called otherwise than before: the monitored ones among its verifications are compared again, in the transaction
/// that changes the name.
pub(crate) async fn renamed(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    client: ClientId,
) -> Result<()> {
    if rows::renamed(tx, organization, client).await? {
        monitor(engine, tx, organization, &format!("renamed:{client}")).await?;
    }
    Ok(())
}
