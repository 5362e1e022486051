//! What tests and demonstrations share: specimen documents.

pub mod specimen;
