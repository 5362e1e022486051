//! crates/http
