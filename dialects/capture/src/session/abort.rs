//! `POST /capture/session/abort`

use axum::extract::State;
use bonafide_engine::{Engine, capture};
use bonafide_http::{Json, NoContent, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{extract::Device, words::CaptureAbortReason};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionAbort {
    reason: CaptureAbortReason,
}

/// Say that the person cannot go on
///
/// Where whoever asked the person counts attempts, this one ends: the token is good for nothing afterwards, and the person
/// goes on with the link of a new attempt. Elsewhere it is noted alone: the session stays open, and so does the token.
#[operation(post, "/capture/session/abort", tag = "Session", id = "capture_session_abort", scope = "capture")]
pub(crate) async fn abort(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<SessionAbort>,
) -> Result<NoContent> {
    capture::abort(&engine, &device, device.session, asked.reason.into()).await?;
    Ok(NoContent)
}
