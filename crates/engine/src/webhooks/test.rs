//! A message that nothing happened for.

use bonafide_core::{
    delivery::Origin,
    event::{EventType, Snapshot},
    id::{EventId, OrganizationId, WebhookEndpointId},
};
use bonafide_store::Tx;

use super::endpoint::{load, may};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    events::emit::{Recipients, emit},
};

/// Sends one message that nothing happened for, to see whether messages arrive.
pub async fn test(engine: &Engine, caller: &Caller, id: WebhookEndpointId) -> Result<EventId> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    let row = load(&mut tx, caller, id).await?;
    if row.origin == Origin::PerVerification {
        let message = "each verification gives its own address; create one with yours and see it told";
        return Err(Error::conflict("no_address", message));
    }
    if !row.is_open() {
        return Err(Error::conflict("webhook_off", "the webhook is switched off; switch it on first"));
    }
    let event = greet(engine, &mut tx, caller.organization, id).await?;
    tx.commit().await?;
    Ok(event)
}

pub(super) async fn greet(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: WebhookEndpointId,
) -> Result<EventId> {
    let snapshot = Snapshot { test: true, ..Snapshot::default() };
    let recipients = Recipients::Endpoint(id);
    emit(engine, tx, organization, EventType::EndpointTested, id.uuid(), &snapshot, recipients).await
}
