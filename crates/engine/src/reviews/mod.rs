//! What humans decide, beside what the machine did.

mod decisions;
mod effect;
mod review;
mod unfinished;

pub(crate) use decisions::decisions;
pub use decisions::{Basis, Decided, Judged, Reviewed, last, open_proposal};
pub use effect::Saying;
pub use review::{MAX_NOTE, Said, review};
pub use unfinished::{last_decision, review_unfinished};
