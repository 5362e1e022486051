//! Who is calling. A handler that touches data takes a [`Caller`]; there is no other way to get one, so a handler
//! without it cannot reach a tenant's data.

use std::ops::Deref;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{Denied, Refusal, Result};

/// A caller whom the gate let in. An operation that asks for no scope has none.
#[derive(Debug, Clone)]
pub struct Caller(pub(crate) bonafide_engine::Caller);

impl Deref for Caller {
    type Target = bonafide_engine::Caller;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(parts.extensions.get::<Self>().cloned().ok_or(Denied::NoCredentials)?)
    }
}
