//! The VerifyHQ API: verifications of the caller's users. So far its webhooks and its API clients; verifications are to
//! come.

mod admin;
mod error;
mod extract;
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
    info(title = "VerifyHQ API", version = "1.0", description = "Where events are sent, and who may call."),
    tags(
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
