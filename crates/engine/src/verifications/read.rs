//! One verification read back.

use bonafide_core::{finding::Finding, id::VerificationId, reason::Code, verification::Kind};
use bonafide_store::verifications as rows;

use super::view::{View, view_of};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    events::emit,
};

/// One verification, with its history.
pub async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<View> {
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("session"))?;
    view_of(engine, &mut tx, caller, row).await
}

/// Says whether the caller has a verification of this kind under this id; otherwise it is not found.
pub async fn expect(engine: &Engine, caller: &Caller, kind: Kind, id: VerificationId) -> Result<()> {
    let mut tx = engine.db().read().await?;
    // To a person's device there is one session and no other.
    let id = caller.session.map_or(Some(id), |own| (own == id).then_some(own));
    let id = id.ok_or(Error::NotFound("session"))?;
    let row = rows::get(&mut tx, caller.organization, id).await?;
    row.filter(|row| row.kind == kind).map(drop).ok_or(Error::NotFound("session"))
}

/// The findings of the last submission.
pub async fn findings(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Finding>> {
    Ok(read(engine, caller, id).await?.findings)
}

/// Why a verification stands where it does, the gravest first; kept when its person is forgotten. Of an approval there is
/// nothing.
pub async fn reasons(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Code>> {
    let mut tx = engine.db().read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("session"))?;
    emit::reasons(&mut tx, &row).await
}
