//! People, as far as one verification knows them.

pub(crate) mod anonymize;
pub(crate) mod erase;
pub(crate) mod face;

pub use anonymize::anonymize;
