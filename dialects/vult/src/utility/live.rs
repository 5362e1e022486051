use axum::{Json, extract::State};
use bonafide_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

use super::uptime;

#[derive(Serialize, ToSchema)]
pub(crate) struct Live {
    status: &'static str,
    timestamp: String,
    /// Seconds.
    uptime: f64,
}

/// Liveness probe
///
/// Whether the process runs; restart it when this does not answer.
#[utoipa::path(get, path = "/live", tag = "Utility", operation_id = "live", responses((status = 200, body = Live)))]
pub(crate) async fn live(State(engine): State<Engine>) -> Json<Live> {
    Json(Live { status: "alive", timestamp: engine.now().to_string(), uptime: uptime(&engine) })
}
