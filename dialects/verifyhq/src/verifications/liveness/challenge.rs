//! `POST /verifications/liveness/challenge`

use axum::extract::State;
use bonafide_core::evidence::EvidenceKind;
use bonafide_engine::{
    Engine,
    evidence::{
        Picture,
        by_challenge::{Capture, Shows},
    },
};
use bonafide_http::{Caller, Form, Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Judged, challenge, challenge_id, status, take};
use crate::{
    extract::{from_server, required_picture, session_token},
    words::LivenessStatus,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct ChallengePhoto {
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    session_token: String,
    #[schema(min_length = 1, max_length = 64, pattern = r"\S", example = "ch_001")]
    challenge_id: String,
    /// Up to 10 MB. JPEG, PNG or WebP, by what it holds and not by its name.
    #[schema(format = Binary, min_length = 1)]
    photo: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LivenessProgress {
    session_token: String,
    status: LivenessStatus,
    challenges_completed: usize,
    challenges_total: usize,
    /// Whether every challenge has its photo.
    is_complete: bool,
    /// What comes next: the id of a challenge, `REFERENCE_SELFIE`, or `DOCUMENT` where the document is still missing; absent
    /// where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_step: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_alive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// Absent until the checks are done: they need the reference selfie, and the document where the tier asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Judged>,
}

impl LivenessProgress {
    fn of(engine: &Engine, capture: &Capture, session_token: String) -> Self {
        let completed = capture.steps.iter().flatten().count();
        let judged = Judged::of(capture);
        let document = capture.view.evidence(EvidenceKind::DocumentFront).is_some();
        let next_step = match capture.next() {
            Some(Shows::Step(step)) => Some(challenge_id(step)),
            Some(Shows::Straight) => Some("REFERENCE_SELFIE".to_owned()),
            None => (!document).then(|| "DOCUMENT".to_owned()),
        };
        Self {
            session_token,
            status: status(engine, capture),
            challenges_completed: completed,
            challenges_total: capture.steps.len(),
            is_complete: completed == capture.steps.len(),
            next_step,
            is_alive: judged.is_alive,
            confidence: judged.confidence,
            result: Some(judged).filter(|judged| judged.is_alive.is_some()),
        }
    }
}

/// Photograph a challenge
///
/// The challenges are photographed in their order: 409 for another one, and for one that has its photo. With the last photo
/// of the session, and where the document is there, the checks run and their result is in the answer; where they take
/// longer than a minute the status is `IN_PROGRESS`, and reading the liveness check tells it later.
#[operation(post, "/verifications/liveness/challenge", tag = "Liveness", id = "liveness_challenge_submit",
    scope = "verifications:write", cost = 5,
    request_body(content = ChallengePhoto, content_type = "multipart/form-data"))]
pub(crate) async fn answer(
    State(engine): State<Engine>,
    caller: Caller,
    mut form: Form,
) -> Result<Json<LivenessProgress>> {
    let mut problems = vec![];
    form.only(&["sessionToken", "challengeId", "photo"], &mut problems);
    let session = form.required("sessionToken", &mut problems);
    let asked = form.required("challengeId", &mut problems);
    let photo = required_picture(&mut form, "photo", &mut problems)?;
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let (id, step) = (session_token(&session)?, challenge(&asked)?);
    let picture = Picture { field: "photo".to_owned(), bytes: photo };
    let capture = take(&engine, &from_server(&caller), id, Shows::Step(step), picture).await?;
    Ok(Json(LivenessProgress::of(&engine, &capture, session)))
}
