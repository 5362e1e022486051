//! Where events are sent.

use bonafide_core::id::WebhookEndpointId;
use bonafide_store::{
    audit, credentials,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};
use serde_json::json;

use crate::{Caller, Engine, Error, Result, Scope};

/// Most endpoints of one organization and dialect.
const MOST: usize = 100;

/// An endpoint to register.
#[derive(Debug)]
pub struct NewEndpoint {
    pub dialect: &'static str,
    /// The client whose events it gets; absent for all of the organization's.
    pub client_id: Option<String>,
    pub name: String,
    pub url: String,
}

/// Registers an endpoint.
pub async fn create(engine: &Engine, caller: &Caller, new: NewEndpoint) -> Result<WebhookEndpointId> {
    if !caller.may(Scope::Verifications) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db.begin().await?;
    if let Some(client) = &new.client_id
        && !credentials::list(&mut tx, caller.organization).await?.iter().any(|c| c.public_id == *client)
    {
        return Err(Error::NotFound("client"));
    }
    if rows::list(&mut tx, caller.organization, new.dialect).await?.len() >= MOST {
        let message = format!("an organization has at most {MOST} webhooks; delete one first");
        return Err(Error::conflict("too_many_webhooks", message));
    }
    let id = WebhookEndpointId::new(engine.now(), &*engine.entropy);
    let endpoint = WebhookEndpoint {
        id,
        organization: caller.organization,
        dialect: new.dialect.to_owned(),
        client: new.client_id.unwrap_or_default(),
        name: new.name,
        url: new.url,
        created_at: engine.now(),
    };
    rows::insert(&mut tx, caller.organization, &endpoint).await?;
    note(engine, &mut tx, caller, id, "webhook.created").await?;
    tx.commit().await?;
    Ok(id)
}

/// All endpoints that were registered through a dialect, newest first.
pub async fn list(engine: &Engine, caller: &Caller, dialect: &str) -> Result<Vec<WebhookEndpoint>> {
    let mut tx = engine.db.read().await?;
    Ok(rows::list(&mut tx, caller.organization, dialect).await?)
}

/// Takes an endpoint out of use.
pub async fn delete(engine: &Engine, caller: &Caller, dialect: &str, id: WebhookEndpointId) -> Result<()> {
    if !caller.may(Scope::Verifications) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db.begin().await?;
    rows::delete(&mut tx, caller.organization, dialect, id, engine.now()).await?;
    note(engine, &mut tx, caller, id, "webhook.deleted").await?;
    tx.commit().await?;
    Ok(())
}

async fn note(
    engine: &Engine,
    tx: &mut bonafide_store::Tx,
    caller: &Caller,
    id: WebhookEndpointId,
    action: &str,
) -> Result<()> {
    let (actor, object) = (caller.actor(), format!("webhook:{id}"));
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, caller.organization, entry).await?;
    Ok(())
}
