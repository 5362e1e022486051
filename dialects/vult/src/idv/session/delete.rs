//! `POST /idv/session/delete`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Result, operation};

use super::SessionRef;
use crate::{extract::idv, idv::sdk::Done};

/// session delete
///
/// Erases the session's personal data and takes the session out of every list: from now on it is not found.
#[operation(
    post,
    "/idv/session/delete",
    tag = "IDV",
    id = "idv_session_delete",
    scope = "verifications:write"
)]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Done>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::delete(&engine, &caller, id).await?;
    Ok(Json(Done {}))
}
