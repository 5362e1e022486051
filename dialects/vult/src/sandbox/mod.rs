//! For test keys: what outcomes can be steered to, and the clock. Ours, not the vendor's.

pub(crate) mod clock_advance;
pub(crate) mod scenarios;
