//! Arguments of this API's handlers.

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_core::{
    id::{EventId, Id, VerificationId, WebhookEndpointId},
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_engine::Caller;

use crate::error::Error;

pub(crate) type Json<T> = bonafide_http::Valid<T, Error>;
pub(crate) type Query<T> = bonafide_http::Query<T, Error>;

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

fn id<T>(text: &str, what: &'static str) -> Result<Id<T>, Error> {
    text.parse().map_err(|_| Error::Engine(bonafide_engine::Error::NotFound(what)))
}

/// An event's id, with or without the prefix it has in messages.
pub(crate) fn event_id(text: &str) -> Result<EventId, Error> {
    id(text.strip_prefix("evt_").unwrap_or(text), "event")
}

pub(crate) fn webhook_id(text: &str) -> Result<WebhookEndpointId, Error> {
    id(text, "webhook")
}

pub(crate) fn verification_id(text: &str) -> Result<VerificationId, Error> {
    id(text, "verification")
}

/// A time of the query or body (RFC 3339).
pub(crate) fn time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, Error> {
    let Some(text) = text else { return Ok(None) };
    Timestamp::parse(text).map(Some).ok_or_else(|| {
        let message = "must be a time like 2026-01-31T12:00:00Z";
        Error::Invalid(vec![Problem::new(field, Rule::Format, message)])
    })
}

/// A whole number of the query.
pub(crate) fn number(field: &str, text: Option<&str>) -> Result<Option<i64>, Error> {
    let Some(text) = text else { return Ok(None) };
    text.parse()
        .map(Some)
        .map_err(|_| Error::Invalid(vec![Problem::new(field, Rule::Type, "must be a whole number")]))
}
