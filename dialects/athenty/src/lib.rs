//! The Athenty API: verification requests and the clients they are about. So far how its webhooks are worded; the
//! routes are to come.

mod webhooks;
mod words;

pub use webhooks::Webhooks;
