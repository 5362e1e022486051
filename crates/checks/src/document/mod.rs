//! Identity documents: where they are in the picture and what is written on them.

pub mod aamva;
mod alone;
pub mod barcode;
pub mod classify;
pub mod conflict;
pub mod consistency;
pub mod duplicates;
pub mod fields;
mod findings;
pub mod fingerprint;
pub mod locate;
mod merge;
pub mod mrz;
pub mod ocr;
pub mod portrait;
pub mod read;
mod seen;
pub mod validity;

pub use bonafide_core::{compare, holder, text};
