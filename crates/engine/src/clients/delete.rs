//! Deleting a record.

use bonafide_core::{
    audit::AuditAction,
    event::{ClientFacts, EventType},
    id::ClientId,
};
use bonafide_store::{applicants, clients as rows};
use serde_json::json;

use super::record::{note, tell};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    jobs::{self, JobKind, NewJob},
};

/// Erases what a record says, with its key; an empty row stays for the verifications that name it, which stay too. It is
/// not found afterwards and in no list.
pub async fn delete(engine: &Engine, caller: &Caller, id: ClientId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db().begin().await?;
    let row = rows::hold(&mut tx, organization, id).await?.ok_or(Error::NotFound("client"))?;
    note(engine, &mut tx, caller, id, AuditAction::ClientDeleted, json!({})).await?;
    applicants::anonymize(&mut tx, organization, rows::subject(id), now).await?;
    let facts = ClientFacts {
        member_type: row.member_type.known().unwrap_or_default(),
        active: false,
        request_count: row.request_count,
        created_at: row.created_at,
    };
    tell(engine, &mut tx, organization, id, EventType::ClientDeleted, facts).await?;
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
    Ok(())
}
