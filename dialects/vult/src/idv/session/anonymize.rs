//! `POST /idv/session/anonymize`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};

use super::SessionRef;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, idv},
    idv::sdk::Done,
};

/// session anonymize
///
/// Erases everything of the session that says who the person is: pictures, names, places, metadata. States, findings
/// and decisions stay. A session that is still going on is canceled. The identity, if the person became one, stays:
/// see anonymize identity. Repeating it changes nothing.
#[utoipa::path(post, path = "/idv/session/anonymize", tag = "IDV", operation_id = "idv_session_anonymize",
    security(("oauth2" = ["verifications:write"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<SessionRef>,
) -> Result<Body<Done>, Error> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Body(Done {}))
}
