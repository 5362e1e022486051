//! What unit tests need of endpoints.

use bonafide_core::{
    delivery::Origin,
    id::{OrganizationId, WebhookEndpointId},
    time::Timestamp,
};
use bonafide_store::{Words, webhook_endpoints::WebhookEndpoint};

/// An endpoint of an API that wants everything.
pub(crate) fn endpoint(dialect: &str) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId::from_uuid(uuid::Uuid::nil()),
        organization: OrganizationId::from_uuid(uuid::Uuid::nil()),
        dialect: dialect.into(),
        client: String::new(),
        name: "a".into(),
        url: "https://example.com/".into(),
        event_types: String::new(),
        origin: Origin::Registered.into(),
        active: true,
        chaos: Words::default(),
        sealed: None,
        created_at: Timestamp(0),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        workflow: None,
    }
}
