//! `POST /verifications/identity`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{IdentityVerification, active};
use crate::words::Tier;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartVerification {
    /// Your word for your user, an opaque id and no e-mail address.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._:-]{1,64}$", example = "user_123")]
    user_id: String,
    /// `BASIC` when absent.
    tier: Option<Tier>,
}

/// Start an identity verification
///
/// Where the user has one that is `PENDING` or `IN_PROGRESS`, that one is returned, whatever its tier; of many who start at
/// once all get the same. Your policies named `basic`, `standard` and `enhanced` apply to the tiers; without one of that
/// name your default policy does, `ENHANCED` requires a search of the sanctions lists in any case.
#[operation(
    post,
    "/verifications/identity",
    tag = "Identity Verification",
    id = "identity_verification_start",
    scope = "verifications:write"
)]
pub(crate) async fn start(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<StartVerification>,
) -> Result<Created<IdentityVerification>> {
    let id = active(&engine, &caller, new.tier.unwrap_or_default(), new.user_id).await?;
    let view = verifications::read(&engine, &caller, id).await?;
    Ok(Created(IdentityVerification::of(&engine, &caller, &view).await?))
}
