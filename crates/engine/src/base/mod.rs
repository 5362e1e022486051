//! The bottom: what every deed stands on. Nothing here imports a deed.

pub(crate) mod caller;
pub(crate) mod engine;
pub(crate) mod error;
pub(crate) mod gallery;
pub(crate) mod lists;
pub(crate) mod record;
pub mod world;
