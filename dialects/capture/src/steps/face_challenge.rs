//! `POST /capture/steps/biometric_face/challenge`

use axum::extract::State;
use bonafide_core::liveness::Step as Movement;
use bonafide_engine::{Engine, evidence};
use bonafide_http::{Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    extract::{Device, position},
    words::CaptureMovement,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaceChallenge {
    /// Where the device is: degrees, WGS 84. Both or none.
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FaceAsked {
    /// The movements to make after a straight look, in this order; none where the frames alone are judged.
    movements: Vec<MovementAsked>,
    /// Until when the frames have to come.
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct MovementAsked {
    #[schema(value_type = CaptureMovement)]
    movement: Movement,
    /// What to tell the person, in English.
    instruction: &'static str,
}

/// Open a capture of the face
///
/// Draws the movements that the person is asked for. It is answered once, with the frames; an earlier open one is closed.
#[operation(
    post,
    "/capture/steps/biometric_face/challenge",
    tag = "Pictures",
    id = "capture_face_challenge",
    scope = "capture"
)]
pub(crate) async fn face_challenge(
    State(engine): State<Engine>,
    device: Device,
    Json(asked): Json<FaceChallenge>,
) -> Result<Json<FaceAsked>> {
    let position = position(asked.latitude, asked.longitude)?;
    let started = evidence::start_liveness(&engine, &device, device.session, position).await?;
    let movements = started.challenge.into_iter().flat_map(|challenge| challenge.steps);
    let asked = movements.map(|movement| MovementAsked { movement, instruction: movement.instruction() });
    Ok(Json(FaceAsked { movements: asked.collect(), expires_at: started.expires_at.to_string() }))
}
