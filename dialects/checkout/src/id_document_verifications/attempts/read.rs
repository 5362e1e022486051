//! `GET /id-document-verifications/{id_document_verification_id}/attempts/{attempt_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::IDDV, DATP, of};
use crate::{id_document_verifications::path, shapes::handed_in::DocumentAttempt};

/// Get an attempt
#[operation(
    get,
    "/id-document-verifications/{id_document_verification_id}/attempts/{attempt_id}",
    tag = "ID document verifications",
    id = "getIdDocumentVerificationAttempt",
    scope = "verifications:read",
    params(
        ("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^datp_\w+$"),
    ),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
) -> Result<Json<DocumentAttempt>> {
    let (id, attempt) = (IDDV.read(&id)?, DATP.read(&attempt)?);
    Ok(Json(DocumentAttempt::read(of(id, &path(id)), &engine, &caller, attempt).await?))
}
