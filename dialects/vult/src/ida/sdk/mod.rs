//! Capture on the person's device. Every operation needs the capture token of its session, or a token of the organization
//! with the `X-Client-Id` header.

pub(crate) mod finalize;
pub(crate) mod liveness_generate;
pub(crate) mod liveness_process;
pub(crate) mod metadata_update;
pub(crate) mod session_read;
