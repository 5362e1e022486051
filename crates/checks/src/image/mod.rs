//! Pictures: the gate they come in by, geometry, and how good they are.

pub mod decode;
pub mod quality;
pub mod warp;

pub use decode::{Picture, Refused, decode};
