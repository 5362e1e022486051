//! What requests of this API name.

use bonafide_core::{
    delivery::Origin,
    id::{EvidenceId, LivenessSessionId, VerificationId, WebhookEndpointId},
    problem::{Problem, Rule},
    verification::Kind,
};
use bonafide_engine::{
    Caller, Engine, Error, Scope,
    verifications::{self, View},
};
use bonafide_http::{Denied, Form, Refusal, Result};

use crate::NAME;

/// Largest picture, in bytes.
const MAX_PICTURE: usize = 10 << 20;

/// A webhook of this API that the caller may manage.
pub(crate) async fn webhook(engine: &Engine, caller: &Caller, text: &str) -> Result<WebhookEndpointId> {
    let none = || Error::NotFound("webhook");
    let id = text.strip_prefix("wh_").unwrap_or(text).parse().map_err(|_| none())?;
    let found = bonafide_engine::webhooks::read(engine, caller, id).await?;
    let is_one =
        found.dialect == NAME && found.origin == Origin::Registered && manages(caller, &found.client);
    Ok(is_one.then_some(id).ok_or_else(none)?)
}

/// The API client that a request names: only the caller's own organization has any.
pub(crate) fn client_id(caller: &Caller, text: &str) -> Result<String> {
    let id = text.strip_prefix("client_").map_or_else(|| text.to_owned(), |id| format!("key_{id}"));
    // As the document has it.
    let is_id = (1..=255).contains(&text.len())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    Ok((is_id && manages(caller, &id)).then_some(id).ok_or(Error::NotFound("client"))?)
}

/// A client manages its own webhooks; who manages clients, theirs as well.
fn manages(caller: &Caller, client: &str) -> bool {
    caller.client_id == client || caller.may(Scope::Keys)
}

/// The identity verification that a request names, whichever API it was made through.
pub(crate) async fn verification(engine: &Engine, caller: &Caller, text: &str) -> Result<View> {
    let none = || Error::NotFound("verification");
    let id: VerificationId = text.strip_prefix("ver_").unwrap_or(text).parse().map_err(|_| none())?;
    let view = verifications::read(engine, caller, id).await?;
    Ok(Some(view).filter(|view| view.kind == Kind::IdentityVerification).ok_or_else(none)?)
}

pub(crate) fn document_id(text: &str) -> Result<EvidenceId> {
    Ok(text.strip_prefix("doc_").unwrap_or(text).parse().map_err(|_| Error::NotFound("document"))?)
}

pub(crate) fn liveness_id(text: &str) -> Result<LivenessSessionId> {
    Ok(text.strip_prefix("liv_").unwrap_or(text).parse().map_err(|_| no_session())?)
}

/// The session that a token stands for. The token names it and lets nobody in: every request brings its key.
pub(crate) fn session_token(text: &str) -> Result<LivenessSessionId> {
    Ok(text.strip_prefix("ses_").and_then(|id| id.parse().ok()).ok_or_else(no_session)?)
}

fn no_session() -> Error {
    Error::NotFound("liveness session")
}

/// The caller's word for one of their users.
pub(crate) fn user_id(text: &str) -> Result<()> {
    let opaque = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
    if (1..=64).contains(&text.len()) && text.chars().all(opaque) {
        return Ok(());
    }
    let message = "must be 1 to 64 letters, digits and . _ : - (an opaque id, no e-mail address)";
    Err(Problem::new("userId", Rule::Format, message).into())
}

/// A person's evidence comes from the caller's server: where that is says nothing about the person.
pub(crate) fn from_server(caller: &Caller) -> Caller {
    Caller { address: None, device: None, ..caller.clone() }
}

/// A picture of a form; `None` where it may be absent and is.
pub(crate) fn picture(form: &mut Form, name: &str, problems: &mut Vec<Problem>) -> Result<Option<Vec<u8>>> {
    let Some(bytes) = form.files.remove(name) else {
        if form.text.contains_key(name) {
            problems.push(Problem::new(name, Rule::Type, "must be sent as a file"));
        }
        return Ok(None);
    };
    if bytes.len() > MAX_PICTURE {
        let message = format!("{name} is larger than 10 MB; send a smaller picture");
        return Err(Refusal { message, ..Denied::BodyTooLarge.into() });
    }
    if bytes.is_empty() {
        problems.push(Problem::new(name, Rule::Length, "must be a picture file that is not empty"));
    }
    Ok(Some(bytes))
}

/// The same, where it has to be there.
pub(crate) fn required_picture(form: &mut Form, name: &str, problems: &mut Vec<Problem>) -> Result<Vec<u8>> {
    let before = problems.len();
    let picture = picture(form, name, problems)?;
    if picture.is_none() && problems.len() == before {
        problems.push(Problem::new(name, Rule::Required, "is required: a picture file"));
    }
    Ok(picture.unwrap_or_default())
}
