//! crates/weights
