//! What an organization keeps a record of: the people and businesses that its verifications are about. A record has a data
//! key of its own, kept under the record's id like a person's, so that rotating the key ring and erasing cover it.

mod anonymize;
pub(crate) mod create;
mod delete;
mod list;
mod read;
mod record;
mod update;

pub use anonymize::anonymize;
pub use create::create;
pub use delete::delete;
pub use list::{Looking, Sort, list};
pub(crate) use read::count_request;
pub use read::{exists, read};
pub use record::{Client, Content, Details};
pub use update::update;
