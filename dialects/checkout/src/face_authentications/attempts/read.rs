//! `GET /face-authentications/{face_authentication_id}/attempts/{attempt_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::FAV, FATP, of};
use crate::{face_authentications::path, shapes::attempt::Attempt};

/// Get an attempt
#[operation(
    get,
    "/face-authentications/{face_authentication_id}/attempts/{attempt_id}",
    tag = "Face authentications",
    id = "getFaceAuthenticationAttempt",
    scope = "verifications:read",
    params(
        ("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^fatp_\w+$"),
    ),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
) -> Result<Json<Attempt>> {
    let (id, attempt) = (FAV.read(&id)?, FATP.read(&attempt)?);
    Ok(Json(of(id, &path(id)).read(&engine, &caller, attempt).await?))
}
