//! Capture on the person's device. Every operation needs the `X-Client-Id` header.

pub(crate) mod finalize;
pub(crate) mod liveness_generate;
pub(crate) mod liveness_process;
pub(crate) mod metadata_update;
pub(crate) mod session_read;
