//! face/embed
