//! Verifications, one file per deed.

pub mod consent;
pub mod create;
pub mod describe;
pub mod expire;
pub mod read;
pub mod submit;

pub use consent::consent;
pub use create::{NewVerification, create};
pub use describe::{set_document_type, set_sdk_metadata};
pub use read::{Counts, Filter, Given, View, findings, list, read};
pub use submit::{submit, wait};
