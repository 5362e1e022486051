//! `POST /ida/session/delete`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};

use crate::{
    extract::ida,
    idv::{sdk::Done, session::SessionRef},
};

/// session delete
///
/// Erases the session's personal data and takes the session out of every list: from now on it is not found.
#[operation(
    post,
    "/ida/session/delete",
    tag = "IDA",
    id = "ida_session_delete",
    scope = "verifications:write"
)]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Done>> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    verifications::delete(&engine, &caller, id).await?;
    Ok(Json(Done {}))
}
