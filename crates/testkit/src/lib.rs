//! What tests share and the product never links: a clock that stands still, randomness that repeats, a throwaway
//! PostgreSQL, events, a mail server, a registry and a subscriber that fail on command, a search for what is left of a person, the way to the real test data, and, with the
//! feature `engine`, the engine in memory. The documents that tests read are drawn by `bonafide-specimen`.

pub mod data;
#[cfg(feature = "engine")]
pub mod engine;
pub mod events;
pub mod files;
#[cfg(feature = "engine")]
pub mod mail;
#[cfg(feature = "engine")]
pub mod people;
pub mod places;
pub mod postgres;
pub mod receiver;
pub mod registry;
pub mod remains;
pub mod world;
