//! The Vult KYC API (version 2.10.15): every route of this dialect on one screen.
//!
//! The vendor publishes bodies but no paths; the paths here are our choice and stand only in the
//! `#[utoipa::path]` line of each operation. Success is always 200, as the vendor documents it.

mod error;
mod extract;
mod idv;
mod oauth;
mod utility;
mod words;

use bonafide_engine::Engine;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub use error::not_found;

#[derive(OpenApi)]
#[openapi(
    info(title = "KYC API", version = "2.10.15", description = "Identity verification sessions: consent, document, liveness, result."),
    tags(
        (name = "Utility", description = "State of the service"),
        (name = "OAuth", description = "Access tokens"),
        (name = "IDV", description = "Verification sessions, for your server"),
        (name = "IDV SDK", description = "Capture, for the person's device"),
    ),
    modifiers(&Security),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let flow =
            ClientCredentials::new("/oauth2/token", Scopes::from_iter([("verifications", "All operations")]));
        let scheme = SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]));
        document.components.get_or_insert_default().add_security_scheme("oauth2", scheme);
    }
}

/// The routes and their document.
pub fn router() -> OpenApiRouter<Engine> {
    OpenApiRouter::with_openapi(Api::openapi())
        // Utility
        .routes(routes!(utility::root::root))
        .routes(routes!(utility::ping::ping))
        .routes(routes!(utility::status::status))
        .routes(routes!(utility::metrics::metrics))
        .routes(routes!(utility::live::live))
        .routes(routes!(utility::ready::ready))
        .routes(routes!(utility::health::simple))
        .routes(routes!(utility::health::health))
        .routes(routes!(utility::version::version))
        // OAuth
        .routes(routes!(oauth::token::token))
        // IDV
        .routes(routes!(idv::session::create::create))
        .routes(routes!(idv::session::list::list))
        .routes(routes!(idv::session::read::read))
        .routes(routes!(idv::session::test_read::test_read))
        .routes(routes!(idv::document::read::read))
        // IDV SDK
        .routes(routes!(idv::sdk::session_read::session_read))
        .routes(routes!(idv::sdk::metadata_update::metadata_update))
        .routes(routes!(idv::sdk::consent_add::consent_add))
        .routes(routes!(idv::sdk::document_type_update::document_type_update))
        .routes(routes!(idv::sdk::document_add::front_add))
        .routes(routes!(idv::sdk::document_add::back_add))
        .routes(routes!(idv::sdk::liveness_generate::liveness_generate))
        .routes(routes!(idv::sdk::liveness_process::liveness_process))
        .routes(routes!(idv::sdk::finalize::finalize))
}
