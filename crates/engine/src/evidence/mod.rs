//! Evidence: what the person hands over, on its way from a request to an encrypted blob.

pub mod accept;
pub mod download;
pub mod liveness;
mod pictures;

pub use accept::{Picture, accept_document};
pub(crate) use download::download_in;
pub use download::{File, download};
pub use liveness::{LivenessFrame, Started, accept_liveness, open_challenge, start_liveness};
pub(crate) use pictures::{load_pictures, may_capture, open_pictures};
