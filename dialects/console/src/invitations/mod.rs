//! Asking people to come.

pub(crate) mod bounced;
pub(crate) mod create;
pub(crate) mod resend;
