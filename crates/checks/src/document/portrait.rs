//! document/portrait
