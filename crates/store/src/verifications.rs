//! Verifications: one question "is this the person they say they are" and its answer.

mod counts;
mod filter;
mod listing;
mod rows;
mod searched;
mod source;

pub use counts::wrong_counts;
pub use filter::{Filter, Page};
pub use listing::{Order, Part, count, list, part};
pub use rows::{Verification, delete, get, insert, update};
pub use searched::count_found;
