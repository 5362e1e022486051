//! Evidence: what the person hands over, on its way from a request to an encrypted blob.

pub(crate) mod accept;
pub mod by_challenge;
mod document;
pub(crate) mod download;
pub(crate) mod gate;
mod given;
pub(crate) mod liveness;
pub(crate) mod pages;
pub(crate) mod pictures;
mod show;
pub mod signed;
mod sweep;

pub use accept::{Picture, accept_document};
pub use document::{Document, WholeDocument, accept_whole_document, document};
pub use download::{File, download};
pub use given::given;
pub use liveness::{LivenessFrame, MAX_FRAMES, Started, accept_liveness, open_challenge, start_liveness};
pub use show::{Part, show};
pub use sweep::{FOLDERS, sweep};
