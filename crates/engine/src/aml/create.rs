//! A new one.

use bonafide_core::{
    aml::AmlStatus,
    audit::AuditAction,
    event::EventType,
    id::{AmlId, ClientId},
    problem::Rule,
};
use bonafide_store::{aml_verifications as rows, clients, crypto::Sealed, subject_keys};
use serde_json::json;

use super::{
    compare::names,
    plan::first,
    record::{Aml, Opened, Private},
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Whom to compare, and how.
#[derive(Debug, Clone)]
pub struct NewAml {
    pub client: ClientId,
    /// The caller's word for how they want it searched, which is given back and changes nothing.
    pub configuration: String,
    /// Whether the client is compared again when a list changes.
    pub monitored: bool,
    /// In a sandbox: how many hits there are, whatever the lists say.
    pub steered: Option<u64>,
}

/// Has a client compared with the lists.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] naming `client` where the record says no name to search for.
pub async fn create(engine: &Engine, caller: &Caller, new: NewAml) -> Result<Aml> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db().begin().await?;
    let client = clients::hold(&mut tx, organization, new.client).await?.ok_or(Error::NotFound("client"))?;
    let key =
        subject_keys::load(&mut tx, organization, clients::subject(client.id), engine.key_ring()).await?;
    let named = names(&key, &client)?;
    if named.names.is_empty() {
        return Err(Error::invalid("client", Rule::Other, "has no name to search for: give it one first"));
    }
    let row = rows::Aml {
        id: AmlId::new(now, &*engine.entropy),
        organization,
        client: client.id,
        credential: Some(caller.credential),
        user_id: named.external_id.unwrap_or_default(),
        configuration: new.configuration,
        monitored: new.monitored,
        status: AmlStatus::Created.into(),
        hits: None,
        lists: String::new(),
        stale: false,
        screened_at: None,
        decided_at: None,
        sealed: Sealed::nothing(),
        version: 1,
        created_at: now,
        updated_at: now,
        anonymized_at: None,
    };
    let steered = new.steered.filter(|_| caller.sandbox);
    let private = Private { steered, ..Private::default() };
    let mut opened = Opened { row, private, key: Some(key) };
    opened.seal(engine)?;
    rows::insert(&mut tx, organization, &opened.row).await?;
    let detail = json!({"client": client.id, "monitored": new.monitored});
    opened.note(engine, &mut tx, AuditAction::AmlCreated, &caller.actor(), &detail).await?;
    opened.tell(engine, &mut tx, &[EventType::AmlCreated]).await?;
    first(engine, &mut tx, organization, opened.row.id).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(opened.into_view())
}
