//! Documents of a session.

pub(crate) mod download;
pub(crate) mod list;
pub(crate) mod read;
