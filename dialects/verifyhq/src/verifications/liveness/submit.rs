//! `POST /verifications/liveness/submit`

use axum::extract::State;
use bonafide_core::problem::{Problem, Rule};
use bonafide_engine::{Engine, evidence::by_challenge};
use bonafide_http::{Caller, Form, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::LivenessCheck;
use crate::extract::{required_picture, session_token};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct LivenessVideo {
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    session_token: String,
    #[schema(format = Binary, min_length = 1)]
    video: String,
    #[schema(format = Binary, min_length = 1)]
    selfie: String,
}

/// Hand over a video (deprecated)
///
/// This server decodes no videos and takes none for judged: whatever is sent is refused with 422 on `video`. Send a photo of
/// each challenge and a reference selfie instead.
#[operation(post, "/verifications/liveness/submit", tag = "Liveness", id = "liveness_submit",
    scope = "verifications:write", cost = 5,
    request_body(content = LivenessVideo, content_type = "multipart/form-data"))]
pub(crate) async fn submit(
    State(engine): State<Engine>,
    caller: Caller,
    mut form: Form,
) -> Result<Json<LivenessCheck>> {
    let mut problems = vec![];
    form.only(&["sessionToken", "video", "selfie"], &mut problems);
    let session = form.required("sessionToken", &mut problems);
    required_picture(&mut form, "selfie", &mut problems)?;
    let video = form.files.remove("video").filter(|video| !video.is_empty());
    if video.is_none() {
        problems.push(Problem::new("video", Rule::Required, "is required: a file that is not empty"));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    by_challenge::capture(&engine, &caller, session_token(&session)?).await?;
    let message = "is not taken: no videos are decoded here; send a photo of each challenge to \
                   /verifications/liveness/challenge and a selfie to /verifications/liveness/reference-selfie";
    Err(Problem::new("video", Rule::Other, message).into())
}
