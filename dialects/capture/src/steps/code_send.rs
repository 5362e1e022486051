//! `POST /capture/steps/contact/code`

use axum::extract::State;
use bonafide_engine::{Engine, steps};
use bonafide_http::{Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{extract::Device, words::CaptureChannel};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeWanted {
    channel: CaptureChannel,
    /// The e-mail address, or the phone number with its country code.
    #[schema(min_length = 3, max_length = 254)]
    to: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CodeSent {
    /// Where it went, without telling it to whoever looks over a shoulder.
    #[schema(example = "j…@e….com")]
    sent_to: String,
    /// How long it is good.
    expires_at: String,
}

/// Send a code
///
/// To an address that the person says is theirs. A newer code takes the place of an older one.
#[operation(
    post,
    "/capture/steps/contact/code",
    tag = "Steps",
    id = "capture_code_send",
    scope = "capture",
    cost = 5
)]
pub(crate) async fn code_send(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<CodeWanted>,
) -> Result<Json<CodeSent>> {
    let sent = steps::send_code(&engine, &device, device.session, asked.channel.into(), &asked.to).await?;
    Ok(Json(CodeSent { sent_to: sent.hint, expires_at: sent.expires_at.to_string() }))
}
