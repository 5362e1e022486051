//! `POST /workflows/events/subject/{subject_id}/reflow`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    workflows::{self, Reflow},
};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::super::events::subject_id;
use crate::answer::{Accepted, Nothing};

/// Reflow the events of a subject
///
/// Sends all that happened to it again to the actions of all active workflows whose conditions the events meet.
#[operation(post, "/workflows/events/subject/{subject_id}/reflow", tag = "Workflows", id = "reflowBySubject",
    scope = "webhooks", params(("subject_id" = String, Path, max_length = 255)),
    responses((status = 202, body = Nothing, description = "They are on their way")))]
pub(crate) async fn by_subject(
    State(engine): State<Engine>,
    caller: Caller,
    Path(subject): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Accepted> {
    let what = Reflow { subjects: vec![subject_id(&subject)?.uuid()], ..Reflow::default() };
    workflows::reflow(&engine, &caller, &what).await?;
    Ok(Accepted)
}
