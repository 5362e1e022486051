//! `POST /console/events/{id}/resend`

use axum::{
    Json as Body,
    extract::{Path, State},
};
use bonafide_engine::{
    Engine,
    webhooks::history::{self, Again},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, ProblemDocument},
    extract::{Authorized, event_id},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct Resent {
    /// How many messages are on their way.
    messages: usize,
}

/// Send an event again
///
/// To every webhook that wants it, under the same id.
#[utoipa::path(post, path = "/console/events/{id}/resend", tag = "Events", operation_id = "event_resend",
    params(("id" = String, Path, description = "With or without `evt_`")),
    security(("bearer" = ["webhooks"])),
    responses((status = 200, body = Resent), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
pub(crate) async fn resend(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    Path(id): Path<String>,
) -> Result<Body<Resent>, Error> {
    let what = Again { event: Some(event_id(&id)?), ..Again::default() };
    let done = history::replay(&engine, &caller, &what).await?;
    Ok(Body(Resent { messages: done.messages }))
}
