//! Verification sessions.

pub(crate) mod anonymize;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod location_read;
pub(crate) mod read;
pub(crate) mod test_read;

use serde::Deserialize;
use utoipa::ToSchema;

/// A body that names a session and nothing else.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SessionRef {
    pub(crate) session_id: String,
}
