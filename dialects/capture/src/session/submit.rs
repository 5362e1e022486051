//! `POST /capture/session/submit`

use axum::extract::State;
use bonafide_core::{problem::Problem, step::StepKind, verification::Status};
use bonafide_engine::{Engine, Error, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{CaptureSession, CaptureStep};
use crate::extract::Waiting;

const FACE: &str = "capture the face first";

#[derive(Serialize, ToSchema)]
pub(crate) struct CaptureSubmitted {
    outcome: CaptureOutcome,
    /// The steps that are wanted again, with what was wrong; empty when the person is done.
    steps: Vec<CaptureStep>,
}

/// What comes after handing in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureOutcome {
    /// Nothing more is wanted of the person. What was decided is for whoever asked them to say.
    Done,
    /// Some steps are wanted again.
    Again,
}

/// Hand in
///
/// Hands in what was given and waits for the checks. 503 with `Retry-After` when they take longer; they go on, and asking
/// again waits for the same result. 409 `incomplete` names every step that is missing. While the checks run every other
/// operation answers 410, and once nothing more is wanted every one does.
#[operation(
    post,
    "/capture/session/submit",
    tag = "Session",
    id = "capture_session_submit",
    scope = "capture",
    at_once = 4
)]
pub(crate) async fn submit(
    State(engine): State<Engine>,
    Waiting(device): Waiting,
) -> Result<Json<CaptureSubmitted>> {
    verifications::submit(&engine, &device, device.session, None).await.map_err(by_step)?;
    if verifications::wait(&engine, &device, device.session).await? != Status::RetryRequired {
        return Ok(Json(CaptureSubmitted { outcome: CaptureOutcome::Done, steps: vec![] }));
    }
    let steps = CaptureSession::of(&engine, &device).await?.wanted_again();
    Ok(Json(CaptureSubmitted { outcome: CaptureOutcome::Again, steps }))
}

/// Names what is missing by the steps of this API.
fn by_step(error: Error) -> Error {
    let step = |mut problem: Problem| {
        match problem.field.as_str() {
            "document_front" => problem.field = StepKind::Document.to_string(),
            "liveness" => {
                (problem.field, problem.message) = (StepKind::BiometricFace.to_string(), FACE.to_owned())
            }
            _ => {}
        }
        problem
    };
    match error {
        Error::Incomplete(problems) => Error::Incomplete(problems.into_iter().map(step).collect()),
        other => other,
    }
}
