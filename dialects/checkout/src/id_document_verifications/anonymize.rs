//! `POST /id-document-verifications/{id_document_verification_id}/anonymize`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDDV, IdDocumentVerification, KIND};

/// Anonymize an ID document verification
///
/// Erases who the holder is: what was declared, what was read, pictures. Ids, status and response codes stay. One that is still
/// going on is closed (64001). Repeating it changes nothing.
#[operation(
    post,
    "/id-document-verifications/{id_document_verification_id}/anonymize",
    tag = "ID document verifications",
    id = "anonymizeIdDocumentVerification",
    scope = "verifications:write",
    params(("id_document_verification_id" = String, Path, max_length = 255, pattern = r"^iddv_\w+$")),
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IdDocumentVerification>> {
    let id = IDDV.read(&id)?;
    verifications::expect(&engine, &caller, KIND, id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(IdDocumentVerification::read(&engine, &caller, id).await?))
}
