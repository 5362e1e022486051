//! Identities: the people who were verified. An identity has a key of its own, so it outlives the erasing of any one
//! of the verifications that made it.

mod anonymize;
pub(crate) mod person;
mod read;
pub(crate) mod resolve;
pub(crate) mod revoke;
pub(crate) mod search;
pub(crate) mod template;
mod withdraw;

pub use anonymize::anonymize;
pub use person::{Document, Link, Person};
pub use read::{Filter, Identity, image, is_verified, list, read};
pub use withdraw::withdraw;
