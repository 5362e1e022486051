//! `POST /sandbox/clock/advance`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, sandbox};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Advance {
    /// How far to set the clock forward.
    #[schema(value_type = i64, minimum = 1, maximum = 1_576_800_000)]
    seconds: f64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Advanced {
    /// How far the clock is ahead of time now.
    seconds_ahead: i64,
}

/// sandbox clock advance
///
/// With the keys of a sandbox: sets its clock forward; sessions expire, pauses end and documents run out that much earlier.
#[utoipa::path(post, path = "/sandbox/clock/advance", tag = "Sandbox", operation_id = "sandbox_clock_advance",
    security(("oauth2" = ["verifications:write"])),
    responses((status = 200, body = Advanced), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
pub(crate) async fn clock_advance(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<Advance>,
) -> Result<Body<Advanced>, Error> {
    Ok(Body(Advanced { seconds_ahead: sandbox::advance(&engine, &caller, asked.seconds as i64).await? }))
}
