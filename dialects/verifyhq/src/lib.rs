//! The VerifyHQ API: verifications of the caller's users. So far how its webhooks are worded; the routes are to come.

mod webhooks;
mod words;

pub use webhooks::Webhooks;
