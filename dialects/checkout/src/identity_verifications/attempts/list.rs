//! `GET /identity-verifications/{identity_verification_id}/attempts`

use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Caller, Json, Path, Query, Result, operation};

use super::{super::IDV, of};
use crate::{
    identity_verifications::path,
    shapes::{attempt::AttemptPage, page::PageQuery},
};

/// List the attempts of an identity verification
///
/// Newest first.
#[operation(get, "/identity-verifications/{identity_verification_id}/attempts", tag = "Identity verifications",
    id = "listIdentityVerificationAttempts", scope = "verifications:read",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$"), PageQuery))]
pub(crate) async fn list(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<PageQuery>,
) -> Result<Json<AttemptPage>> {
    let (id, page) = (IDV.read(&id)?, asked.read()?);
    Ok(Json(of(id, &path(id)).page(&engine, &caller, page).await?))
}
