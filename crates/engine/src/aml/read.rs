//! AML verifications read back.

use bonafide_core::{
    aml::AmlStatus,
    id::{AmlId, ClientId},
};
use bonafide_store::aml_verifications as rows;

use super::record::{Aml, Opened, not_found, open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// One of them.
pub async fn read(engine: &Engine, caller: &Caller, id: AmlId) -> Result<Aml> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or_else(not_found)?;
    Ok(open(engine, &mut tx, row).await?.into_view())
}

/// Which of them to list. `None` leaves nothing out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    pub status: Option<AmlStatus>,
    pub client: Option<ClientId>,
    pub skip: u32,
    pub take: u32,
}

/// A page of them, newest first, and how many there are in all. A list says nothing of what was found and by whom it was
/// decided: that is read one by one.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<Aml>, i64)> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let which = rows::Filter { status: filter.status, client: filter.client };
    let mut tx = engine.db().read().await?;
    let (skip, take) = (filter.skip.into(), filter.take.into());
    let page = rows::list(&mut tx, caller.organization, &which, skip, take).await?;
    let total = rows::count(&mut tx, caller.organization, &which).await?;
    Ok((page.into_iter().map(|row| Opened::closed(row).into_view()).collect(), total))
}
