//! The VerifyHQ API: verifications of the caller's users, whose evidence comes from the caller's server.

mod admin;
mod error;
mod extract;
mod verifications;
mod webhook;
mod webhooks;
mod words;

use bonafide_http::{Dialect, Operations, error_schema, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};

/// How the engine names this API.
const NAME: &str = "verifyhq";

#[derive(OpenApi)]
#[openapi(
    info(title = "VerifyHQ API", version = "1.0", description = "Verifications of your users. Every request brings your key in the header `X-API-Key`."),
    tags(
        (name = "Identity Verification", description = "A user's verification as a whole"),
        (name = "Document Verification", description = "Its document"),
        (name = "Liveness", description = "Its live face"),
        (name = "Webhooks", description = "Where events are sent"),
        (name = "Admin", description = "Who may call"),
    ),
    modifiers(&Security),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let header =
            |name, what| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, what)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("X-API-Key", header("X-API-Key", "A key of yours"));
        components
            .add_security_scheme("X-Admin-Secret", header("X-Admin-Secret", "A key with the scope keys"));
    }
}

pub static DIALECT: Dialect = Dialect {
    prefixes: &["/webhooks", "/admin", "/verifications"],
    // Where the vendor's older documents have everything.
    also_under: Some("/v1"),
    key_header: Some("x-admin-secret"),
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "X-API-Key",
        error: error_schema::<error::ErrorBody>,
        folder: "dialects/verifyhq/src",
        routes: routes![
            // Identity verification
            verifications::identity::start::start,
            verifications::identity::read::read,
            verifications::identity::list::list,
            verifications::identity::review::review,
            verifications::identity::restart::restart,
            // Document verification
            verifications::document::add::add,
            verifications::document::read::read,
            verifications::document::image::front,
            verifications::document::image::back,
            // Liveness
            verifications::liveness::session::create,
            verifications::liveness::challenge::answer,
            verifications::liveness::reference_selfie::reference_selfie,
            verifications::liveness::submit::submit,
            verifications::liveness::read::read,
            verifications::liveness::photo::photo,
            // Webhooks
            webhook::configure::configure,
            webhook::list::list,
            webhook::delete::delete,
            // Admin
            admin::api_clients::create,
        ],
    }),
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new(NAME, error::refuse)
};
