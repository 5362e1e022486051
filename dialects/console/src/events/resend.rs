//! `POST /console/events/{id}/resend`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    webhooks::history::{self, Again},
};
use bonafide_http::{Caller, Json, Path, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::event_id;

#[derive(Serialize, ToSchema)]
pub(crate) struct Resent {
    /// How many messages are on their way.
    messages: usize,
}

/// Send an event again
///
/// To every webhook that wants it, under the same id.
#[operation(post, "/console/events/{id}/resend", tag = "Events", id = "event_resend", scope = "webhooks",
    params(("id" = String, Path, description = "With or without `evt_`")))]
pub(crate) async fn resend(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Resent>> {
    let what = Again { event: Some(event_id(&id)?), ..Again::default() };
    let done = history::replay(&engine, &caller, &what).await?;
    Ok(Json(Resent { messages: done.messages }))
}
