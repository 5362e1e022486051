//! `POST /idv/sdk/liveness/session/process`

use axum::extract::State;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_core::{
    evidence::Position,
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{
    Caller, Engine,
    evidence::{self, LivenessFrame, Picture},
};
use bonafide_http::{Json, Result, beside, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::liveness_generate::LivenessToken;
use crate::extract::{SdkCaller, session};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ProcessLiveness {
    session_id: String,
    /// Degrees, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
    /// Frames of the live person in the order they were taken: base64, with or without a `data:` prefix.
    /// The first one looks straight into the camera and is also the selfie. Where movements were asked for, the
    /// others are divided evenly over them, in order: as many for each.
    #[schema(min_items = 1, max_items = 16)]
    images: Option<Vec<String>>,
}

/// sdk liveness session process
///
/// Answers the open liveness session with its frames. Whether they show a live person is judged when the
/// session is finalized.
#[operation(
    post,
    "/idv/sdk/liveness/session/process",
    tag = "IDV SDK",
    id = "idv_sdk_liveness_session_process",
    scope = "verifications:write",
    or = "capture",
    max_body = 67_108_864,
    cost = 5,
    params(SdkCaller)
)]
pub(crate) async fn liveness_process(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<ProcessLiveness>,
) -> Result<Json<LivenessToken>> {
    process(&engine, &caller, Kind::IdentityVerification, asked).await
}

pub(crate) async fn process(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    asked: ProcessLiveness,
) -> Result<Json<LivenessToken>> {
    let id = session(engine, caller, kind, &asked.session_id).await?;
    let Some(images) = asked.images else {
        let message = "this server judges the frames itself: send them in `images`";
        return Err(bonafide_engine::Error::conflict("no_images", message).into());
    };
    let frames = beside(images.iter().map(String::len).sum(), move || frames(&images)).await?;
    let position = Position { latitude: asked.latitude, longitude: asked.longitude };
    let accepted = evidence::accept_liveness(engine, caller, id, frames, position).await?;
    Ok(Json(LivenessToken { token: accepted.to_string() }))
}

fn frames(images: &[String]) -> Result<Vec<LivenessFrame>> {
    let (mut frames, mut problems) = (vec![], vec![]);
    for (i, text) in images.iter().enumerate() {
        let field = format!("images.{i}");
        match decode(text) {
            Some(bytes) => frames.push(Picture { field, bytes }.into()),
            None => problems.push(Problem::new(field, Rule::Format, "must be a picture in base64")),
        }
    }
    if problems.is_empty() { Ok(frames) } else { Err(problems.into()) }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let text = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,")?.1,
        None => text,
    };
    BASE64_STANDARD.decode(text.trim()).ok()
}
