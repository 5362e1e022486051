//! The VerifyHQ API: verifications of the caller's users. So far its webhooks and its API clients; verifications are to
//! come.

mod admin;
mod error;
mod extract;
mod webhook;
mod webhooks;
mod words;

use bonafide_engine::Engine;
use bonafide_http::{Operations, Paths, operations};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};

pub use error::deny;
pub use webhooks::Webhooks;

/// How the engine names this API.
const DIALECT: &str = "verifyhq";

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

/// The routes, each with its file; `paths` has other paths for some of them. Every one is also under `/v1`, where the
/// vendor's older documents have it.
pub fn operations(paths: &Paths) -> Operations<Engine> {
    operations! {
        Operations::new(Api::openapi(), "dialects/verifyhq/src", paths).also_under("/v1");
        // Webhooks
        webhook::configure::configure,
        webhook::list::list,
        webhook::delete::delete,
        // Admin
        admin::api_clients::create,
    }
}
