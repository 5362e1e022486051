//! The Checkout.com Identities API: identity verifications and face authentications of applicants. So far how its
//! webhooks are worded; the routes are to come.

mod error;
mod response_codes;
mod webhooks;
mod words;

use bonafide_http::Dialect;

pub static DIALECT: Dialect = Dialect {
    prefixes: &[
        "/applicants",
        "/identity-verifications",
        "/create-and-open-idv",
        "/face-authentications",
        "/id-document-verifications",
        "/address-document-verifications",
        "/aml-verifications",
        "/workflows",
        "/connect",
    ],
    idempotency_header: Some("cko-idempotency-key"),
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new("checkout", error::refuse)
};
