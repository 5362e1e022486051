//! Where events are sent: endpoints, what messages to them are signed with, and what became of the messages.

pub(crate) mod chaos;
mod check;
mod create;
mod delete;
pub(crate) mod endpoint;
pub mod history;
pub(crate) mod per_verification;
mod read;
mod rotate;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod sealed;
mod test;
mod update;

pub use create::{NewEndpoint, Registered, create};
pub use delete::delete;
pub use endpoint::{Changes, Endpoint, LONGEST_OVERLAP_S};
pub use read::{MOST_LISTED, Registrations, list, read, registered};
pub use rotate::rotate;
pub use test::test;
pub use update::update;
