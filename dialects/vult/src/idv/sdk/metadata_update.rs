//! `POST /idv/sdk/metadata/update`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::{Caller, Engine, verifications};
use bonafide_http::{Json, Result, operation};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Done;
use crate::extract::{SdkCaller, session};

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
#[operation(
    post,
    "/idv/sdk/metadata/update",
    tag = "IDV SDK",
    id = "idv_sdk_metadata_update",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn metadata_update(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<MetadataUpdate>,
) -> Result<Json<Done>> {
    update(&engine, &caller, Kind::IdentityVerification, asked).await
}

pub(crate) async fn update(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    asked: MetadataUpdate,
) -> Result<Json<Done>> {
    let id = session(engine, caller, kind, &asked.session_id).await?;
    verifications::set_sdk_metadata(engine, caller, id, Value::Object(asked.sdk_metadata)).await?;
    Ok(Json(Done {}))
}
