//! People, as far as one verification knows them.

mod anonymize;

pub use anonymize::anonymize;
pub(crate) use anonymize::erase;
