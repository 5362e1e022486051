//! What happened: told in the transaction that made it true, and read back.

pub(crate) mod list;
pub(crate) mod emit;

pub use list::{Event, Filter, MAX, head, list, message_id, read, wait, worded};
