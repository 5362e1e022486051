//! The report of an identity verification that was approved or declined, as a PDF file.

mod draw;
mod gather;
mod link;

pub use draw::{draw, expect};
pub use link::{Link, Opened, link, look, open};
