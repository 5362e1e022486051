use axum::extract::State;
use bonafide_engine::{Engine, health};
use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ENVIRONMENT, VERSION, uptime};

#[derive(Serialize, ToSchema)]
pub(crate) struct Metrics {
    timestamp: String,
    system: System,
    environment: Environment,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct System {
    /// Seconds.
    uptime: f64,
    memory: Memory,
    cpu: Cpu,
    pid: u32,
    /// Named by the vendor's shape; this server says what it runs on.
    node_version: &'static str,
    platform: &'static str,
}

/// Bytes; absent where the operating system does not tell.
#[derive(Serialize, ToSchema)]
pub(crate) struct Memory {
    #[serde(skip_serializing_if = "Option::is_none")]
    rss: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Cpu {
    cores: usize,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Environment {
    node_env: &'static str,
    version: &'static str,
}

/// System metrics
///
/// Memory, processors and version of this process.
#[operation(get, "/metrics", tag = "Utility", id = "metrics")]
pub(crate) async fn metrics(State(engine): State<Engine>) -> Json<Metrics> {
    let memory = health::memory();
    Json(Metrics {
        timestamp: engine.now().to_string(),
        system: System {
            uptime: uptime(&engine),
            memory: Memory { rss: memory.resident, used: memory.resident, total: memory.total },
            cpu: Cpu { cores: std::thread::available_parallelism().map_or(1, usize::from) },
            pid: std::process::id(),
            node_version: "none",
            platform: std::env::consts::OS,
        },
        environment: Environment { node_env: ENVIRONMENT, version: VERSION },
    })
}
