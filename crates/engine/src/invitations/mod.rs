//! Asking people to come.

mod invite;

pub use invite::{Channel, Invite, Link, bounced, invite};
pub(crate) use invite::{give_up, run};
