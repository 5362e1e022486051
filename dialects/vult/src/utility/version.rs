use bonafide_http::{Json, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::VERSION;

#[derive(Serialize, ToSchema)]
pub(crate) struct Version {
    version: &'static str,
}

/// Get API version
#[operation(get, "/version", tag = "Utility", id = "version")]
pub(crate) async fn version() -> Json<Version> {
    Json(Version { version: VERSION })
}
