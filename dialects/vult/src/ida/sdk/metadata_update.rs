//! `POST /ida/sdk/metadata/update`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Json, Result, operation};

use crate::{
    extract::SdkCaller,
    idv::sdk::{
        Done,
        metadata_update::{MetadataUpdate, update},
    },
};

/// sdk metadata update
///
/// Keeps facts about the capturing device with the session.
#[operation(
    post,
    "/ida/sdk/metadata/update",
    tag = "IDA SDK",
    id = "ida_sdk_metadata_update",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn metadata_update(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<MetadataUpdate>,
) -> Result<Json<Done>> {
    update(&engine, &caller, Kind::FaceAuthentication, asked).await
}
