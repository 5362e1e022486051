//! `GET /capture/session`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, Result, operation};

use super::CaptureSession;
use crate::extract::Device;

/// What is wanted
///
/// The steps in their order, what the person gave so far, and what comes next. After a break a device goes on from here.
/// Nothing that was read from pictures or found out about the person is shown.
#[operation(get, "/capture/session", tag = "Session", id = "capture_session_read", scope = "capture")]
pub(crate) async fn read(State(engine): State<Engine>, device: Device) -> Result<Json<CaptureSession>> {
    Ok(Json(CaptureSession::of(&engine, &device).await?))
}
