//! The block list read back.

use bonafide_core::id::BlockedId;
use bonafide_store::{Tx, block_list as rows, crypto::SubjectKey};

use super::entry::{Blocked, Kind, open};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    own_key::own_key,
};

/// Which entries to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// All where absent.
    pub kind: Option<Kind>,
    pub skip: u32,
    pub take: u32,
}

/// A page of the entries, newest first, and how many there are in all.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<Blocked>, i64)> {
    let (mut tx, own) = begin(engine, caller).await?;
    let kind = filter.kind.map(Kind::as_str);
    let (skip, take) = (filter.skip.into(), filter.take.into());
    let rows = rows::list(&mut tx, caller.organization, kind, skip, take).await?;
    let total = rows::count(&mut tx, caller.organization, kind).await?;
    let mut entries = vec![];
    for row in rows {
        entries.extend(open(&own, row)?);
    }
    Ok((entries, total))
}

/// One entry.
pub async fn read(engine: &Engine, caller: &Caller, id: BlockedId) -> Result<Blocked> {
    let (mut tx, own) = begin(engine, caller).await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("entry"))?;
    open(&own, row)?.ok_or(Error::NotFound("entry"))
}

async fn begin(engine: &Engine, caller: &Caller) -> Result<(Tx, SubjectKey)> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    let own = own_key(engine, caller.organization).await?;
    Ok((engine.db().read().await?, own))
}
