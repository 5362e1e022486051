//! An API, as one value. Whatever walks the APIs (routes, documents, refusals, webhooks, tests) walks a list of these.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bonafide_core::{event::WebhookDialect, time::Timestamp};
use utoipa::{
    ToSchema,
    openapi::{OpenApi, RefOr, Schema},
};

use crate::{Refusal, layers::RequestId, operations::Route};

/// One API that this server speaks.
pub struct Dialect {
    /// As settings, events and the documents' file names have it.
    pub name: &'static str,
    /// What its paths begin with: a path under one of these is its own even where it has no operation.
    pub prefixes: &'static [&'static str],
    /// A prefix under which every operation is found as well. It is documented without.
    pub also_under: Option<&'static str>,
    /// A header of its own for a key, beside `Authorization` and `X-Api-Key`.
    pub key_header: Option<&'static str>,
    /// A header of its own for an idempotency key, beside `Idempotency-Key`.
    pub idempotency_header: Option<&'static str>,
    /// Whether every member of a request is refused that its operation does not know. Otherwise, for clients who send more
    /// than is documented, only what looks misspelt is.
    pub strict: bool,
    /// Where its document is to be had beside `/openapi`: this with `.json` and with `.yaml` behind it.
    pub document_at: Option<&'static str>,
    /// Whether only organizations whose plan includes it may ask it.
    pub bound_to_plan: bool,
    /// Formats a refusal: the body in this API's envelope, under the status that this API has for it. `Retry-After` and
    /// `WWW-Authenticate` are added to it.
    pub refuse: fn(&Refusal, Timestamp) -> Response,
    /// What the header of each of its answers says besides, given what the request is called.
    pub headers: fn(&HeaderValue) -> Vec<(HeaderName, HeaderValue)>,
    /// What can be asked of it; `None` where only its webhooks are known yet.
    pub operations: Option<Operations>,
    /// How its webhooks are formatted and signed.
    pub webhooks: Option<&'static dyn WebhookDialect>,
}

/// The operations of an API, and the document that publishes them.
pub struct Operations {
    /// Title, tags and schemes of the document; operations and refusals come to it by themselves.
    pub document: fn() -> OpenApi,
    /// The scheme of its credentials, where an operation names no other.
    pub scheme: &'static str,
    /// The schema of what [`Dialect::refuse`] writes: [`error_schema`] of a type.
    pub error: fn() -> ErrorSchema,
    /// The folder of its sources, from the repository's root.
    pub folder: &'static str,
    /// [`crate::routes!`] of the handlers.
    pub routes: fn() -> Vec<Route>,
}

impl Dialect {
    /// An API that has nothing yet, for `..Dialect::new(name, refuse)`.
    pub const fn new(name: &'static str, refuse: fn(&Refusal, Timestamp) -> Response) -> Self {
        Self {
            name,
            prefixes: &[],
            also_under: None,
            key_header: None,
            idempotency_header: None,
            strict: false,
            document_at: None,
            bound_to_plan: false,
            refuse,
            headers: |_| vec![],
            operations: None,
            webhooks: None,
        }
    }

    /// The answer to a request that is refused.
    pub(crate) fn answer(&self, refusal: &Refusal, now: Timestamp) -> Response {
        let mut response = (self.refuse)(refusal, now);
        if let Some(seconds) = refusal.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(challenge) = refusal.challenge {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }

    /// Finishes an answer: a refusal gets its envelope, and every answer the headers that this API's answers have.
    pub(crate) fn finish(&self, mut response: Response, id: Option<&RequestId>, now: Timestamp) -> Response {
        if let Some(mut refusal) = response.extensions_mut().remove::<Refusal>() {
            refusal.request_id = id.and_then(|id| id.0.to_str().ok()).unwrap_or_default().to_owned();
            let (so_far, _) = response.into_parts();
            response = self.answer(&refusal, now);
            response.headers_mut().extend(so_far.headers);
            *response.extensions_mut() = so_far.extensions;
        }
        for (name, value) in id.map(|id| (self.headers)(&id.0)).unwrap_or_default() {
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// Whether a path is this API's, though it may have no operation there.
    pub(crate) fn has(&self, path: &str) -> bool {
        let mut prefixes = self.prefixes.iter().chain(&self.also_under);
        prefixes.any(|prefix| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// A schema and those that it refers to, by name.
pub struct ErrorSchema {
    pub(crate) name: String,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

/// The schema of a type, for [`Operations::error`].
pub fn error_schema<T: ToSchema>() -> ErrorSchema {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    ErrorSchema { name: T::name().into_owned(), schemas }
}
