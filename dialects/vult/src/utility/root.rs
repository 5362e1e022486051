use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ENVIRONMENT, SERVICE, VERSION};

#[derive(Serialize, ToSchema)]
pub(crate) struct Root {
    service: &'static str,
    description: &'static str,
    version: &'static str,
    environment: &'static str,
    /// RFC 3339.
    timestamp: String,
    /// Path of the reference.
    documentation: &'static str,
    /// Path of the health check.
    health: &'static str,
    status: &'static str,
}

/// Root endpoint
///
/// What this service is and where its documentation is.
#[operation(get, "/", tag = "Utility", id = "root")]
pub(crate) async fn root(State(engine): State<Engine>) -> Json<Root> {
    Json(Root {
        service: SERVICE,
        description: "Self-hosted identity verification",
        version: VERSION,
        environment: ENVIRONMENT,
        timestamp: engine.now().to_string(),
        documentation: "/openapi/vult.json",
        health: "/health",
        status: "running",
    })
}
