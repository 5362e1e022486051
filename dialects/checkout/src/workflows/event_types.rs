//! `GET /workflows/event-types`

use bonafide_core::event::WebhookDialect;
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::sources::{SOURCES, about, source, title};
use crate::webhooks::Webhooks;

/// What events come from, with those that there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventSource {
    /// The key in a condition.
    #[schema(example = "identity_verification")]
    id: &'static str,
    display_name: &'static str,
    description: &'static str,
    events: Vec<EventKind>,
}

/// A type of event.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventKind {
    #[schema(example = "identity_verification_created")]
    id: &'static str,
    display_name: String,
    description: &'static str,
}

/// List the types of events
///
/// All that this server sends, by what they come from. Conditions may also name those that the vendor has beside them, such as
/// `identity_verification_audit_completed`: they never happen here.
#[operation(get, "/workflows/event-types", tag = "Workflows", id = "listEventTypes", scope = "webhooks")]
pub(crate) async fn event_types(_: Caller) -> Result<Json<Vec<EventSource>>> {
    let words = Webhooks.words();
    let of = |(id, display_name, description): (&'static str, _, _)| {
        let own = words.iter().copied().filter(|word| source(word) == id);
        let events = own.map(|id| EventKind { id, display_name: title(id), description: about(id) });
        EventSource { id, display_name, description, events: events.collect() }
    };
    let all = SOURCES.into_iter().map(of).filter(|source| !source.events.is_empty());
    Ok(Json(all.collect()))
}
