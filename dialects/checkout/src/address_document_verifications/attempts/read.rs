//! `GET /address-document-verifications/{address_document_verification_id}/attempts/{attempt_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::ADV, ADVA, of};
use crate::{address_document_verifications::path, shapes::handed_in::DocumentAttempt};

/// Get an attempt
#[operation(
    get,
    "/address-document-verifications/{address_document_verification_id}/attempts/{attempt_id}",
    tag = "Address document verifications",
    id = "getAddressDocumentVerificationAttempt",
    scope = "verifications:read",
    params(
        ("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^adva_\w+$"),
    ),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
) -> Result<Json<DocumentAttempt>> {
    let (id, attempt) = (ADV.read(&id)?, ADVA.read(&attempt)?);
    Ok(Json(DocumentAttempt::read(of(id, &path(id)), &engine, &caller, attempt).await?))
}
