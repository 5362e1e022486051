//! `POST /ida/sdk/liveness/session/process`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Json, Result, operation};

use crate::{
    extract::SdkCaller,
    idv::sdk::{
        liveness_generate::LivenessToken,
        liveness_process::{ProcessLiveness, process},
    },
};

/// sdk liveness session process
///
/// Answers the open liveness session with its frames. The first one is also the selfie that is compared.
#[operation(
    post,
    "/ida/sdk/liveness/session/process",
    tag = "IDA SDK",
    id = "ida_sdk_liveness_session_process",
    scope = "verifications:write",
    or = "capture",
    max_body = 67_108_864,
    cost = 5,
    params(SdkCaller)
)]
pub(crate) async fn liveness_process(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<ProcessLiveness>,
) -> Result<Json<LivenessToken>> {
    process(&engine, &caller, Kind::FaceAuthentication, asked).await
}
