//! `POST /idv/sdk/consent/add`

use axum::extract::State;
use bonafide_engine::{Engine, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::extract::{SdkCaller, idv};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Consent {
    session_id: String,
    /// The person's answer. `false` ends the session.
    consented: bool,
}

/// sdk add identity consent
///
/// Records the person's answer. Nothing is captured before a yes.
#[operation(
    post,
    "/idv/sdk/consent/add",
    tag = "IDV SDK",
    id = "idv_sdk_consent_add",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn consent_add(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<Consent>,
) -> Result<Json<Done>> {
    let id = idv(&engine, &caller, &asked.session_id).await?;
    verifications::consent(&engine, &caller, id, asked.consented).await?;
    Ok(Json(Done {}))
}
