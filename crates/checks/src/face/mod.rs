//! Faces: where they are, whose they are.

pub mod align;
pub mod attributes;
pub mod calibration;
pub mod compare;
pub mod detect;
pub mod embed;
pub mod known;
pub mod mesh;
pub mod networks;
pub mod pose;
pub mod quality;
pub mod source;
pub mod subject;

mod found;
pub(crate) mod pixels;
mod template;
mod yunet;

pub use found::Face;
