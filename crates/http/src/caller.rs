//! Who is calling. A handler that touches data takes an [`Authorized`] argument; there is no other way
//! to get a [`Caller`], so a handler without one cannot reach a tenant's data.

use std::marker::PhantomData;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header, request::Parts},
    response::IntoResponse,
};
use bonafide_engine::{Caller, Engine};

use crate::address;

/// A caller with a valid bearer token.
pub struct Authorized<E>(pub Caller, pub PhantomData<fn() -> E>);

/// Why a request was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error("the Authorization header is missing; send `Authorization: Bearer <token>`")]
    NoCredentials,
    #[error("the token is unknown, expired or revoked; ask for a new one")]
    BadToken,
    #[error(transparent)]
    Internal(#[from] bonafide_engine::Error),
}

impl<E, S> FromRequestParts<S> for Authorized<E>
where
    E: From<Denied> + IntoResponse,
    Engine: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = E;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, E> {
        let token = bearer(parts).ok_or(Denied::NoCredentials)?;
        let engine = Engine::from_ref(state);
        let caller = bonafide_engine::access::authenticate(&engine, token).await.map_err(Denied::from)?;
        let mut caller = caller.ok_or(Denied::BadToken)?;
        caller.address = address::of(parts, &engine.settings);
        Ok(Self(caller, PhantomData))
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then(|| token.trim())
}
