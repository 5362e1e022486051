//! The Athenty API: verification requests and the clients they are about. So far how its webhooks are worded; the
//! routes are to come.

mod error;
mod webhooks;
mod words;

use bonafide_http::Dialect;

pub static DIALECT: Dialect = Dialect {
    prefixes: &["/v2/api"],
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new("athenty", error::refuse)
};
