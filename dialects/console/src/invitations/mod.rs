//! Asking people to come.

pub(crate) mod create;
