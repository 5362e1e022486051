//! `POST /face-authentications/{face_authentication_id}/anonymize`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{FAV, FaceAuthentication};
use crate::answer::Nothing;

/// Anonymize a face authentication
///
/// Erases pictures and where it was done. Ids, status and response codes stay. One that is still going on is closed (64001).
/// Repeating it changes nothing.
#[operation(
    post,
    "/face-authentications/{face_authentication_id}/anonymize",
    tag = "Face authentications",
    id = "anonymizeFaceAuthentication",
    scope = "verifications:write",
    params(("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$")),
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Json<FaceAuthentication>> {
    let id = FAV.read(&id)?;
    verifications::expect(&engine, &caller, Kind::FaceAuthentication, id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(FaceAuthentication::read(&engine, &caller, id).await?))
}
