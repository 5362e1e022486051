//! Screening of names against lists: published ones of sanctions and politically exposed persons, and the operator's own.
//!
//! - [`names`]: what a name is once spelling, script, titles and legal forms are set aside, and how alike two
//!   names are, with the reason token by token.
//! - [`entry`]: one person, organisation, vessel or aircraft of a list.
//! - [`lists`]: the published files, read in full or refused.
//! - [`snapshot`]: lists on disk; every version is kept. [`shrink`]: what a version has lost; [`standing`]: how old it is.
//! - [`table`]: a table of people that somebody wants screened, every cell understood or named.
//! - [`index`]: all entries in memory, searched in well under a millisecond.
//!
//! Nothing here uses a network, a database or today's date.

pub mod country;
pub mod entry;
pub mod index;
pub mod lists;
mod multimap;
pub mod names;
pub mod shrink;
pub mod snapshot;
pub mod standing;
pub mod table;
