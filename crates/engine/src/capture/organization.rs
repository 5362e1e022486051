//! Who asks the person.

use bonafide_store::organizations;

use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
};

/// The name of the caller's organization.
pub async fn organization(engine: &Engine, caller: &Caller) -> Result<String> {
    let mut tx = engine.db().read().await?;
    let found = organizations::get(&mut tx, caller.organization).await?;
    Ok(found.ok_or(Error::NotFound("organization"))?.name)
}
