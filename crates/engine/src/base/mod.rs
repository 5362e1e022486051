//! The bottom: what every use case stands on. Nothing here imports a use case.

pub(crate) mod caller;
pub(crate) mod desk;
pub(crate) mod engine;
pub(crate) mod error;
pub(crate) mod features;
pub(crate) mod gallery;
pub(crate) mod jobs;
pub(crate) mod link;
pub(crate) mod lists;
pub(crate) mod own_data;
pub(crate) mod own_key;
pub(crate) mod part;
pub(crate) mod private;
pub(crate) mod record;
pub(crate) mod screened;
pub(crate) mod sighting;
pub(crate) mod stored;
pub(crate) mod wait;
pub mod world;
