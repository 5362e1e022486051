//! The keys that wrap the data keys. They live outside the database: whoever steals the database alone
//! can read no one, and destroying a wrapped data key reaches every copy of what it sealed.

mod file;
mod memory;
mod ring;

pub use self::{file::FileKeyRing, memory::MemoryKeyRing, ring::KeyRing};
