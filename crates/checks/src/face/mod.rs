//! Faces: where they are, whose they are.

pub mod align;
pub mod compare;
pub mod detect;
pub mod embed;
