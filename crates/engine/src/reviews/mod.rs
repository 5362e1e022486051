//! What humans decide, beside what the machine did.

mod decisions;
mod effect;
mod review;

pub(crate) use decisions::decisions;
pub use decisions::{Decided, Judged, Reviewed, last, open_proposal};
pub use review::{MAX_NOTE, Said, Saying, review};
