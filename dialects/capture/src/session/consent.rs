//! `POST /capture/session/consent`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::CaptureSession;
use crate::extract::Device;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionConsent {
    /// The person's answer. `false` ends the session.
    given: bool,
    /// The language that the person was asked in, and is spoken to in from now on: BCP 47, for instance `pt-BR`.
    #[schema(min_length = 2, max_length = 35, pattern = "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
    language: Option<String>,
}

/// Consent to the session
///
/// The person's answer to being verified and to the processing of their face. Nothing is taken before a yes; a no is an
/// outcome, after which the token is good for nothing.
#[operation(
    post,
    "/capture/session/consent",
    tag = "Session",
    id = "capture_session_consent",
    scope = "capture"
)]
pub(crate) async fn consent(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<SessionConsent>,
) -> Result<Json<CaptureSession>> {
    verifications::consent_in(&engine, &device, device.session, asked.given, asked.language).await?;
    Ok(Json(CaptureSession::of(&engine, &device).await?))
}
