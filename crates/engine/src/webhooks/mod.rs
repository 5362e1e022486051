//! Where events are sent: endpoints, what messages to them are signed with, and what became of the messages.

pub(crate) mod chaos;
mod check;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod endpoint;
pub mod history;
mod notify;
pub(crate) mod per_verification;
mod read;
mod rotate;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod sealed;
pub(crate) mod signing_key;
mod test;
pub(crate) mod update;

pub use create::{NewEndpoint, Registered, create};
pub use delete::delete;
pub use endpoint::{Changes, Endpoint, LONGEST_OVERLAP_S};
pub use notify::{notify, notify_at};
pub use read::{MAX_LISTED, Registrations, list, read, registered};
pub use rotate::rotate;
pub use signing_key::{PublicKey, public_key};
pub use test::test;
pub use update::update;
