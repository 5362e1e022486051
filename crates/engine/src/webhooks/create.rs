//! Registering an endpoint.

use std::collections::BTreeMap;

use bonafide_core::{
    audit::AuditAction,
    delivery::Origin,
    id::{WebhookEndpointId, WorkflowId},
    problem::Rule,
};
use bonafide_store::{
    Tx, Words, credentials,
    crypto::{self, Object},
    secrets::PlainSecret,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};

use super::{
    check::check,
    endpoint::{Changes, may, note},
    sealed::{add_secret, own_key},
    signing_key::ensure,
    test::greet,
};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// Most endpoints that one organization registers.
const MAX: i64 = 100;

/// An endpoint to register.
#[derive(Debug, Default)]
pub struct NewEndpoint {
    /// The API whose format its messages have.
    pub dialect: String,
    /// The client whose events it gets; absent for all of the organization's.
    pub client_id: Option<String>,
    pub name: String,
    pub url: String,
    /// The types of events it receives, as its API names them; all when empty.
    pub event_types: Vec<String>,
    /// Sent along with every message.
    pub headers: BTreeMap<String, String>,
    /// Chosen by the organization; drawn when absent.
    pub secret: Option<String>,
    /// Words of [`Chaos`](bonafide_core::delivery::Chaos), in a sandbox.
    pub chaos: Vec<String>,
}

/// An endpoint, and the one time its secret is known.
pub struct Registered {
    pub id: WebhookEndpointId,
    pub secret: PlainSecret,
}

/// What an endpoint has from the workflow that it is an action of.
pub(crate) struct Belonging {
    pub(crate) workflow: WorkflowId,
    pub(crate) active: bool,
    /// As the column has them.
    pub(crate) event_types: String,
}

/// Registers an endpoint.
pub async fn create(engine: &Engine, caller: &Caller, new: NewEndpoint) -> Result<Registered> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    let registered = add(engine, &mut tx, caller, new, None).await?;
    tx.commit().await?;
    Ok(registered)
}

/// The same in a transaction.
pub(crate) async fn add(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    new: NewEndpoint,
    of: Option<&Belonging>,
) -> Result<Registered> {
    let Some(dialect) = engine.dialect(&new.dialect) else {
        let known: Vec<_> = engine.formats().map(|d| d.name()).collect();
        return Err(Error::invalid("api", Rule::Enum, format!("must be one of {}", known.join(", "))));
    };
    let everything = Changes {
        name: Some(new.name.clone()),
        url: Some(new.url.clone()),
        event_types: Some(new.event_types.clone()),
        headers: Some(new.headers.clone()),
        chaos: Some(new.chaos.clone()),
        active: None,
    };
    check(engine, caller, Some(dialect), &everything, new.secret.as_deref())?;
    let (now, organization) = (engine.now(), caller.organization);
    let id = WebhookEndpointId::new(now, &*engine.entropy);
    note(engine, tx, organization, &caller.actor(), id, AuditAction::WebhookCreated).await?;
    if let Some(client) = &new.client_id
        && !credentials::list(tx, organization).await?.iter().any(|c| c.public_id == *client)
    {
        return Err(Error::NotFound("client"));
    }
    let registered = rows::Filter { origin: Some(Origin::Registered), ..rows::Filter::default() };
    if rows::count(tx, organization, &registered).await? >= MAX {
        let message = format!("an organization has at most {MAX} webhooks; delete one first");
        return Err(Error::conflict("too_many_webhooks", message));
    }
    let key = own_key(engine, tx, organization).await?;
    let endpoint = WebhookEndpoint {
        id,
        organization,
        dialect: new.dialect,
        client: new.client_id.unwrap_or_default(),
        name: new.name,
        url: new.url,
        event_types: of.map_or_else(|| new.event_types.join(" "), |of| of.event_types.clone()),
        origin: Origin::Registered.into(),
        active: of.is_none_or(|of| of.active),
        chaos: Words::of(&new.chaos),
        sealed: Some(crypto::seal_json(&key, Object::Webhook(id), &new.headers, &*engine.entropy)?),
        created_at: now,
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        workflow: of.map(|of| of.workflow),
    };
    let secret = new.secret.map_or_else(|| PlainSecret::webhook(&*engine.entropy), PlainSecret::chosen);
    rows::insert(tx, organization, &endpoint).await?;
    if dialect.is_signed_by_key() {
        ensure(engine, tx, organization).await?;
    }
    add_secret(engine, tx, &key, &endpoint, &secret, 0).await?;
    if dialect.greets() {
        greet(engine, tx, organization, id).await?;
    }
    Ok(Registered { id, secret })
}
