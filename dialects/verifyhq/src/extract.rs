//! Arguments of this dialect's handlers.

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_engine::Caller;

use crate::error::Error;

pub(crate) type Json<T> = bonafide_http::Valid<T, Error>;

/// A caller whom the gate let in.
pub(crate) struct Authorized(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Authorized {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let bonafide_http::Authorized(caller, _) =
            bonafide_http::Authorized::<Error>::from_request_parts(parts, state).await?;
        Ok(Self(caller))
    }
}

/// A webhook's id without its prefix.
pub(crate) fn webhook_id(text: &str) -> Result<bonafide_core::id::WebhookEndpointId, Error> {
    let id = text.strip_prefix("wh_").unwrap_or(text).parse();
    id.map_err(|_| Error::Engine(bonafide_engine::Error::NotFound("webhook")))
}

/// The API client that a request names: only the caller's own organization has any.
pub(crate) fn client_id(text: &str) -> String {
    text.strip_prefix("client_").map_or_else(|| text.to_owned(), |id| format!("key_{id}"))
}
