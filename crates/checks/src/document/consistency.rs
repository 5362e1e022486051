//! document/consistency
