//! face/align
