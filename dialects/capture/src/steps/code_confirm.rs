//! `POST /capture/steps/contact/code/confirm`

use axum::extract::State;
use bonafide_engine::{Engine, steps};
use bonafide_http::{Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{extract::Device, session::CaptureSession, words::CaptureChannel};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeReceived {
    channel: CaptureChannel,
    #[schema(pattern = "^ *[0-9]([0-9 ]{4,14}[0-9]) *$", max_length = 16, example = "123456")]
    code: String,
}

/// Confirm with a code
///
/// The code that the person received. Wrong ones are counted: after too many a new code has to be sent.
#[operation(
    post,
    "/capture/steps/contact/code/confirm",
    tag = "Steps",
    id = "capture_code_confirm",
    scope = "capture"
)]
pub(crate) async fn code_confirm(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<CodeReceived>,
) -> Result<Json<CaptureSession>> {
    let code: String = asked.code.chars().filter(char::is_ascii_digit).collect();
    steps::confirm_code(&engine, &device, device.session, asked.channel.into(), &code).await?;
    Ok(Json(CaptureSession::of(&engine, &device).await?))
}
