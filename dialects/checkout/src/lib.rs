//! The Checkout.com Identities API: identity verifications and face authentications of applicants. So far how its
//! webhooks are worded; the routes are to come.

mod response_codes;
mod webhooks;
mod words;

pub use webhooks::Webhooks;
