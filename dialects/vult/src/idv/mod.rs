//! Identity verification: sessions for the caller's server, capture for the person's device.

pub(crate) mod document;
pub(crate) mod requirements;
pub(crate) mod sdk;
pub(crate) mod session;
pub(crate) mod weights;
