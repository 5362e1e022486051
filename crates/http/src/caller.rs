//! Who is calling. A handler that touches data takes an [`Authorized`] argument; there is no other way
//! to get a [`Caller`], so a handler without one cannot reach a tenant's data.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts, response::IntoResponse};
use bonafide_engine::Caller;

use crate::Denied;

/// A caller whom the gate let in. An operation whose document asks for no credential has none.
pub struct Authorized<E>(pub Caller, pub PhantomData<fn() -> E>);

impl<E, S> FromRequestParts<S> for Authorized<E>
where
    E: From<Denied> + IntoResponse,
    S: Send + Sync,
{
    type Rejection = E;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, E> {
        let caller = parts.extensions.get::<Caller>().cloned().ok_or(Denied::NoCredentials)?;
        Ok(Self(caller, PhantomData))
    }
}
