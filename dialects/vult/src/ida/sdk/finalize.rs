//! `POST /ida/sdk/finalize`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};

use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller, ida},
    idv::{
        sdk::{Done, finalize::PATIENCE},
        session::SessionRef,
    },
};

/// identity authentication finalize
///
/// Hands in what was captured and waits until it is judged; `authenticated` of the session says the result. 503 with
/// `Retry-After` when the checks take longer; they go on, and asking again waits for the same result.
#[utoipa::path(post, path = "/ida/sdk/finalize", tag = "IDA SDK", operation_id = "ida_sdk_finalize",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn finalize(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<SessionRef>,
) -> Result<Body<Done>, Error> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    verifications::submit(&engine, &caller, id, None).await?;
    verifications::wait(&engine, &caller, id, PATIENCE).await?;
    Ok(Body(Done {}))
}
