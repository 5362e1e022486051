//! An endpoint as use cases and readers see it.

use std::collections::BTreeMap;

use bonafide_core::{
    audit::AuditAction,
    delivery::Origin,
    id::{OrganizationId, WebhookEndpointId},
    problem::Rule,
    time::Timestamp,
};
use bonafide_store::{
    Tx, Word, audit,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};
use serde_json::json;

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// How long two secrets may be good side by side, in seconds.
pub const LONGEST_OVERLAP_S: i64 = 30 * 24 * 3600;

/// An endpoint as its owner sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    pub id: WebhookEndpointId,
    /// The API whose format its messages have.
    pub dialect: String,
    /// The client whose events it gets; empty for all of them.
    pub client: String,
    pub name: String,
    /// Of endpoints that stand for addresses given per verification only scheme, host and port.
    pub url: String,
    /// The types of events it receives, as its API names them; all when empty.
    pub event_types: Vec<String>,
    pub origin: Word<Origin>,
    /// Switched on by its owner.
    pub active: bool,
    /// What is done wrong on purpose in a sandbox.
    pub chaos: Vec<String>,
    pub created_at: Timestamp,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// When the server gave up on it, and why.
    pub disabled_at: Option<Timestamp>,
    pub disabled_reason: Option<String>,
    /// The names of the headers sent along; their values may be secrets.
    pub headers: Vec<String>,
    /// When the last attempt was made there, and the status that was answered.
    pub last: Option<(Timestamp, Option<i64>)>,
    /// Messages by status.
    pub counts: BTreeMap<String, i64>,
}

impl Endpoint {
    pub(crate) fn new(row: WebhookEndpoint, headers: Vec<String>, traffic: rows::Traffic) -> Self {
        Self {
            id: row.id,
            dialect: row.dialect,
            client: row.client,
            name: row.name,
            url: row.url,
            event_types: words(&row.event_types),
            origin: row.origin,
            active: row.active,
            chaos: row.chaos.to_strings(),
            created_at: row.created_at,
            failing_since: row.failing_since,
            disabled_at: row.disabled_at,
            disabled_reason: row.disabled_reason,
            headers,
            last: traffic.last,
            counts: traffic.counts,
        }
    }

    /// Switched on, and not given up on.
    pub fn is_open(&self) -> bool {
        self.active && self.disabled_at.is_none()
    }
}

/// What changes about an endpoint; `None` leaves it as it is.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    pub name: Option<String>,
    pub url: Option<String>,
    pub event_types: Option<Vec<String>>,
    pub headers: Option<BTreeMap<String, String>>,
    pub chaos: Option<Vec<String>>,
    /// Switching on also forgets that the server had given up on it.
    pub active: Option<bool>,
}

/// What can be told of an address without asking for its name.
pub(crate) fn check_url(engine: &Engine, field: &str, url: &str) -> Result<()> {
    engine.courier.check_url(url).map_err(|failure| Error::invalid(field, Rule::Other, failure.to_string()))
}

pub(crate) fn may(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Webhooks) { Ok(()) } else { Err(Error::Forbidden) }
}

pub(crate) fn words(joined: &str) -> Vec<String> {
    joined.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

pub(crate) async fn load(tx: &mut Tx, caller: &Caller, id: WebhookEndpointId) -> Result<WebhookEndpoint> {
    rows::get(tx, caller.organization, id).await?.ok_or(Error::NotFound("webhook"))
}

/// What a workflow says of its actions is changed there alone.
pub(crate) fn stands_alone(row: &WebhookEndpoint) -> Result<()> {
    match row.workflow {
        None => Ok(()),
        Some(_) => Err(Error::conflict(
            "belongs_to_a_workflow",
            "the webhook is an action of a workflow; change it there, under /workflows",
        )),
    }
}

pub(crate) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    actor: &str,
    id: WebhookEndpointId,
    action: AuditAction,
) -> Result<()> {
    let object = format!("webhook:{id}");
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &json!({}) };
    audit::append(tx, organization, engine.key_ring(), entry).await?;
    Ok(())
}
