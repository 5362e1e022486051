//! Where events are sent: endpoints and what messages to them are signed with.

pub mod chaos;
mod check;
mod create;
pub mod history;
pub(crate) mod sealed;

#[cfg(test)]
pub(crate) use create::tests;
pub use create::{
    Changes, Endpoint, LONGEST_OVERLAP_S, MOST_LISTED, NewEndpoint, REGISTERED, Registered, create, delete,
    list, read, registered, rotate, test, update,
};
pub(crate) use create::{check_url, load, may, note, per_verification};
