use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use bonafide_engine::{Engine, health};
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

#[derive(Serialize, ToSchema)]
pub(crate) struct Ready {
    status: &'static str,
    timestamp: String,
    /// `ok` or `error`, by part; of the lists also `missing`, `stale`, `damaged` or `not_updated`.
    checks: BTreeMap<&'static str, String>,
}

/// Readiness probe
///
/// Asks the database, the blob store, the models and the lists, at most every two seconds. 503 while requests cannot be served.
#[operation(get, "/ready", tag = "Utility", id = "ready",
    responses((status = 200, body = Ready), (status = 503, body = Ready)))]
pub(crate) async fn ready(State(engine): State<Engine>) -> (StatusCode, Json<Ready>) {
    let parts = health::lately(&engine).await;
    let (code, status) = if health::is_ready(&parts) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not_ready")
    };
    (code, Json(Ready { status, timestamp: engine.now().to_string(), checks: words(&parts) }))
}
