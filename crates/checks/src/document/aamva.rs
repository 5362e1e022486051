//! document/aamva
