//! `POST /address-document-verifications/{address_document_verification_id}/notify`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, NoContent, Path, Result, operation};

use super::{Notify, notify_of};
use crate::extract::Resource;

/// Tell how an address document verification stands
///
/// Sends its last event again, under the id it had, to the webhooks that are told of it. With `webhook_url`, it is sent to that
/// address alone, which gets what happens from then on as well.
#[operation(post, "/address-document-verifications/{address_document_verification_id}/notify", tag = "Address document verifications",
    id = "notifyAddressDocumentVerification", scope = "verifications:write",
    params(("address_document_verification_id" = String, Path, max_length = 255, pattern = r"^adv_\w+$")))]
pub(crate) async fn address_document_verification(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Notify>,
) -> Result<NoContent> {
    let id = Resource::new("adv_", "verification").read(&id)?;
    notify_of(&engine, &caller, Kind::AddressVerification, id, asked).await
}
