//! Authentication sessions.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod location_read;
pub(crate) mod read;
