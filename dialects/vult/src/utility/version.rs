use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::VERSION;

#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    version: &'static str,
}

/// Get API version
#[utoipa::path(get, path = "/version", tag = "Utility", operation_id = "version", responses((status = 200, body = Version)))]
pub(crate) async fn version() -> Json<Version> {
    Json(Version { version: VERSION })
}
