//! Documents of a session.

pub(crate) mod read;
