//! `POST /idv/sdk/consent/add`

use axum::{Json as Body, extract::State};
use bonafide_engine::{Engine, verifications};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller, idv},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Consent {
    session_id: String,
    /// The person's answer. `false` ends the session.
    consented: bool,
}

/// sdk add identity consent
///
/// Records the person's answer. Nothing is captured before a yes.
#[utoipa::path(post, path = "/idv/sdk/consent/add", tag = "IDV SDK", operation_id = "idv_sdk_consent_add",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn consent_add(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<Consent>,
) -> Result<Body<Done>, Error> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::consent(&engine, &caller, id, asked.consented).await?;
    Ok(Body(Done {}))
}
