//! `GET /console/events/{id}`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{
    Engine, events,
    webhooks::history::{self, Filter},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Event;
use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, event_id},
    webhooks::Delivery,
};

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
#[utoipa::path(get, path = "/console/events/{id}", tag = "Events", operation_id = "event_read",
    params(("id" = String, Path, description = "With or without `evt_`")),
    security(("bearer" = ["verifications:read"])),
    responses((status = 200, body = EventRead), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<Body<EventRead>, Error> {
    let id = event_id(&id)?;
    let row = events::read(&engine, &caller, id).await?;
    let filter = Filter { event: Some(id), limit: history::MOST, ..Filter::default() };
    let deliveries = match history::deliveries(&engine, &caller, &filter).await {
        Ok(all) => Some(all.into_iter().map(Delivery::of).collect()),
        Err(bonafide_engine::Error::Forbidden) => None,
        Err(other) => return Err(other.into()),
    };
    Ok(Body(EventRead { event: Event::of(row, None), deliveries }))
}
