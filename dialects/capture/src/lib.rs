//! What a person's device does during a verification: every route of this API on one screen.
//!
//! A device has a capture token and nothing else. The token says which session it is about, so no path names one.

mod error;
mod extract;
mod session;
mod share;
mod steps;
mod token;
mod words;

use bonafide_http::{Dialect, Operations, error_schema, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Capture",
        version = "1",
        description = "For the person's device: what is wanted next, and each step's data and pictures.\n\nA one-time link is exchanged for a capture token, which is good for one session, until what was given is handed in."
    ),
    tags(
        (name = "Token", description = "Beginning with a link"),
        (name = "Session", description = "What is wanted, consent, handing in"),
        (name = "Steps", description = "What the person says"),
        (name = "Pictures", description = "What the person shows"),
        (name = "Shares", description = "What third parties are let see"),
    ),
    modifiers(&Security),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

pub static DIALECT: Dialect = Dialect {
    strict: true,
    prefixes: &["/capture"],
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "bearer",
        error: error_schema::<error::ProblemDocument>,
        folder: "dialects/capture/src",
        routes: routes![
            // Token
            token::token,
            // Session
            session::read::read,
            session::consent::consent,
            session::submit::submit,
            session::withdraw::withdraw,
            session::abort::abort,
            // Steps
            steps::give::person,
            steps::give::location,
            steps::give::contact,
            steps::give::business,
            steps::give::pep_hio,
            steps::give::financial,
            steps::give::consent,
            steps::give::attestation,
            steps::give::estate,
            steps::draft::draft,
            steps::code_send::code_send,
            steps::code_confirm::code_confirm,
            // Pictures
            steps::document::front,
            steps::document::back,
            steps::face_challenge::face_challenge,
            steps::face::face,
            steps::estate_file::death_certificate,
            steps::estate_file::proof_of_authority,
            // Shares
            share::read::read,
            share::picture::picture,
        ],
    }),
    ..Dialect::new("capture", error::refuse)
};
