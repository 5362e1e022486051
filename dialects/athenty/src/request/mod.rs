//! Verification requests.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;
mod shapes;
