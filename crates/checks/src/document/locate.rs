//! document/locate
