//! Who did what: a log that only grows, chained per organization, so that a changed, removed or reordered line shows, and keyed,
//! so that nobody can write one who has the database alone.
//!
//! The hash of a line is the HMAC-SHA256 over: previous hash (empty for the first line), organization (16 bytes), seq, at
//! (8 bytes each, big endian), actor, action, object, detail, key id; each preceded by its length in 8 bytes, big endian. Its key
//! is the organization's [`key`] under the key of the key ring that the line names. A line without a key id is older than that:
//! its hash is the SHA-256 over the same without the key id. [`rekey`] ends a chain of such lines with one that has a key, by
//! which all of them are held.
//!
//! Lines can be cut off at the end of a chain, and the head set back with them. Against that the heads are written to a file of
//! [`Anchors`] now and then, and [`verify()`] looks for every one of them.
//!
//! The database refuses to change lines (a trigger); all this is for whoever gets past that.

mod anchors;
mod append;
mod line;
mod notes;
mod verify;

pub use self::{
    anchors::{Anchor, Anchors, Fault},
    append::{Head, append, heads, key_ids, list, rekey},
    line::{Entry, Line, key},
    notes::{Note, Notes},
    verify::{Breach, Exported, Verdict, chains, verify},
};
