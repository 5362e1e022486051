//! image/quality
