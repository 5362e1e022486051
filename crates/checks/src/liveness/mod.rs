//! Presentation attack detection (ISO/IEC 30107-3).

pub mod active;
pub mod cues;
pub mod geometry;
pub mod passive;
pub mod replay;
mod seen;
