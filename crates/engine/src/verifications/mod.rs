//! Verifications and authentications, one file per deed.

pub mod consent;
pub mod create;
pub mod delete;
pub mod describe;
pub mod expire;
pub mod read;
pub(crate) mod reopen;
pub mod submit;

pub use crate::location::location;
pub use consent::consent;
pub use create::{NewVerification, authenticate, create};
pub use delete::{anonymize, delete};
pub use describe::{set_document_type, set_sdk_metadata};
pub use read::{Counts, Entry, Filter, Given, View, expect, findings, list, read};
pub(crate) use read::{client_names, view_of};
pub use submit::{submit, wait};
