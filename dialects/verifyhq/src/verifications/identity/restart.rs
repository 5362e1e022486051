//! `POST /verifications/identity/{id}/restart`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Created, Path, Result, operation};

use super::{IdentityVerification, asked};
use crate::{extract::verification, words::Tier};

/// Restart an identity verification
///
/// Starts a new one of the same user and tier in the place of one that is `REJECTED` or `EXPIRED`. The old one stays
/// readable and is over for good: it cannot be reviewed or restarted again. 409 in every other state, and while the user has
/// another one that is not finished.
#[operation(post, "/verifications/identity/{id}/restart", tag = "Identity Verification",
    id = "identity_verification_restart", scope = "verifications:write", params(("id" = String, Path)))]
pub(crate) async fn restart(
    State(engine): State<Engine>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Created<IdentityVerification>> {
    let old = verification(&engine, &caller, &id).await?;
    let new = asked(Tier::of(&old), String::new());
    let id = verifications::restart(&engine, &caller, old.id, new).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    Ok(Created(IdentityVerification::of(&engine, &caller, &view).await?))
}
