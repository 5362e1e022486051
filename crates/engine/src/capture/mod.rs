//! How a person's device gets into one verification, and into nothing else: a one-time link is exchanged for a capture token.

pub(crate) mod abort;
mod authenticate;
mod exchange;
mod issue;
pub(crate) mod link;
mod open;
mod organization;
mod token;
mod withdraw;

pub use abort::abort;
pub use authenticate::authenticate;
pub use exchange::{Exchanged, exchange};
pub use issue::issue;
pub use link::link;
pub use open::expect_open;
pub use organization::organization;
pub(crate) use token::is_token;
pub use withdraw::withdraw;
