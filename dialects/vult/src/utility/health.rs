use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use bonafide_engine::{Engine, health as engine_health};
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ENVIRONMENT, VERSION, uptime, words};

#[derive(Serialize, ToSchema)]
pub(crate) struct Simple {
    status: &'static str,
    timestamp: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`, `degraded` (some checks on pictures are not assessed) or `unhealthy`.
    status: &'static str,
    timestamp: String,
    /// Seconds.
    uptime: f64,
    version: &'static str,
    environment: &'static str,
    /// `ok` or `error`, by part; of the lists also `missing`, `stale`, `damaged` or `not_updated`.
    checks: BTreeMap<&'static str, String>,
    /// What is wrong and what to do, by part.
    details: BTreeMap<&'static str, Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Detail {
    message: String,
}

/// Simple health check
///
/// For load balancers: 200 while requests are served, 503 otherwise, as it was at most two seconds ago.
#[operation(get, "/health/simple", tag = "Utility", id = "health_simple",
    responses((status = 200, body = Simple), (status = 503, body = Simple)))]
pub(crate) async fn simple(State(engine): State<Engine>) -> (StatusCode, Json<Simple>) {
    let ready = engine_health::is_ready(&engine_health::lately(&engine).await);
    let (code, status) =
        if ready { (StatusCode::OK, "healthy") } else { (StatusCode::SERVICE_UNAVAILABLE, "unhealthy") };
    (code, Json(Simple { status, timestamp: engine.now().to_string() }))
}

/// Health check
///
/// The state of the service and of everything it depends on, as it was at most two seconds ago.
#[operation(get, "/health", tag = "Utility", id = "health",
    responses((status = 200, body = Health), (status = 503, body = Health)))]
pub(crate) async fn health(State(engine): State<Engine>) -> (StatusCode, Json<Health>) {
    let parts = engine_health::lately(&engine).await;
    let ready = engine_health::is_ready(&parts);
    let (code, status) = match (ready, parts.values().all(|p| p.ok)) {
        (true, true) => (StatusCode::OK, "healthy"),
        (true, false) => (StatusCode::OK, "degraded"),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unhealthy"),
    };
    let broken: Vec<&str> = parts.iter().filter(|(_, p)| !p.ok).map(|(name, _)| *name).collect();
    let body = Health {
        status,
        timestamp: engine.now().to_string(),
        uptime: uptime(&engine),
        version: VERSION,
        environment: ENVIRONMENT,
        checks: words(&parts),
        details: parts.iter().map(|(name, p)| (*name, Detail { message: p.told().to_owned() })).collect(),
        error: (!broken.is_empty()).then(|| format!("not well: {}", broken.join(", "))),
    };
    (code, Json(body))
}
