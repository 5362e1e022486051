//! `POST /address-document-verifications/{address_document_verification_id}/anonymize`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{ADV, AddressDocumentVerification, KIND};

/// Anonymize an address document verification
///
/// Erases who the holder is: what was declared, what was read, pictures. Ids, status and response codes stay. One that is still
/// going on is closed (64001). Repeating it changes nothing.
#[operation(
    post,
    "/address-document-verifications/{address_document_verification_id}/anonymize",
    tag = "Address document verifications",
    id = "anonymizeAddressDocumentVerification",
    scope = "verifications:write",
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$")),
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AddressDocumentVerification>> {
    let id = ADV.read(&id)?;
    verifications::expect(&engine, &caller, KIND, id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(AddressDocumentVerification::read(&engine, &caller, id).await?))
}
