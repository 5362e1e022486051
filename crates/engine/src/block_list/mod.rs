//! Whom an organization does not want to see again: faces, document numbers and names. Whoever comes with one of them is
//! told by [`Check::BlockList`](bonafide_core::finding::Check::BlockList).
//!
//! What was taken from a person's verification is their own data and goes with them when they are anonymized, unless it
//! was added to last; what was typed in is the organization's, and stays until it is removed.

mod add;
mod entry;
mod list;
mod number;
mod remove;

pub(crate) use add::country;
pub use add::{New, What, add};
pub(crate) use entry::names;
pub use entry::{Blocked, Kind};
pub use list::{Filter, list, read};
pub(crate) use number::number_mark;
pub use remove::remove;
