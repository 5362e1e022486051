//! `GET /console/event-types`

use axum::extract::State;
use bonafide_core::event::WebhookDialect;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// What a webhook names in this API's place, to have the same events in the API's other format.
    #[serde(skip_serializing_if = "Option::is_none")]
    native_api: Option<&'static str>,
    /// Seconds between one attempt and the next; after the last one a message is dead.
    retries_after_s: &'static [u32],
}

/// List event types
///
/// What each API calls what happens, and how its messages are signed and tried again.
#[operation(get, "/console/event-types", tag = "Events", id = "event_types", scope = "verifications:read")]
pub(crate) async fn types(State(engine): State<Engine>, _caller: Caller) -> Result<Json<EventTypes>> {
    let of = |d: &&dyn WebhookDialect| ApiEventTypes {
        api: d.name(),
        events: d.words(),
        signature_header: d.signature_header(),
        native_api: d.native().map(|native| native.name()),
        retries_after_s: d.waits(),
    };
    Ok(Json(EventTypes { data: engine.dialects.iter().map(of).collect() }))
}
