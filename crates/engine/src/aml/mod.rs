//! Clients compared with the lists beside any verification: once, or for as long as they are monitored. What the machine
//! leaves open a human decides.

mod compare;
mod create;
pub(crate) mod monitor;
pub(crate) mod plan;
mod read;
mod record;
mod review;
mod sample;
pub(crate) mod screen;

pub use create::{NewAml, create};
pub use read::{Filter, list, read};
pub use record::{Aml, Proposal, Reviewed};
pub use review::{GROUNDS, MAX_NOTE, Said, Saying, review};
pub(crate) use sample::sample;
