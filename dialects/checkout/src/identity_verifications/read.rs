//! `GET /identity-verifications/{identity_verification_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDV, IdentityVerification};

/// Get an identity verification
#[operation(
    get,
    "/identity-verifications/{identity_verification_id}",
    tag = "Identity verifications",
    id = "getIdentityVerification",
    scope = "verifications:read",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$")),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IdentityVerification>> {
    Ok(Json(IdentityVerification::read(&engine, &caller, IDV.read(&id)?).await?))
}
