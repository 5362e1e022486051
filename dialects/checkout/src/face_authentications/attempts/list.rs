//! `GET /face-authentications/{face_authentication_id}/attempts`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::FAV, of};
use crate::{
    face_authentications::path,
    shapes::{attempt::AttemptPage, page::PageQuery},
};

/// List the attempts of a face authentication
///
/// Newest first.
#[operation(get, "/face-authentications/{face_authentication_id}/attempts", tag = "Face authentications",
    id = "listFaceAuthenticationAttempts", scope = "verifications:read",
    params(("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$"), PageQuery))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<AttemptPage>> {
    let (id, page) = (FAV.read(&id)?, asked.read()?);
    Ok(Json(of(id, &path(id)).page(&engine, &caller, page).await?))
}
