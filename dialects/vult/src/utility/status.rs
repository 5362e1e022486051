use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ENVIRONMENT, SERVICE, VERSION, uptime};

#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    service: &'static str,
    version: &'static str,
    environment: &'static str,
    timestamp: String,
    /// Seconds.
    uptime: f64,
    endpoints: Endpoints,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Endpoints {
    health: &'static str,
    ready: &'static str,
    live: &'static str,
    metrics: &'static str,
    docs: &'static str,
    api_spec: &'static str,
}

/// API status
///
/// The service's state and where to find its utility operations.
#[operation(get, "/status", tag = "Utility", id = "status")]
pub(crate) async fn status(State(engine): State<Engine>) -> Json<Status> {
    Json(Status {
        service: SERVICE,
        version: VERSION,
        environment: ENVIRONMENT,
        timestamp: engine.now().to_string(),
        uptime: uptime(&engine),
        endpoints: Endpoints {
            health: "/health",
            ready: "/ready",
            live: "/live",
            metrics: "/metrics",
            docs: "/openapi/vult.json",
            api_spec: "/openapi/vult.json",
        },
    })
}
