//! What tests and demonstrations share and the product never links: specimen documents, attacks, a throwaway
//! PostgreSQL, the shared test data, a clock that stands still; and the tool `stress`, which spoils pictures until the reader fails.

pub mod attack;
pub mod data;
pub mod distort;
pub mod events;
pub mod files;
pub mod postgres;
pub mod registry;
pub mod specimen;
pub mod world;
