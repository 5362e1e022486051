//! Forgetting whom a record is about.

use bonafide_core::{audit::AuditAction, event::EventType, id::ClientId};
use bonafide_store::{aml_verifications, clients as rows, screenings, subject_keys};
use serde_json::{Map, json};

use super::record::{Client, Content, Details, note, open_with, seal, tell};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    jobs::{self, JobKind, NewJob},
};

/// Erases everything that a record says of somebody but what the organization's own systems call it, and what was found of
/// them in the lists. The record itself is found as before, and so are the verifications that name it, with all that they
/// hold. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, id: ClientId) -> Result<Client> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db().begin().await?;
    let row = rows::hold(&mut tx, organization, id).await?.ok_or(Error::NotFound("client"))?;
    let key = subject_keys::load(&mut tx, organization, rows::subject(id), engine.key_ring()).await?;
    let before = open_with(&key, row)?;
    let external_id = before.content.details.external_id.clone();
    let details = Details { external_id, ..Details::default() };
    let content = Content { details, metadata: Map::new(), ..before.content.clone() };
    let fields = before.content.differences(&content);
    // What was found of an earlier name goes as well, where the record itself says nothing any more.
    let found = aml_verifications::forget(&mut tx, organization, id, now).await?;
    screenings::forget(&mut tx, organization, rows::subject(id)).await?;
    if fields.is_empty() && found == 0 {
        return Ok(before);
    }
    let client = Client { content, updated_at: now, ..before };
    rows::update(&mut tx, organization, &seal(engine, &key, &client)?).await?;
    note(engine, &mut tx, caller, id, AuditAction::ClientAnonymized, json!({"fields": fields})).await?;
    tell(engine, &mut tx, organization, id, EventType::ClientUpdated, client.facts()).await?;
    // Scrubs what lies in the database's pages yet.
    let job = NewJob {
        kind: JobKind::Erase,
        subject: id.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: now,
    };
    jobs::enqueue(engine, &mut tx, organization, job).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(client)
}
