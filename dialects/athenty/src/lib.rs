//! The Athenty API: verification requests and the clients they are about. Every route of it on one screen.

mod client;
mod error;
mod extract;
mod paging;
mod request;
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
const NAME: &str = "athenty";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Athenty API",
        version = "2.0.0",
        description = "Create verification requests, read how they stand, and keep records of clients. `/verifications` is another name of `/requests`.\n\nEvery request brings your key in the header `X-Api-Key`. The person's device gives the steps over the Capture API, with the `accessToken` of the request."
    ),
    tags(
        (name = "Requests", description = "Asking people to be verified, and what came of it"),
        (name = "Clients", description = "The people and businesses that you keep a record of"),
    ),
    modifiers(&Security),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let header = ApiKey::Header(ApiKeyValue::with_description("X-Api-Key", "A key of your organization"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("ApiKeyAuth", SecurityScheme::ApiKey(header));
    }
}

pub static DIALECT: Dialect = Dialect {
    prefixes: &["/v2/api"],
    document_at: Some("/v2/api/openapi"),
    bound_to_plan: true,
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "ApiKeyAuth",
        error: error_schema::<error::ErrorBody>,
        folder: "dialects/athenty/src",
        routes: routes![
            // Requests
            request::create::create,
            request::list::list,
            request::read::read,
            request::create::create_verification,
            request::list::list_verifications,
            request::read::read_verification,
            // Clients
            client::create::create,
            client::list::list,
            client::read::read,
            client::update::update,
            client::delete::delete,
        ],
    }),
    webhooks: Some(&webhooks::Webhooks),
    ..Dialect::new(NAME, error::refuse)
};
