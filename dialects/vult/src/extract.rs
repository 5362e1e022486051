//! Arguments of this dialect's handlers.

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_core::{
    id::{ApplicantId, VerificationId},
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{Caller, Engine, tuning::For, verifications};

use crate::error::Error;

pub(crate) type Json<T> = bonafide_http::Valid<T, Error>;
pub(crate) type Query<T> = bonafide_http::Query<T, Error>;
pub(crate) type Form = bonafide_http::Form<Error>;

/// A caller with a valid token.
pub(crate) struct Authorized(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Authorized {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let bonafide_http::Authorized(caller, _) =
            bonafide_http::Authorized::<Error>::from_request_parts(parts, state).await?;
        Ok(Self(caller))
    }
}

/// A caller on the person's device: a token, and the client it belongs to named once more.
pub(crate) struct SdkCaller(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for SdkCaller {
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

/// Whom settings are for.
pub(crate) fn whose(client_id: Option<String>, user: Option<String>) -> Result<For, Error> {
    let given = |text: &String| !text.is_empty();
    let user_id = Some(user_id("user_id", user.as_deref())?).filter(given);
    Ok(For { client_id: client_id.filter(given), user_id })
}

/// The identity verification this id names. An authentication's id is not found here, nor is what is no id.
pub(crate) async fn idv(engine: &Engine, caller: &Caller, text: &str) -> Result<VerificationId, Error> {
    session(engine, caller, Kind::IdentityVerification, text).await
}

/// The authentication this id names.
pub(crate) async fn ida(engine: &Engine, caller: &Caller, text: &str) -> Result<VerificationId, Error> {
    session(engine, caller, Kind::FaceAuthentication, text).await
}

pub(crate) async fn session(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    text: &str,
) -> Result<VerificationId, Error> {
    let id = text.parse().map_err(|_| Error::Engine(bonafide_engine::Error::NotFound("session")))?;
    verifications::expect(engine, caller, kind, id).await?;
    Ok(id)
}

/// An identity's id as this dialect prints it.
pub(crate) fn identity_id(text: &str) -> Result<ApplicantId, Error> {
    text.parse().map_err(|_| Error::Engine(bonafide_engine::Error::NotFound("identity")))
}

/// The caller's word for one of their users, if they gave one.
pub(crate) fn user_id(field: &str, text: Option<&str>) -> Result<String, Error> {
    let text = text.unwrap_or_default();
    let fits = text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
    if fits {
        return Ok(text.to_owned());
    }
    let message = "must be at most 64 letters, digits and . _ : - (an opaque id, no e-mail address)";
    Err(vec![Problem::new(field, Rule::Format, message)].into())
}
