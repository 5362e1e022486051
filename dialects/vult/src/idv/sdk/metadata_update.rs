//! `POST /idv/sdk/metadata/update`

use axum::{Json as Body, extract::State};
use bonafide_core::verification::Kind;
use bonafide_engine::{Caller, Engine, verifications};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Done;
use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller, session},
};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MetadataUpdate {
    session_id: String,
    /// Facts about the device; replaces what was there.
    #[schema(value_type = Object)]
    sdk_metadata: Map<String, Value>,
}

/// sdk metadata update
///
/// Keeps facts about the capturing device with the session.
#[utoipa::path(post, path = "/idv/sdk/metadata/update", tag = "IDV SDK", operation_id = "idv_sdk_metadata_update",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn metadata_update(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<MetadataUpdate>,
) -> Result<Body<Done>, Error> {
    update(&engine, &caller, Kind::IdentityVerification, asked).await
}

pub(crate) async fn update(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    asked: MetadataUpdate,
) -> Result<Body<Done>, Error> {
    let id = session(engine, caller, kind, &asked.session_id).await?;
    verifications::set_sdk_metadata(engine, caller, id, Value::Object(asked.sdk_metadata)).await?;
    Ok(Body(Done {}))
}
