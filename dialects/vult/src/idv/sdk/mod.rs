//! Capture on the person's device. Every operation needs the capture token of its session, or a token of the
//! organization with the `X-Client-Id` header; all but reading and
//! metadata need the person's consent first.

pub(crate) mod consent_add;
pub(crate) mod document_add;
pub(crate) mod document_type_update;
pub(crate) mod finalize;
pub(crate) mod liveness_generate;
pub(crate) mod liveness_process;
pub(crate) mod metadata_update;
pub(crate) mod session_read;
pub(crate) mod wanted;

use serde::Serialize;
use utoipa::ToSchema;

/// `{}`: done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Done {}
