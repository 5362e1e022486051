//! `GET /verifications/document/{id}`

use axum::extract::State;
use bonafide_engine::{Engine, evidence};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::DocumentVerification;
use crate::extract::document_id;

/// Read a document
///
/// What was read from it is there once the checks are done.
#[operation(get, "/verifications/document/{id}", tag = "Document Verification", id = "document_verification_read",
    scope = "verifications:read", params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<DocumentVerification>> {
    let document = evidence::document(&engine, &caller, document_id(&id)?).await?;
    Ok(Json(DocumentVerification::of(&engine, &document)))
}
