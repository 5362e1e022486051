//! `GET /verifications/liveness/{id}/challenges/{challengeId}/photo`

use axum::extract::State;
use bonafide_engine::{
    Engine, Error,
    evidence::{self, Part, by_challenge},
};
use bonafide_http::{Caller, Path, Result, operation};

use super::challenge;
use crate::{extract::liveness_id, verifications::Jpeg};

/// The photo of a challenge
///
/// As it was taken in: JPEG, without the metadata of the camera. The audit log says who looked.
#[operation(get, "/verifications/liveness/{id}/challenges/{challengeId}/photo", tag = "Liveness",
    id = "liveness_photo", scope = "verifications:read", cost = 2,
    params(("id" = String, Path), ("challengeId" = String, Path)),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn photo(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, asked)): Path<(String, String)>,
) -> Result<Jpeg> {
    let capture = by_challenge::capture(&engine, &caller, liveness_id(&id)?).await?;
    let photo = capture.steps.get(challenge(&asked)?).copied().flatten().ok_or(Error::NotFound("picture"))?;
    Ok(Jpeg(evidence::show(&engine, &caller, capture.view.id, photo.id, Part::Whole).await?))
}
