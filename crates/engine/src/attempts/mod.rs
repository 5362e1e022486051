//! The tries of a person at a verification, for APIs that count them, one file per use case.

mod bring;
mod create;
pub(crate) mod expire;
pub(crate) mod follow;
mod read;
mod record;

pub use bring::{Brought, create_with_pictures};
pub use create::{create, create_and_open};
pub use follow::Opener;
pub use read::{latest, list, read};
pub use record::{Attempt, NewAttempt, Session};
