//! Screening of names against published lists: sanctions, politically exposed persons, a house's own.
//!
//! - [`names`]: what a name is once spelling, script, titles and legal forms are set aside, and how alike two
//!   names are, with the reason token by token.
//! - [`entry`]: one person, organisation, vessel or aircraft of a list.
//! - [`lists`]: the published files, read in full or refused.
//! - [`snapshot`]: lists on disk, each version for good.
//! - [`index`]: all entries in memory, searched in well under a millisecond.
//!
//! Nothing here knows a network, a database or today's date.

mod country;
pub mod entry;
pub mod index;
pub mod lists;
mod multimap;
pub mod names;
pub mod snapshot;
