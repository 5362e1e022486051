//! document/classify
