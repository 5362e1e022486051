//! `GET /face-authentications/{face_authentication_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{FAV, FaceAuthentication};

/// Get a face authentication
#[operation(
    get,
    "/face-authentications/{face_authentication_id}",
    tag = "Face authentications",
    id = "getFaceAuthentication",
    scope = "verifications:read",
    params(("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$")),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<FaceAuthentication>> {
    Ok(Json(FaceAuthentication::read(&engine, &caller, FAV.read(&id)?).await?))
}
