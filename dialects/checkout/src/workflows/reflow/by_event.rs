//! `POST /workflows/events/{event_id}/reflow`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    workflows::{self, Reflow},
};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::super::events::event_id;
use crate::answer::{Accepted, Nothing};

/// Reflow an event
///
/// Sends it again to the actions of all active workflows whose conditions it meets, also to those that were added since.
#[operation(post, "/workflows/events/{event_id}/reflow", tag = "Workflows", id = "reflowByEvent", scope = "webhooks",
    params(("event_id" = String, Path, max_length = 255, pattern = r"^evn?t_\w+$")),
    responses((status = 202, body = Nothing, description = "It is on its way")))]
pub(crate) async fn by_event(
    State(engine): State<Engine>,
    caller: Caller,
    Path(event): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Accepted> {
    let what = Reflow { events: vec![event_id(&event)?], ..Reflow::default() };
    workflows::reflow(&engine, &caller, &what).await?;
    Ok(Accepted)
}
