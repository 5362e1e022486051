//! Verifications and authentications, one file per use case.

mod browse;
mod consent;
mod create;
mod delete;
mod describe;
pub(crate) mod expire;
mod list;
mod read;
pub(crate) mod reopen;
mod sightings;
mod submit;
pub(crate) mod transition;
pub(crate) mod view;
mod wait;
mod whole;

pub use crate::location::location;
pub use browse::{Brief, Found, LONGEST_PAGE, Looking, browse};
pub use consent::consent;
pub use create::{NewVerification, authenticate, create};
pub use delete::{anonymize, delete};
pub use describe::{set_document_type, set_sdk_metadata};
pub use list::{Counts, Filter, list};
pub use read::{expect, findings, read};
pub use sightings::{Seen, sightings};
pub use submit::submit;
pub use view::{Entry, Given, View};
pub use wait::wait;
pub use whole::{Shown, Whole, whole};
