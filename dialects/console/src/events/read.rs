//! `GET /console/events/{id}`

use axum::extract::State;
use bonafide_engine::{
    Engine, events,
    webhooks::history::{self, Filter},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::Event;
use crate::{extract::event_id, webhooks::Delivery};

#[derive(Serialize, ToSchema)]
pub(crate) struct EventRead {
    #[serde(flatten)]
    event: Event,
    /// Its messages; absent when the credential has no scope `webhooks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<Vec<Delivery>>,
}

/// Read an event
///
/// With the messages it was sent in.
#[operation(get, "/console/events/{id}", tag = "Events", id = "event_read", scope = "verifications:read",
    params(("id" = String, Path, description = "With or without `evt_`")))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<EventRead>> {
    let id = event_id(&id)?;
    let row = events::read(&engine, &caller, id).await?;
    let filter = Filter { event: Some(id), limit: history::MOST, ..Filter::default() };
    let deliveries = match history::deliveries(&engine, &caller, &filter).await {
        Ok(all) => Some(all.into_iter().map(Delivery::of).collect()),
        Err(bonafide_engine::Error::Forbidden) => None,
        Err(other) => return Err(other.into()),
    };
    Ok(Json(EventRead { event: Event::of(row, None), deliveries }))
}
