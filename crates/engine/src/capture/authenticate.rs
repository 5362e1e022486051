//! Who presents a capture token.

use bonafide_core::{id::CredentialId, plan::Plan};
use bonafide_store::{capture_tokens as rows, credentials, organizations, secrets::SecretHash};

use super::token::{is_checked, is_open, verification};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// Requests a minute of one device.
const PER_MINUTE: i64 = 120;

/// The caller with this token; `None` when there is no such token. Whether the credential that made the verification is
/// still good does not matter: the person is not locked out for it.
///
/// # Errors
/// [`Error::Gone`] when another token took its place, or the verification takes nothing more.
pub async fn authenticate(engine: &Engine, presented: &str) -> Result<Option<Caller>> {
    let mut tx = engine.db().read().await?;
    let found = rows::find(&mut tx, SecretHash::of(presented)).await?.filter(|token| !token.link);
    let Some(token) = found else { return Ok(None) };
    if token.ended_at.is_some() {
        return Err(Error::Gone(
            "another device has taken this verification over, or this attempt is over; open a new link to go on",
        ));
    }
    let gone = Error::Gone("this verification was deleted");
    let row = verification(&mut tx, &token).await?.ok_or(gone)?;
    if !is_checked(&row) {
        is_open(&row, engine.now())?;
    }
    let organization = token.organization;
    let credential = match row.credential {
        Some(id) => credentials::get(&mut tx, organization, id).await?,
        None => None,
    };
    let tenant = organizations::get(&mut tx, organization).await?;
    Ok(Some(Caller {
        organization,
        credential: row.credential.unwrap_or(CredentialId::from_uuid(organization.uuid())),
        client_id: credential.map(|c| c.public_id).unwrap_or_default(),
        scopes: Scope::Capture.as_str().to_owned(),
        per_minute: Some(PER_MINUTE),
        sandbox: tenant.as_ref().is_some_and(|o| o.sandbox),
        plan: tenant.and_then(|o| o.plan.known()).unwrap_or(Plan::Inactive),
        address: None,
        device: None,
        session: Some(row.id),
    }))
}
