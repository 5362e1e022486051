//! An event that nothing has caused, for whoever tries their receiver.

use bonafide_core::{event::EventType, id::AmlId};
use bonafide_store::aml_verifications as rows;

use super::record::{not_found, open};
use crate::base::{caller::Caller, engine::Engine, error::Result};

/// Sends it with `test` set.
pub(crate) async fn sample(engine: &Engine, caller: &Caller, id: AmlId, event_type: EventType) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or_else(not_found)?;
    open(engine, &mut tx, row).await?.sample(engine, &mut tx, event_type).await?;
    tx.commit().await?;
    Ok(())
}
