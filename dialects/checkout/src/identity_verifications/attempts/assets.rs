//! `GET /identity-verifications/{identity_verification_id}/attempts/{attempt_id}/assets`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::IDV, IATP, of};
use crate::{
    identity_verifications::path,
    shapes::{asset::AssetPage, page::PageQuery},
};

/// List the pictures of an attempt
///
/// The last one of each kind that was captured in it; a picture that was not captured anew stays with the attempt before. Videos
/// are not kept. Each link is good for a quarter of an hour, needs no credentials, and is answered with 403 afterwards.
#[operation(
    get,
    "/identity-verifications/{identity_verification_id}/attempts/{attempt_id}/assets",
    tag = "Identity verifications",
    id = "listIdentityVerificationAttemptAssets",
    scope = "verifications:read",
    params(
        ("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^iatp_\w+$"),
        PageQuery,
    ),
)]
pub(crate) async fn assets(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<AssetPage>> {
    let (id, attempt, page) = (IDV.read(&id)?, IATP.read(&attempt)?, asked.read()?);
    Ok(Json(AssetPage::read(&engine, &caller, of(id, &path(id)), attempt, page).await?))
}
