//! Pixels in, findings out.
//!
//! Architecture invariant: pure functions on the CPU. No file, no network, no clock and no database:
//! weights arrive as bytes in [`models::Models`], pictures as bytes in [`image::decode()`], today's date as
//! an argument.

pub mod address_document;
pub mod document;
pub mod face;
pub mod image;
pub mod liveness;
pub mod models;
pub mod pdf;
