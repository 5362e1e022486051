//! The Checkout.com Identities API: applicants, and what is verified of them. Every route of it on one screen.

mod address_document_verifications;
mod aml_verifications;
mod answer;
mod applicants;
mod assets;
mod connect;
mod error;
mod extract;
mod face_authentications;
mod id_document_verifications;
mod identity_verifications;
mod journeys;
mod notify;
mod response_codes;
mod scenarios;
mod shapes;
mod standing;
mod webhooks;
mod words;
mod workflows;

use axum::http::{HeaderName, HeaderValue};
use bonafide_http::{Dialect, Operations, error_schema, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme},
    },
};

/// How the engine names this API.
const NAME: &str = "checkout";

/// The version of the vendor's document that this API follows. The document below and the header `Cko-Version` name it.
const VERSION: &str = "2.0.0";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Identities API",
        version = "2.0.0",
        description = "Verify the identities of your applicants. Every path is found under `/v2` as well."
    ),
    tags(
        (name = "Access", description = "Access tokens"),
        (name = "Applicants", description = "The people whose identity is verified"),
        (name = "Identity verifications", description = "Who somebody is: a document, and the face it belongs to"),
        (name = "Face authentications", description = "Whether somebody is the applicant who was verified before"),
        (name = "ID document verifications", description = "Whether a document is genuine, and whose it is: by its pictures alone"),
        (name = "Address document verifications", description = "Where somebody lives, by a bill or a letter"),
        (name = "Workflows", description = "Which events are sent where, and what became of them"),
        (name = "AML verifications", description = "Whether the applicant is on a list, and from now on"),
        (name = "Assets", description = "Pictures and reports by their links"),
    ),
    modifiers(&Security),
)]
struct Api;

/// What a credential may do, in words: the vendor's, and ours.
const SCOPES: [(&str, &str); 9] = [
    ("identity-verification", "Everything but workflows"),
    ("flow", "Workflows"),
    ("flow:workflows", "Workflows"),
    ("flow:events", "Workflows"),
    ("flow:reflow", "Workflows"),
    ("verifications", "All operations"),
    ("verifications:read", "Read applicants and what was verified of them"),
    ("verifications:write", "Create applicants and verifications, erase people"),
    ("webhooks", "Workflows"),
];

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let flow = ClientCredentials::new("/connect/token", Scopes::from_iter(SCOPES));
        let about = "An access token, or a secret key, as a bearer token";
        let scheme = OAuth2::with_description([Flow::ClientCredentials(flow)], about);
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("OAuth", SecurityScheme::OAuth2(scheme));
    }
}

/// What the vendor's programs look for when a body does not name the request.
fn headers(request_id: &HeaderValue) -> Vec<(HeaderName, HeaderValue)> {
    vec![
        (HeaderName::from_static("cko-request-id"), request_id.clone()),
        (HeaderName::from_static("cko-version"), HeaderValue::from_static(VERSION)),
    ]
}

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
        "/assets",
    ],
    // Where the same product has everything under the name that it had before.
    also_under: Some("/v2"),
    idempotency_header: Some("cko-idempotency-key"),
    headers,
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "OAuth",
        error: error_schema::<error::ErrorBody>,
        folder: "dialects/checkout/src",
        routes: routes![
            // Access
            connect::token::token,
            // Applicants
            applicants::create::create,
            applicants::read::read,
            applicants::update::update,
            applicants::anonymize::anonymize,
            // Identity verifications
            identity_verifications::create_and_open::create_and_open,
            identity_verifications::create::create,
            identity_verifications::read::read,
            identity_verifications::anonymize::anonymize,
            identity_verifications::attempts::create::create,
            identity_verifications::attempts::list::list,
            identity_verifications::attempts::read::read,
            identity_verifications::attempts::assets::assets,
            identity_verifications::pdf_report::pdf_report,
            // Face authentications
            face_authentications::create::create,
            face_authentications::read::read,
            face_authentications::anonymize::anonymize,
            face_authentications::attempts::create::create,
            face_authentications::attempts::list::list,
            face_authentications::attempts::read::read,
            face_authentications::attempts::assets::assets,
            // ID document verifications
            id_document_verifications::create::create,
            id_document_verifications::read::read,
            id_document_verifications::anonymize::anonymize,
            id_document_verifications::attempts::create::create,
            id_document_verifications::attempts::list::list,
            id_document_verifications::attempts::read::read,
            id_document_verifications::attempts::assets::assets,
            id_document_verifications::pdf_report::pdf_report,
            // Address document verifications
            address_document_verifications::create::create,
            address_document_verifications::read::read,
            address_document_verifications::anonymize::anonymize,
            address_document_verifications::attempts::create::create,
            address_document_verifications::attempts::list::list,
            address_document_verifications::attempts::read::read,
            address_document_verifications::attempts::assets::assets,
            address_document_verifications::pdf_report::pdf_report,
            // Telling once more
            notify::identity_verification::identity_verification,
            notify::face_authentication::face_authentication,
            notify::id_document_verification::id_document_verification,
            notify::address_document_verification::address_document_verification,
            notify::aml_verification::aml_verification,
            // Workflows
            workflows::create::create,
            workflows::list::list,
            workflows::read::read,
            workflows::update::update,
            workflows::delete::delete,
            workflows::actions::create::create,
            workflows::actions::replace::replace,
            workflows::actions::delete::delete,
            workflows::conditions::create::create,
            workflows::conditions::replace::replace,
            workflows::conditions::delete::delete,
            workflows::test::test,
            workflows::event_types::event_types,
            workflows::signing_keys::signing_keys,
            workflows::events::read::read,
            workflows::events::invocations::invocations,
            workflows::events::of_subject::of_subject,
            workflows::reflow::by_event::by_event,
            workflows::reflow::by_event_and_workflow::by_event_and_workflow,
            workflows::reflow::by_subject::by_subject,
            workflows::reflow::by_subject_and_workflow::by_subject_and_workflow,
            workflows::reflow::many::many,
            // AML verifications
            aml_verifications::create::create,
            aml_verifications::read::read,
            // Assets
            assets::open,
            assets::report::report,
        ],
    }),
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new(NAME, error::refuse)
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_and_the_header_name_one_version() {
        assert_eq!(Api::openapi().info.version, VERSION);
    }
}
