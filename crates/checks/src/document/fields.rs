//! document/fields
