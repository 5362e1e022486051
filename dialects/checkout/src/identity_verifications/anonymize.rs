//! `POST /identity-verifications/{identity_verification_id}/anonymize`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{IDV, IdentityVerification};
use crate::answer::Nothing;

/// Anonymize an identity verification
///
/// Erases who the person is: what was declared, documents, pictures, where it was done. Ids, status and response codes stay. One
/// that is still going on is closed (64001). Repeating it changes nothing.
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
    Json(Nothing {}): Json<Nothing>,
) -> Result<Json<IdentityVerification>> {
    let id = IDV.read(&id)?;
    verifications::expect(&engine, &caller, Kind::IdentityVerification, id).await?;
    verifications::anonymize(&engine, &caller, id).await?;
    Ok(Json(IdentityVerification::read(&engine, &caller, id).await?))
}
