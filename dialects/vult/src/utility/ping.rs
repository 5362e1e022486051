use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct Ping {
    pong: bool,
    timestamp: String,
}

/// Ping
///
/// Whether requests get here at all.
#[operation(get, "/ping", tag = "Utility", id = "ping")]
pub(crate) async fn ping(State(engine): State<Engine>) -> Json<Ping> {
    Json(Ping { pong: true, timestamp: engine.now().to_string() })
}
