//! What is found in pictures, by processes that can do nothing else.
//!
//! Decoding files and running networks is other people's code on a stranger's bytes. It is done by children of the server: the
//! same program, started as `bonafide worker`, without network, files, keys or environment, within limits of memory and time.
//! [`Inspector::ask`] is the one way to them. A child that dies or takes too long costs the job it had, which is tried once more
//! in a fresh one.
//!
//! Architecture invariant: no bytes of a stranger's picture or PDF are decoded in the process that has the database.

pub mod assess;
mod inspector;
pub mod jobs;
mod pool;
mod wire;
pub mod worker;

pub use inspector::{Failed, Inspector};
pub use pool::Setup;
