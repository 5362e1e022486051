//! `POST /verifications/liveness/reference-selfie`

use axum::extract::State;
use bonafide_engine::{
    Engine,
    evidence::{Picture, by_challenge::Shows},
};
use bonafide_http::{Caller, Form, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LivenessCheck, take};
use crate::extract::{from_server, required_picture, session_token};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "documents the form; its parts are read one by one")]
pub(crate) struct ReferenceSelfie {
    #[schema(min_length = 1, max_length = 64, pattern = r"\S")]
    session_token: String,
    /// Up to 10 MB. JPEG, PNG or WebP, by what it holds and not by its name.
    #[schema(format = Binary, min_length = 1)]
    selfie: String,
}

/// Hand over the reference selfie
///
/// A straight look into the camera: the face that is compared with the document's, and what the movements are measured
/// against. It may come before, between or after the challenges; 409 for a second one. With the last photo of the session the
/// checks run, as with a challenge's.
#[operation(post, "/verifications/liveness/reference-selfie", tag = "Liveness", id = "liveness_reference_selfie",
    scope = "verifications:write", cost = 5,
    request_body(content = ReferenceSelfie, content_type = "multipart/form-data"))]
pub(crate) async fn reference_selfie(
    State(engine): State<Engine>,
    caller: Caller,
    mut form: Form,
) -> Result<Json<LivenessCheck>> {
    let mut problems = vec![];
    form.only(&["sessionToken", "selfie"], &mut problems);
    let session = form.required("sessionToken", &mut problems);
    let selfie = required_picture(&mut form, "selfie", &mut problems)?;
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let picture = Picture { field: "selfie".to_owned(), bytes: selfie };
    let capture =
        take(&engine, &from_server(&caller), session_token(&session)?, Shows::Straight, picture).await?;
    Ok(Json(LivenessCheck::of(&engine, &capture)))
}
