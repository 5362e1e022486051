//! `POST /identity/status`

use axum::extract::State;
use bonafide_engine::{Engine, identities};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::IdentityRef;
use crate::extract::identity_id;

#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityStatus {
    verified: bool,
}

/// get identity status for sdk
///
/// Whether the person was verified. Who never was is no identity: 404. Who was erased is not verified any more.
#[operation(post, "/identity/status", tag = "Identity", id = "identity_status", scope = "verifications:read")]
pub(crate) async fn status(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<IdentityRef>,
) -> Result<Json<IdentityStatus>> {
    let verified = identities::is_verified(&engine, &caller, identity_id(&asked.identity_id)?).await?;
    Ok(Json(IdentityStatus { verified }))
}
