//! `POST /capture/steps/biometric_face`

use axum::extract::State;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{
    Engine, Error,
    evidence::{self, LivenessFrame, Picture},
};
use bonafide_http::{Json, Result, beside, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Device, position},
    session::CaptureSession,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaceFrames {
    /// In the order they were taken. The first one looks straight into the camera and is also the selfie.
    #[schema(min_items = 1, max_items = 16)]
    frames: Vec<FaceFrame>,
    /// Where they were taken: degrees, WGS 84. Both or none.
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FaceFrame {
    /// JPEG, PNG or WebP in base64, with or without a `data:` prefix. Not mirrored.
    #[schema(min_length = 1, max_length = 27_000_000)]
    image: String,
    /// Which movement it answers, counted from 0; absent for the straight look. Where no frame says it, those after the
    /// first are divided evenly over the movements.
    #[schema(minimum = 0, maximum = 3)]
    step: Option<u32>,
    /// When it was taken, in milliseconds after the capture was opened.
    #[schema(minimum = 0, maximum = 3_600_000)]
    at_ms: Option<i64>,
}

/// A capture is answered once.
const NOT_OPEN: &str = "no capture of the face is open, or its time is over: open one by POST \
                        /capture/steps/biometric_face/challenge, then send its frames";

/// The face
///
/// Answers the open capture with its frames. Whether they show a living person is judged after handing in.
#[operation(
    post,
    "/capture/steps/biometric_face",
    tag = "Pictures",
    id = "capture_face",
    scope = "capture",
    cost = 5,
    max_body = 67_108_864
)]
pub(crate) async fn face(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<FaceFrames>,
) -> Result<Json<CaptureSession>> {
    let position = position(asked.latitude, asked.longitude)?;
    let bytes = asked.frames.iter().map(|frame| frame.image.len()).sum();
    let frames = beside(bytes, move || frames(asked.frames)).await?;
    let accepted = evidence::accept_liveness(&engine, &device, device.session, frames, position).await;
    accepted.map_err(by_frame)?;
    Ok(Json(CaptureSession::of(&engine, &device).await?))
}

fn frames(sent: Vec<FaceFrame>) -> Result<Vec<LivenessFrame>> {
    let (mut frames, mut problems) = (vec![], vec![]);
    for (i, frame) in sent.into_iter().enumerate() {
        let field = format!("frames.{i}.image");
        match decode(&frame.image) {
            Some(bytes) => frames.push(LivenessFrame {
                picture: Picture { field, bytes },
                step: frame.step.and_then(|step| usize::try_from(step).ok()),
                at_ms: frame.at_ms,
            }),
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

/// Names what is wrong with all of them by the field of this API, and what has to be done first by its operation.
fn by_frame(error: Error) -> Error {
    let named = |mut problem: Problem| {
        if problem.field == "images" {
            problem.field = "frames".to_owned();
        }
        problem
    };
    match error {
        Error::Invalid(problems) => Error::Invalid(problems.into_iter().map(named).collect()),
        Error::Conflict { code: code @ "no_liveness_session", .. } => Error::conflict(code, NOT_OPEN),
        other => other,
    }
}
