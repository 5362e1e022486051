//! `POST /identity-verifications/{identity_verification_id}/anonymize`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, Error, Scope, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDV, IdentityVerification};

/// Anonymize an identity verification
///
/// Erases who the person is: what was declared, documents, pictures, where it was done. Ids, status and response codes stay. One
/// that is still going on is closed (64001). Repeating it changes nothing.
/// Needs `verifications:read` as well: the answer is the verification.
#[operation(
    post,
    "/identity-verifications/{identity_verification_id}/anonymize",
    tag = "Identity verifications",
    id = "anonymizeIdentityVerification",
    scope = "verifications:write",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$")),
)]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IdentityVerification>> {
    let id = IDV.read(&id)?;
    if !caller.may(Scope::Read) {
        // Before anything is done: the answer could not be told.
        return Err(Error::Forbidden.into());
    }
    verifications::expect(&engine, &caller, Kind::IdentityVerification, id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(IdentityVerification::read(&engine, &caller, id).await?))
}
