//! `GET /identity-verifications/{identity_verification_id}/attempts/{attempt_id}`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Result, operation};

use super::{super::IDV, IATP, of};
use crate::{identity_verifications::path, shapes::attempt::Attempt};

/// Get an attempt
#[operation(
    get,
    "/identity-verifications/{identity_verification_id}/attempts/{attempt_id}",
    tag = "Identity verifications",
    id = "getIdentityVerificationAttempt",
    scope = "verifications:read",
    params(
        ("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$"),
        ("attempt_id" = String, Path, max_length = 255, pattern = r"^iatp_\w+$"),
    ),
)]
pub(crate) async fn read(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, attempt)): Path<(String, String)>,
) -> Result<Json<Attempt>> {
    let (id, attempt) = (IDV.read(&id)?, IATP.read(&attempt)?);
    Ok(Json(of(id, &path(id)).read(&engine, &caller, attempt).await?))
}
