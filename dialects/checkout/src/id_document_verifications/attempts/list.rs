//! `GET /id-document-verifications/{id_document_verification_id}/attempts`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::IDDV, of};
use crate::{
    id_document_verifications::path,
    shapes::{handed_in::DocumentAttemptPage, page::PageQuery},
};

/// List the attempts of an ID document verification
///
/// Newest first.
#[operation(get, "/id-document-verifications/{id_document_verification_id}/attempts", tag = "ID document verifications",
    id = "listIdDocumentVerificationAttempts", scope = "verifications:read",
    params(("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$"), PageQuery))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<DocumentAttemptPage>> {
    let (id, page) = (IDDV.read(&id)?, asked.read()?);
    Ok(Json(DocumentAttemptPage::read(of(id, &path(id)), &engine, &caller, page).await?))
}
