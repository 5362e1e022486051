//! `POST /ida/sdk/liveness/session/process`

use axum::{Json as Body, extract::State};
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;

use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller},
    idv::sdk::{
        liveness_generate::LivenessToken,
        liveness_process::{ProcessLiveness, process},
    },
};

/// sdk liveness session process
///
/// Answers the open liveness session with its frames. The first one is also the selfie that is compared.
#[utoipa::path(post, path = "/ida/sdk/liveness/session/process", tag = "IDA SDK", operation_id = "ida_sdk_liveness_session_process",
    security(("oauth2" = ["verifications:write"])), extensions(("x-cost" = json!(5))), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = LivenessToken), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn liveness_process(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<ProcessLiveness>,
) -> Result<Body<LivenessToken>, Error> {
    process(&engine, &caller, Kind::FaceAuthentication, asked).await
}
