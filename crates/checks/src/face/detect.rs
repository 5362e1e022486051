//! face/detect
