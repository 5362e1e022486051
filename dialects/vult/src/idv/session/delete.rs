//! `POST /idv/session/delete`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};

use super::SessionRef;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, idv},
    idv::sdk::Done,
};

/// session delete
///
/// Erases the session's personal data and takes the session out of every list: from now on it is not found.
#[utoipa::path(post, path = "/idv/session/delete", tag = "IDV", operation_id = "idv_session_delete",
    security(("oauth2" = ["verifications:write"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn delete(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<SessionRef>,
) -> Result<Body<Done>, Error> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::delete(&engine, &caller, id).await?;
    Ok(Body(Done {}))
}
