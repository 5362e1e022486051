//! Identity documents: where they are in the picture and what is written on them.

pub mod aamva;
pub mod barcode;
pub mod classify;
pub mod consistency;
pub mod fields;
pub mod locate;
pub mod mrz;
pub mod ocr;
pub mod portrait;
