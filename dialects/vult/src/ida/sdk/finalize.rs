//! `POST /ida/sdk/finalize`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Json, Result, operation};

use crate::{
    extract::{SdkCaller, ida},
    idv::{sdk::Done, session::SessionRef},
};

/// identity authentication finalize
///
/// Hands in what was captured and waits until it is judged; `authenticated` of the session says the result. 503 with
/// `Retry-After` when the checks take longer; they go on. Asking again waits for the same result or returns it; it is a new
/// attempt only when something new was captured since.
///
/// A device that was told 503 may be told 410 when it asks again: the session was decided meanwhile and takes nothing more of
/// it, and your server reads the result.
#[operation(
    post,
    "/ida/sdk/finalize",
    tag = "IDA SDK",
    id = "ida_sdk_finalize",
    scope = "verifications:write",
    or = "capture",
    at_once = 256,
    params(SdkCaller)
)]
pub(crate) async fn finalize(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<SessionRef>,
) -> Result<Json<Done>> {
    let id = ida(&engine, &caller, &asked.session_id).await?;
    verifications::submit(&engine, &caller, id, None).await?;
    verifications::wait(&engine, &caller, id).await?;
    Ok(Json(Done {}))
}
