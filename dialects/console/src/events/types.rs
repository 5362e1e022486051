//! `GET /console/event-types`

use axum::{Json as Body, extract::State};
use bonafide_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::Authorized,
};

#[derive(Serialize, ToSchema)]
pub(crate) struct EventTypes {
    data: Vec<ApiEventTypes>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ApiEventTypes {
    #[schema(example = "vult")]
    api: &'static str,
    /// Every name that a webhook of this API may ask for.
    events: Vec<&'static str>,
    /// The header with the vendor's own signature, beside those of Standard Webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature_header: Option<&'static str>,
    /// Seconds between one attempt and the next; after the last one a message is dead.
    retries_after_s: &'static [u32],
}

/// List event types
///
/// What each API calls what happens, and how its messages are signed and tried again.
#[utoipa::path(get, path = "/console/event-types", tag = "Events", operation_id = "event_types",
    security(("bearer" = ["verifications:read"])),
    responses((status = 200, body = EventTypes), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument)))]
pub(crate) async fn types(
    State(engine): State<Engine>,
    Authorized(_caller): Authorized,
) -> Result<Body<EventTypes>, Error> {
    let of = |d: &std::sync::Arc<dyn bonafide_core::event::WebhookDialect>| ApiEventTypes {
        api: d.name(),
        events: d.words(),
        signature_header: d.signature_header(),
        retries_after_s: d.waits(),
    };
    Ok(Body(EventTypes { data: engine.dialects.iter().map(of).collect() }))
}
