//! crates/checks
