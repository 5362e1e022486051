//! What tests and demonstrations share and the product never links: specimen documents, a throwaway
//! PostgreSQL, a clock that stands still.

pub mod files;
pub mod postgres;
pub mod specimen;
pub mod world;
