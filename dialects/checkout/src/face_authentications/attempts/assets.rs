//! `GET /face-authentications/{face_authentication_id}/attempts/{attempt_id}/assets`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::FAV, FATP, of};
use crate::{
    face_authentications::path,
    shapes::{asset::AssetPage, page::PageQuery},
};

/// List the pictures of an attempt
///
/// The last one of each kind that was captured in it; a picture that was not captured anew stays with the attempt before. Videos
/// are not kept. Each link is good for a quarter of an hour, needs no credentials, and is answered with 403 afterwards.
#[operation(
    get,
    "/face-authentications/{face_authentication_id}/attempts/{attempt_id}/assets",
    tag = "Face authentications",
    id = "listFaceAuthenticationAttemptAssets",
    scope = "verifications:read",
    params(
        ("face_authentication_id" = String, Path, max_length = 255, pattern = r"^fav_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^fatp_\w+$"),
        PageQuery,
    ),
)]
pub(crate) async fn assets(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<AssetPage>> {
    let (id, attempt, page) = (FAV.read(&id)?, FATP.read(&attempt)?, asked.read()?);
    Ok(Json(AssetPage::read(&engine, &caller, of(id, &path(id)), attempt, page).await?))
}
