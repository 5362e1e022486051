//! People compared with the lists.

pub(crate) mod check;
pub(crate) mod dismiss;
pub(crate) mod log;
mod plan;
mod reconsider;
pub(crate) mod related;
pub(crate) mod rescreen;
pub(crate) mod restore;
pub(crate) mod screen;
pub(crate) mod search;
mod state;
pub(crate) mod trouble;

pub use crate::base::{
    lists::{Lists, Screening},
    screened::{Dismissed, Screened},
};
pub use dismiss::{Dismissing, dismiss, dismiss_as_operator};
pub use log::{Logged, Purpose, page};
pub use restore::{Dismissal, restore};
pub use screen::screen;
pub use state::{ListState, Progress, State, progress, progress_by_organization, state};
pub use trouble::Trouble;
