//! What happened: told in the transaction that made it true, and read back.

pub(crate) mod emit;
pub(crate) mod list;

pub use list::{Event, Filter, MAX, formatted, head, list, message_id, read, wait};
