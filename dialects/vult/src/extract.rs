//! Arguments of this dialect's handlers.

use std::ops::Deref;

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_core::{
    id::{ApplicantId, VerificationId},
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{Engine, Error, tuning::For, verifications};
use bonafide_http::{Caller, Refusal, Result};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterBuilder, ParameterIn},
    openapi::{ObjectBuilder, Required, Type},
};

/// A caller on the person's device: the capture token of one session; or a token of the organization, and the client it
/// belongs to named once more.
pub(crate) struct SdkCaller(Caller);

impl Deref for SdkCaller {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SdkCaller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let named = parts.headers.get("x-client-id").map(|v| v.to_str().unwrap_or_default().trim());
        let problem = |rule, message: &str| Err(Problem::new("X-Client-Id", rule, message).into());
        match named {
            None | Some("") if caller.session.is_some() => Ok(Self(caller)),
            None | Some("") => problem(Rule::Required, "is required as a header"),
            Some(named) if named != caller.client_id => {
                problem(Rule::Other, "is not the client that the access token was issued to")
            }
            Some(_) => Ok(Self(caller)),
        }
    }
}

/// The header, in the document.
impl IntoParams for SdkCaller {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = ParameterBuilder::new()
            .name("X-Client-Id")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("Your client id; may be left out with the capture token of a session"))
            .schema(Some(text.build()));
        vec![header.build()]
    }
}

/// Whom settings are for.
pub(crate) fn whose(client_id: Option<String>, user: Option<String>) -> Result<For> {
    let given = |text: &String| !text.is_empty();
    let user_id = Some(user_id("user_id", user.as_deref())?).filter(given);
    Ok(For { client_id: client_id.filter(given), user_id })
}

/// The identity verification this id names. An authentication's id is not found here, nor is what is no id.
pub(crate) async fn idv(
    engine: &Engine,
    caller: &bonafide_engine::Caller,
    text: &str,
) -> Result<VerificationId> {
    session(engine, caller, Kind::IdentityVerification, text).await
}

/// The authentication this id names.
pub(crate) async fn ida(
    engine: &Engine,
    caller: &bonafide_engine::Caller,
    text: &str,
) -> Result<VerificationId> {
    session(engine, caller, Kind::FaceAuthentication, text).await
}

pub(crate) async fn session(
    engine: &Engine,
    caller: &bonafide_engine::Caller,
    kind: Kind,
    text: &str,
) -> Result<VerificationId> {
    let id = text.parse().map_err(|_| Error::NotFound("session"))?;
    verifications::expect(engine, caller, kind, id).await?;
    Ok(id)
}

/// An identity's id as this dialect prints it.
pub(crate) fn identity_id(text: &str) -> Result<ApplicantId> {
    Ok(text.parse().map_err(|_| Error::NotFound("identity"))?)
}

/// The caller's word for one of their users, if they gave one.
pub(crate) fn user_id(field: &str, text: Option<&str>) -> Result<String> {
    let text = text.unwrap_or_default();
    let fits = text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "._:-".contains(c));
    if fits {
        return Ok(text.to_owned());
    }
    let message = "must be at most 64 letters, digits and . _ : - (an opaque id, no e-mail address)";
    Err(Problem::new(field, Rule::Format, message).into())
}
