//! liveness/passive
