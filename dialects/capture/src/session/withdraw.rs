//! `POST /capture/session/withdraw`

use axum::extract::State;
use bonafide_engine::{Engine, capture};
use bonafide_http::{NoContent, Result, operation};

use crate::extract::Device;

/// Withdraw the consent to the processing of the face
///
/// Destroys the pictures of the face and what was made of them, and cancels the session. The token is good for nothing
/// afterwards.
#[operation(
    post,
    "/capture/session/withdraw",
    tag = "Session",
    id = "capture_session_withdraw",
    scope = "capture"
)]
pub(crate) async fn withdraw(State(engine): State<Engine>, device: Device) -> Result<NoContent> {
    capture::withdraw(&engine, &device, device.session).await?;
    Ok(NoContent)
}
