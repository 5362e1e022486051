//! What happened: told in the transaction that made it true, and read back.

pub(crate) mod list;
pub(crate) mod tell;

pub use list::{Event, Filter, MOST, head, list, message_id, read, wait, worded};
