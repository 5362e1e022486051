//! Where your organization's events are sent.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
