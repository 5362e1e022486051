use axum::{Json, extract::State};
use bonafide_engine::Engine;
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
#[utoipa::path(get, path = "/ping", tag = "Utility", operation_id = "ping", responses((status = 200, body = Ping)))]
pub(crate) async fn ping(State(engine): State<Engine>) -> Json<Ping> {
    Json(Ping { pong: true, timestamp: engine.now().to_string() })
}
