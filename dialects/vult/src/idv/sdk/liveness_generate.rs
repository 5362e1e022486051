//! `POST /idv/sdk/liveness/session/generate`

use axum::extract::State;
use bonafide_core::{evidence::Position, verification::Kind};
use bonafide_engine::{Caller, Engine, evidence};
use bonafide_http::{Json, Result, operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::extract::{SdkCaller, session};

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct GenerateLiveness {
    session_id: String,
    /// Degrees, WGS 84.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LivenessToken {
    /// Names the liveness session.
    pub(crate) token: String,
}

/// sdk liveness session generate
///
/// Opens a liveness capture. Process it once, within five minutes; an earlier open one is closed. With the
/// liveness mode `passive_active` the movements to make, in their order, are in `liveness_steps` of the session read.
#[operation(
    post,
    "/idv/sdk/liveness/session/generate",
    tag = "IDV SDK",
    id = "idv_sdk_liveness_session_generate",
    scope = "verifications:write",
    or = "capture",
    params(SdkCaller)
)]
pub(crate) async fn liveness_generate(
    State(engine): State<Engine>,
    caller: SdkCaller,
    Json(asked): Json<GenerateLiveness>,
) -> Result<Json<LivenessToken>> {
    generate(&engine, &caller, Kind::IdentityVerification, asked).await
}

pub(crate) async fn generate(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    asked: GenerateLiveness,
) -> Result<Json<LivenessToken>> {
    let id = session(engine, caller, kind, &asked.session_id).await?;
    let position = Position { latitude: asked.latitude, longitude: asked.longitude };
    let started = evidence::start_liveness(engine, caller, id, position).await?;
    Ok(Json(LivenessToken { token: started.token.to_string() }))
}
