//! Arguments of this dialect's handlers.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use bonafide_core::{
    id::VerificationId,
    problem::{Problem, Rule},
};
use bonafide_engine::{Caller, Engine};

use crate::error::Error;

pub(crate) type Json<T> = bonafide_http::Valid<T, Error>;
pub(crate) type Form = bonafide_http::Form<Error>;

/// A caller with a valid token.
pub(crate) struct Authorized(pub(crate) Caller);

impl<S> FromRequestParts<S> for Authorized
where
    Engine: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let bonafide_http::Authorized(caller, _) =
            bonafide_http::Authorized::<Error>::from_request_parts(parts, state).await?;
        Ok(Self(caller))
    }
}

/// A caller on the person's device: a token, and the client it belongs to named once more.
pub(crate) struct SdkCaller(pub(crate) Caller);

impl<S> FromRequestParts<S> for SdkCaller
where
    Engine: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Authorized(caller) = Authorized::from_request_parts(parts, state).await?;
        let named = parts.headers.get("x-client-id").map(|v| v.to_str().unwrap_or_default().trim());
        let problem = |rule, message: &str| Err(vec![Problem::new("X-Client-Id", rule, message)].into());
        match named {
            None | Some("") => problem(Rule::Required, "is required as a header"),
            Some(named) if named != caller.client_id => {
                problem(Rule::Other, "is not the client that the access token was issued to")
            }
            Some(_) => Ok(Self(caller)),
        }
    }
}

/// A session id as this dialect prints it. What cannot be one names nothing: 404, as for an unknown one.
pub(crate) fn session_id(text: &str) -> Result<VerificationId, Error> {
    text.parse().map_err(|_| Error::Engine(bonafide_engine::Error::NotFound("session")))
}
