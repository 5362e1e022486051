//! Pictures: the gate they come in by, geometry, and how good they are.

mod container;
pub mod decode;
pub mod quality;
pub(crate) mod scale;
pub mod warp;

pub use decode::{Picture, Refused, decode, encode_jpeg};
