//! face/compare
