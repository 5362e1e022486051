//! `POST /ida/sdk/liveness/session/generate`

use axum::{Json as Body, extract::State};
use bonafide_core::verification::Kind;
use bonafide_engine::Engine;

use crate::{
    error::{Error, ErrorBody},
    extract::{Json, SdkCaller},
    idv::sdk::liveness_generate::{GenerateLiveness, LivenessToken, generate},
};

/// sdk liveness session generate
///
/// Opens a liveness capture, as in a verification.
#[utoipa::path(post, path = "/ida/sdk/liveness/session/generate", tag = "IDA SDK", operation_id = "ida_sdk_liveness_session_generate",
    security(("oauth2" = ["verifications:write"])), params(("X-Client-Id" = String, Header, description = "Your client id")),
    responses((status = 200, body = LivenessToken), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(crate) async fn liveness_generate(
    State(engine): State<Engine>,
    SdkCaller(caller): SdkCaller,
    bonafide_http::Valid(asked, _): Json<GenerateLiveness>,
) -> Result<Body<LivenessToken>, Error> {
    generate(&engine, &caller, Kind::FaceAuthentication, asked).await
}
