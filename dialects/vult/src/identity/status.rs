//! `POST /identity/status`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, identities};
use serde::Serialize;
use utoipa::ToSchema;

use super::IdentityRef;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, identity_id},
};

#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityStatus {
    verified: bool,
}

/// get identity status for sdk
///
/// Whether the person was verified. Who never was is no identity: 404. Who was erased is not verified any more.
#[utoipa::path(post, path = "/identity/status", tag = "Identity", operation_id = "identity_status",
    security(("oauth2" = ["verifications:read"])),
    responses((status = 200, body = IdentityStatus), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn status(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<IdentityRef>,
) -> Result<Body<IdentityStatus>, Error> {
    let verified = identities::is_verified(&engine, &caller, identity_id(&asked.identity_id)?).await?;
    Ok(Body(IdentityStatus { verified }))
}
