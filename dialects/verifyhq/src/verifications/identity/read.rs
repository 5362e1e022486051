//! `GET /verifications/identity/{id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::IdentityVerification;
use crate::extract::verification;

/// Read an identity verification
///
/// Also one that was made through another API of this server.
#[operation(get, "/verifications/identity/{id}", tag = "Identity Verification", id = "identity_verification_read",
    scope = "verifications:read", params(("id" = String, Path)))]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IdentityVerification>> {
    let view = verification(&engine, &caller, &id).await?;
    Ok(Json(IdentityVerification::of(&engine, &caller, &view).await?))
}
