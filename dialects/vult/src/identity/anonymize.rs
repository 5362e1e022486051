//! `POST /identity/anonymize`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, identities};

use super::IdentityRef;
use crate::{
    error::{Error, ErrorBody},
    extract::{Authorized, Json, identity_id},
    idv::sdk::Done,
};

/// anonymize identity
///
/// Erases everything that says who the person is, in the identity and in every session of theirs, and forgets their
/// face and documents. Decisions and the audit log stay: they name nobody. Repeating it changes nothing.
#[utoipa::path(post, path = "/identity/anonymize", tag = "Identity", operation_id = "identity_anonymize",
    security(("oauth2" = ["verifications:write"])),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn anonymize(
    State(engine): State<Engine>,
    Authorized(caller): Authorized,
    bonafide_http::Valid(asked, _): Json<IdentityRef>,
) -> Result<Body<Done>, Error> {
    identities::anonymize(&engine, &caller, identity_id(&asked.identity_id)?).await?;
    Ok(Body(Done {}))
}
