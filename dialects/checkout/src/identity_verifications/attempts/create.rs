//! `POST /identity-verifications/{identity_verification_id}/attempts`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Engine, attempts};
use bonafide_http::{Caller, Created, Json, Path, Result, operation};

use super::{super::IDV, of};
use crate::{
    identity_verifications::path,
    shapes::{
        attempt::{Attempt, NewIdentityAttempt},
        declared::Kept,
    },
    standing::Standing,
};

/// Create an attempt
///
/// The person goes to `_links.verification_url`, which is good for a quarter of an hour. An attempt that was still going on is
/// terminated (64001). 409 unless the verification is `created`, `pending`, `capture_in_progress` or `retry_required`.
#[operation(
    post,
    "/identity-verifications/{identity_verification_id}/attempts",
    tag = "Identity verifications",
    id = "createIdentityVerificationAttempt",
    scope = "verifications:write",
    params(("identity_verification_id" = String, Path, max_length = 255, pattern = r"^idv_\w+$")),
)]
pub(crate) async fn create(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
    Json(asked): Json<NewIdentityAttempt>,
) -> Result<Created<Attempt>> {
    let id = IDV.read(&id)?;
    let before = Standing::read(&engine, &caller, Kind::IdentityVerification, id).await?;
    let declared = before.view.private.as_ref().and_then(|private| private.declared_identity.as_ref());
    let new = asked.read(&declared.map(Kept::of).unwrap_or_default())?;
    let made = attempts::create(&engine, &caller, id, new).await?;
    Ok(Created(of(id, &path(id)).shown(&engine, made)))
}
