//! `POST /sandbox/clock/advance`

use axum::extract::State;
use bonafide_engine::{Engine, sandbox};
use bonafide_http::{Caller, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
#[operation(
    post,
    "/sandbox/clock/advance",
    tag = "Sandbox",
    id = "sandbox_clock_advance",
    scope = "verifications:write"
)]
pub(crate) async fn clock_advance(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<Advance>,
) -> Result<Json<Advanced>> {
    Ok(Json(Advanced { seconds_ahead: sandbox::advance(&engine, &caller, asked.seconds as i64).await? }))
}
