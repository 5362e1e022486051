//! `GET /address-document-verifications/{address_document_verification_id}/attempts`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::ADV, of};
use crate::{
    address_document_verifications::path,
    shapes::{handed_in::DocumentAttemptPage, page::PageQuery},
};

/// List the attempts of an address document verification
///
/// Newest first.
#[operation(get, "/address-document-verifications/{address_document_verification_id}/attempts", tag = "Address document verifications",
    id = "listAddressDocumentVerificationAttempts", scope = "verifications:read",
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$"), PageQuery))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<DocumentAttemptPage>> {
    let (id, page) = (ADV.read(&id)?, asked.read()?);
    Ok(Json(DocumentAttemptPage::read(of(id, &path(id)), &engine, &caller, page).await?))
}
