//! People, as far as one verification knows them.

pub(crate) mod anonymize;
pub(crate) mod erase;

pub use anonymize::anonymize;
