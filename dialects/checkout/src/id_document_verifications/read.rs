//! `GET /id-document-verifications/{id_document_verification_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDDV, IdDocumentVerification};

/// Get an ID document verification
#[operation(
    get,
    "/id-document-verifications/{id_document_verification_id}",
    tag = "ID document verifications",
    id = "getIdDocumentVerification",
    scope = "verifications:read",
    params(("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$")),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IdDocumentVerification>> {
    Ok(Json(IdDocumentVerification::read(&engine, &caller, IDDV.read(&id)?).await?))
}
