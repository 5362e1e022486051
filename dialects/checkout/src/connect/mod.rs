//! Access tokens.

pub(crate) mod token;
