use axum::extract::State;
use bonafide_engine::Engine;
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ENVIRONMENT, VERSION};

#[derive(Serialize, ToSchema)]
pub(crate) struct Metrics {
    timestamp: String,
    system: System,
    environment: Environment,
}

/// The vendor's shape, with nothing in it: everybody may ask, and what the process uses is for its operator (the setting
/// `metrics_listen`).
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct System {
    /// Always 0, as every number here.
    uptime: f64,
    memory: Memory,
    cpu: Cpu,
    pid: u32,
    /// Always empty, as the platform.
    node_version: &'static str,
    platform: &'static str,
}

#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Memory {
    used: u64,
    total: u64,
    external: u64,
    rss: u64,
}

#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Cpu {}

#[derive(Serialize, ToSchema)]
pub(crate) struct Environment {
    node_env: &'static str,
    version: &'static str,
}

/// System metrics
///
/// The version. What the vendor tells here of memory and processors is no stranger's to know.
#[operation(get, "/metrics", tag = "Utility", id = "metrics")]
pub(crate) async fn metrics(State(engine): State<Engine>) -> Json<Metrics> {
    Json(Metrics {
        timestamp: engine.now().to_string(),
        system: System::default(),
        environment: Environment { node_env: ENVIRONMENT, version: VERSION },
    })
}
