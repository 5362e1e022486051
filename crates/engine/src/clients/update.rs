//! Changing a record.

use bonafide_core::{audit::AuditAction, event::EventType, id::ClientId};
use bonafide_store::{clients as rows, subject_keys};
use serde_json::json;

use super::record::{Client, Content, note, open_with, seal, tell};
use crate::{
    aml::plan::renamed,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
};

/// What a record is compared with the lists by.
const NAMES: [&str; 5] = ["name_first", "name_last", "business_name", "country", "member_type"];

/// Changes a record: `change` is given what it says now. Two changes at once come one after the other, each seeing what
/// the other made of it. Where nothing is different afterwards nothing is written and nobody is told.
///
/// # Errors
/// [`Error::Invalid`] naming every wrong field.
pub async fn update(
    engine: &Engine,
    caller: &Caller,
    id: ClientId,
    change: impl FnOnce(&mut Content) + Send,
) -> Result<Client> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().begin().await?;
    let row = rows::hold(&mut tx, organization, id).await?.ok_or(Error::NotFound("client"))?;
    let key = subject_keys::load(&mut tx, organization, rows::subject(id), engine.key_ring()).await?;
    let before = open_with(&key, row)?;
    let mut content = before.content.clone();
    change(&mut content);
    let content = content.checked()?;
    let fields = before.content.differences(&content);
    if fields.is_empty() {
        return Ok(before);
    }
    let client = Client { content, updated_at: engine.now(), ..before };
    rows::update(&mut tx, organization, &seal(engine, &key, &client)?).await?;
    if fields.iter().any(|field| NAMES.contains(&field.as_str())) {
        renamed(engine, &mut tx, organization, id).await?;
    }
    note(engine, &mut tx, caller, id, AuditAction::ClientChanged, json!({"fields": fields})).await?;
    tell(engine, &mut tx, organization, id, EventType::ClientUpdated, client.facts()).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(client)
}
