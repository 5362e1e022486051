//! The Vult KYC API (version 2.10.15): every route of this dialect on one screen.
//!
//! The vendor publishes bodies but no paths; the paths here are our choice and stand only in the `#[operation]` line of
//! each operation. The settings may give them others (`[paths.vult]`). Success is always 200, as the vendor documents it.

mod error;
mod extract;
mod ida;
mod identity;
mod idv;
mod location;
mod oauth;
mod paging;
mod sandbox;
mod settings;
mod utility;
mod webhook;
mod webhooks;
mod words;

use bonafide_http::{Dialect, Operations, error_schema, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
    },
};

/// How the engine names this API.
const NAME: &str = "vult";

#[derive(OpenApi)]
#[openapi(
    info(title = "KYC API", version = "2.10.15", description = "Identity verification sessions: consent, document, liveness, result."),
    tags(
        (name = "Utility", description = "State of the service"),
        (name = "OAuth", description = "Access tokens"),
        (name = "IDV", description = "Verification sessions, for your server"),
        (name = "IDV SDK", description = "Capture, for the person's device"),
        (name = "IDA", description = "Authentication sessions of known people, for your server"),
        (name = "IDA SDK", description = "Capture of an authentication, for the person's device"),
        (name = "Identity", description = "People who were verified"),
        (name = "Webhook", description = "Where events are sent"),
        (name = "Sandbox", description = "For test keys: steered outcomes and the clock"),
    ),
    modifiers(&Security),
)]
struct Api;

/// What a credential may do, in words.
const SCOPES: [(&str, &str); 5] = [
    ("verifications", "All operations"),
    ("verifications:read", "Read sessions, people and pictures"),
    ("verifications:write", "Create sessions, hand in evidence, erase people"),
    ("settings", "Weights and requirements"),
    ("webhooks", "Where events are sent"),
];

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let flow = ClientCredentials::new("/oauth2/token", Scopes::from_iter(SCOPES));
        let scheme = SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]));
        document.components.get_or_insert_default().add_security_scheme("oauth2", scheme);
    }
}

pub static DIALECT: Dialect = Dialect {
    prefixes: &["/idv", "/ida", "/identity", "/webhook", "/oauth2", "/sandbox"],
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "oauth2",
        error: error_schema::<error::ErrorBody>,
        folder: "dialects/vult/src",
        routes: routes![
            // Utility
            utility::root::root,
            utility::ping::ping,
            utility::status::status,
            utility::metrics::metrics,
            utility::live::live,
            utility::ready::ready,
            utility::health::simple,
            utility::health::health,
            utility::version::version,
            // OAuth
            oauth::token::token,
            // IDV
            idv::session::create::create,
            idv::session::list::list,
            idv::session::read::read,
            idv::session::delete::delete,
            idv::session::anonymize::anonymize,
            idv::session::location_read::location_read,
            idv::session::test_read::test_read,
            idv::document::read::read,
            idv::document::list::list,
            idv::document::download::download,
            idv::requirements::get::get,
            idv::requirements::update::update,
            idv::weights::get::get,
            idv::weights::update::update,
            idv::weights::by_id::by_id,
            // IDV SDK
            idv::sdk::session_read::session_read,
            idv::sdk::metadata_update::metadata_update,
            idv::sdk::consent_add::consent_add,
            idv::sdk::document_type_update::document_type_update,
            idv::sdk::document_add::front_add,
            idv::sdk::document_add::back_add,
            idv::sdk::liveness_generate::liveness_generate,
            idv::sdk::liveness_process::liveness_process,
            idv::sdk::finalize::finalize,
            // IDA
            ida::session::create::create,
            ida::session::list::list,
            ida::session::read::read,
            ida::session::delete::delete,
            ida::session::location_read::location_read,
            ida::document_download::document_download,
            ida::sdk::session_read::session_read,
            // IDA SDK
            ida::sdk::metadata_update::metadata_update,
            ida::sdk::liveness_generate::liveness_generate,
            ida::sdk::liveness_process::liveness_process,
            ida::sdk::finalize::finalize,
            // Identity
            identity::list::list,
            identity::read::read,
            identity::anonymize::anonymize,
            identity::status::status,
            identity::document_read::document_read,
            identity::image_read::image_read,
            // Webhook
            webhook::create::create,
            webhook::list::list,
            webhook::delete::delete,
            // Sandbox
            sandbox::scenarios::scenarios,
            sandbox::clock_advance::clock_advance,
        ],
    }),
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new(NAME, error::refuse)
};
