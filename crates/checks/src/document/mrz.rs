//! document/mrz
