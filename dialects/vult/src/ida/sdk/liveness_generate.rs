//! `POST /ida/sdk/liveness/session/generate`

use axum::extract::State;
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;
use bonafide_http::{Json, Result, operation};

use crate::{
    extract::SdkCaller,
    idv::sdk::liveness_generate::{GenerateLiveness, LivenessToken, generate},
};

/// sdk liveness session generate
///
/// Opens a liveness capture, as in a verification.
#[operation(
    post,
    "/ida/sdk/liveness/session/generate",
    tag = "IDA SDK",
    id = "ida_sdk_liveness_session_generate",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn liveness_generate(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<GenerateLiveness>,
) -> Result<Json<LivenessToken>> {
    generate(&engine, &caller, Kind::FaceAuthentication, asked).await
}
