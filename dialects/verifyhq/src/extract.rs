//! What requests of this API name.

use bonafide_core::{delivery::Origin, id::WebhookEndpointId};
use bonafide_engine::{Caller, Engine, Error, Scope};
use bonafide_http::Result;

use crate::NAME;

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
    Ok(manages(caller, &id).then_some(id).ok_or(Error::NotFound("client"))?)
}

/// A client manages its own webhooks; who manages clients, theirs as well.
fn manages(caller: &Caller, client: &str) -> bool {
    caller.client_id == client || caller.may(Scope::Keys)
}
