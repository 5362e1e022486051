//! `POST /identity-verifications/{identity_verification_id}/notify`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, NoContent, Path, Result, operation};

use super::{Notify, notify_of};
use crate::extract::Resource;

/// Tell how an identity verification stands
///
/// Sends its last event again, under the id it had, to the webhooks that are told of it. With `webhook_url`, it is sent to that
/// address alone, which gets what happens from then on as well.
#[operation(post, "/identity-verifications/{identity_verification_id}/notify", tag = "Identity verifications",
    id = "notifyIdentityVerification", scope = "verifications:write",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$")))]
pub(crate) async fn identity_verification(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<Notify>,
) -> Result<NoContent> {
    let id = Resource::new("idv_", "verification").read(&id)?;
    notify_of(&engine, &caller, Kind::IdentityVerification, id, asked).await
}
