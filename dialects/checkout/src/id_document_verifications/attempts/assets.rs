//! `GET /id-document-verifications/{id_document_verification_id}/attempts/{attempt_id}/assets`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::IDDV, DATP, of};
use crate::{
    id_document_verifications::path,
    shapes::{asset::AssetPage, page::PageQuery},
};

/// List the pictures of an attempt
///
/// As they are looked at: upright, without metadata, and pages of a PDF as pictures. Each link is good for a quarter of an hour,
/// needs no credentials, and is answered with 403 afterwards.
#[operation(
    get,
    "/id-document-verifications/{id_document_verification_id}/attempts/{attempt_id}/assets",
    tag = "ID document verifications",
    id = "listIdDocumentVerificationAttemptAssets",
    scope = "verifications:read",
    params(
        ("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^datp_\w+$"),
        PageQuery,
    ),
)]
pub(crate) async fn assets(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<AssetPage>> {
    let (id, attempt, page) = (IDDV.read(&id)?, DATP.read(&attempt)?, asked.read()?);
    Ok(Json(AssetPage::read(&engine, &caller, of(id, &path(id)), attempt, page).await?))
}
