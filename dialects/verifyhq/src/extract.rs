//! Arguments of this dialect's handlers.

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_engine::{Caller, Engine, Scope, webhooks::REGISTERED};

use crate::{DIALECT, error::Error};

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

/// A webhook of this API that the caller may manage.
pub(crate) async fn webhook(
    engine: &Engine,
    caller: &Caller,
    text: &str,
) -> Result<bonafide_core::id::WebhookEndpointId, Error> {
    let none = || Error::Engine(bonafide_engine::Error::NotFound("webhook"));
    let id = text.strip_prefix("wh_").unwrap_or(text).parse().map_err(|_| none())?;
    let found = bonafide_engine::webhooks::read(engine, caller, id).await?;
    let is_one = found.dialect == DIALECT && found.origin == REGISTERED && manages(caller, &found.client);
    is_one.then_some(id).ok_or_else(none)
}

/// The API client that a request names: only the caller's own organization has any.
pub(crate) fn client_id(caller: &Caller, text: &str) -> Result<String, Error> {
    let id = text.strip_prefix("client_").map_or_else(|| text.to_owned(), |id| format!("key_{id}"));
    let none = || Error::Engine(bonafide_engine::Error::NotFound("client"));
    manages(caller, &id).then_some(id).ok_or_else(none)
}

/// A client manages its own webhooks; who manages clients, theirs as well.
fn manages(caller: &Caller, client: &str) -> bool {
    caller.client_id == client || caller.may(Scope::Keys)
}
