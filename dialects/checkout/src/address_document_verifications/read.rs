//! `GET /address-document-verifications/{address_document_verification_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{ADV, AddressDocumentVerification};

/// Get an address document verification
#[operation(
    get,
    "/address-document-verifications/{address_document_verification_id}",
    tag = "Address document verifications",
    id = "getAddressDocumentVerification",
    scope = "verifications:read",
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$")),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<AddressDocumentVerification>> {
    Ok(Json(AddressDocumentVerification::read(&engine, &caller, ADV.read(&id)?).await?))
}
