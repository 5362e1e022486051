//! A new record.

use bonafide_core::{audit::AuditAction, event::EventType, id::ClientId};
use bonafide_store::{Tx, applicants, clients as rows, subject_keys};
use serde_json::json;

use super::record::{Client, Content, note, seal, tell};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Keeps a record of somebody. Two of the same person are two records.
///
/// # Errors
/// [`Error::Invalid`] naming every wrong field.
pub async fn create(engine: &Engine, caller: &Caller, content: Content) -> Result<Client> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let client = create_in(engine, &mut tx, caller, content).await?;
    tx.commit().await?;
    Ok(client)
}

pub(crate) async fn create_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    content: Content,
) -> Result<Client> {
    let content = content.checked()?;
    let (now, entropy, organization) = (engine.now(), &*engine.entropy, caller.organization);
    let id = ClientId::new(now, entropy);
    let client = Client { id, organization, content, request_count: 0, created_at: now, updated_at: now };
    let subject = rows::subject(id);
    applicants::insert(tx, organization, subject, now).await?;
    let key = subject_keys::create(tx, organization, subject, engine.key_ring(), now, entropy).await?;
    rows::insert(tx, organization, &seal(engine, &key, &client)?).await?;
    let detail = json!({"member_type": client.content.member_type});
    note(engine, tx, caller, id, AuditAction::ClientCreated, detail).await?;
    tell(engine, tx, organization, id, EventType::ClientCreated, client.facts()).await?;
    Ok(client)
}
