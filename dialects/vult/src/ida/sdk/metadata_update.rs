//! `POST /ida/sdk/metadata/update`

use axum::{Json as Body, extract::State};
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;

use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller},
    idv::sdk::{
        Done,
        metadata_update::{MetadataUpdate, update},
    },
};

/// sdk metadata update
///
/// Keeps facts about the capturing device with the session.
#[utoipa::path(post, path = "/ida/sdk/metadata/update", tag = "IDA SDK", operation_id = "ida_sdk_metadata_update",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = Done), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn metadata_update(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<MetadataUpdate>,
) -> Result<Body<Done>, Error> {
    update(&engine, &caller, Kind::FaceAuthentication, asked).await
}
