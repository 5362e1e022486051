//! Where events are sent.

pub(crate) mod configure;
pub(crate) mod delete;
pub(crate) mod list;
