use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, operation};
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
#[operation(get, "/live", tag = "Utility", id = "live")]
pub(crate) async fn live(State(engine): State<Engine>) -> Json<Live> {
    Json(Live { status: "alive", timestamp: engine.now().to_string(), uptime: uptime(&engine) })
}
