//! Where events are sent.

pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod deliveries;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod replay;
pub(crate) mod rotate;
pub(crate) mod test;
pub(crate) mod update;

use std::collections::BTreeMap;

use bonafide_core::delivery::{self, DeliveryStatus};
use bonafide_engine::{
    events::message_id,
    webhooks::{Endpoint, history},
};
use serde::Serialize;
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) Chaos: "What is done wrong on purpose, with a test key.",
    delivery::Chaos::ALL.map(|word| word.as_str())
);

/// A webhook.
#[derive(Serialize, ToSchema)]
pub(crate) struct Webhook {
    id: String,
    /// The API whose words its messages are in.
    api: String,
    name: String,
    /// Of webhooks that stand for addresses given per verification only scheme, host and port.
    url: String,
    /// `registered` or `per_verification`.
    origin: String,
    /// The client whose events it gets; absent for all of the organization's.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The names of the events it gets; empty for all.
    events: Vec<String>,
    /// The names of the headers that are sent along.
    headers: Vec<String>,
    /// What is done wrong on purpose, in a sandbox.
    chaos: Vec<String>,
    /// Switched on.
    active: bool,
    /// Why the server switched it off: `failing` for too long, or `gone` (410).
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
    /// Since when every attempt has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<String>,
    created_at: String,
    /// When the last attempt was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt_at: Option<String>,
    /// The status that was answered to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_status: Option<i64>,
    /// How many messages are `pending`, `delivered` and `dead`.
    deliveries: BTreeMap<String, i64>,
}

impl Webhook {
    fn of(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            api: endpoint.dialect,
            name: endpoint.name,
            url: endpoint.url,
            origin: endpoint.origin.as_str().to_owned(),
            client: Some(endpoint.client).filter(|c| !c.is_empty()),
            events: endpoint.event_types,
            headers: endpoint.headers,
            chaos: endpoint.chaos,
            active: endpoint.active,
            disabled_reason: endpoint.disabled_reason,
            disabled_at: endpoint.disabled_at.map(|t| t.to_string()),
            failing_since: endpoint.failing_since.map(|t| t.to_string()),
            created_at: endpoint.created_at.to_string(),
            last_attempt_at: endpoint.last.map(|(at, _)| at.to_string()),
            last_status: endpoint.last.and_then(|(_, status)| status),
            deliveries: endpoint.counts,
        }
    }
}

/// One message.
#[derive(Serialize, ToSchema)]
pub(crate) struct Delivery {
    event: String,
    webhook: String,
    /// The event's name in the webhook's API.
    r#type: String,
    /// `pending`, `delivered` or `dead`.
    status: String,
    /// Attempts so far.
    attempts: i64,
    created_at: String,
    /// When the next attempt is due; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
}

impl Delivery {
    pub(crate) fn of(message: history::Delivery) -> Self {
        let waits = message.status == DeliveryStatus::Pending;
        Self {
            event: message_id(message.event),
            webhook: message.endpoint.to_string(),
            r#type: message.event_type,
            status: message.status.as_str().to_owned(),
            attempts: message.tries,
            created_at: message.created_at.to_string(),
            next_attempt_at: waits.then(|| message.run_at.to_string()),
            finished_at: message.finished_at.map(|t| t.to_string()),
        }
    }
}
