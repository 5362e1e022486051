//! Identities: the people who were verified. An identity has a key of its own, so it outlives the erasing of any one
//! of the verifications that made it.

mod person;
mod read;
mod resolve;

pub use person::{Document, Person};
pub(crate) use person::{Opened, open, open_row};
pub use read::{Filter, Identity, anonymize, image, is_verified, list, read};
pub(crate) use resolve::{identify, template};
