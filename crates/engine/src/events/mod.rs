//! What happened.

mod tell;

pub use tell::{Event, Filter, MOST, head, list, message_id, read, worded};
pub(crate) use tell::{Only, tell, tell_applicant, word_for};
