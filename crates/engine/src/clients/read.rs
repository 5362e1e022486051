//! One record.

use bonafide_core::id::{ClientId, OrganizationId};
use bonafide_store::{Tx, clients as rows};

use super::record::{Client, open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// One record; what was deleted is not found.
pub async fn read(engine: &Engine, caller: &Caller, id: ClientId) -> Result<Client> {
    // Who makes a verification of it looks at it too.
    if !caller.may(Scope::Read) && !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("client"))?;
    open(engine, &mut tx, row).await
}

/// Whether the caller's organization has this record.
pub async fn exists(engine: &Engine, caller: &Caller, id: ClientId) -> Result<bool> {
    let mut tx = engine.db().read().await?;
    Ok(rows::get(&mut tx, caller.organization, id).await?.is_some())
}

/// Counts a new verification of it. To be called before the verification's audit entry, so that it waits for nobody who
/// waits for it.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn count_request(tx: &mut Tx, organization: OrganizationId, id: ClientId) -> Result<()> {
    Ok(rows::count_request(tx, organization, id).await?)
}
