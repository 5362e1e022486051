//! People held against the lists.

mod dismiss;
mod log;
pub(crate) mod rescreen;
mod screen;

pub use crate::base::lists::{Lists, Screening};
pub use dismiss::{Dismissed, Dismissing, dismiss, dismiss_as_operator};
pub(crate) use dismiss::{active, pass_on, tell};
pub(crate) use log::keep;
pub use log::{Logged, page};
pub use screen::{Screened, screen};
