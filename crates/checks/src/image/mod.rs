//! Pictures: the gate they come in by, geometry, how good they are, and whether they were edited.

mod container;
pub mod decode;
pub mod manipulation;
pub mod quality;
pub mod recapture;
pub(crate) mod scale;
pub mod upload;
pub mod warp;

pub use decode::{Picture, Refused, crop, decode, encode_jpeg};
pub use scale::scale_to_fit;
