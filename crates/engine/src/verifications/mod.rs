//! Verifications and authentications, one file per use case.

mod active;
mod browse;
mod consent;
pub(crate) mod create;
mod delete;
pub(crate) mod describe;
pub(crate) mod expire;
mod known;
mod list;
#[cfg(test)]
mod measured;
mod read;
pub(crate) mod reopen;
pub mod requests;
mod restart;
pub(crate) mod search;
mod sightings;
pub(crate) mod submit;
pub(crate) mod transition;
pub(crate) mod view;
mod wait;
mod whole;

pub use crate::base::private::{DeclaredIdentity, Subject, ThirdParty};
pub use crate::location::location;
pub use active::{active, start};
pub use browse::{Brief, Found, LONGEST_PAGE, Looking, browse};
pub use consent::{consent, consent_in};
pub use create::{MAX_LIFETIME_DAYS, NewVerification, authenticate, create, create_with_pictures};
pub use delete::{anonymize, delete};
pub use describe::{set_document_type, set_sdk_metadata};
pub use known::known;
pub use list::{Counts, Filter, list};
pub use read::{expect, findings, read, reasons};
pub use restart::restart;
pub(crate) use restart::restarted;
pub use sightings::{Seen, sightings};
pub use submit::submit;
pub use view::{Entry, Given, View};
pub use wait::wait;
pub use whole::{Shown, Whole, whole};
