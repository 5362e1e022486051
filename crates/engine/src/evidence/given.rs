//! Every picture that was given, whether or not it counts still.

use bonafide_core::{evidence::EvidenceKind, id::VerificationId};
use bonafide_store::evidence as rows;

use crate::{
    applicants::erase::FACES,
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    verifications::view::Given,
};

/// In the order they came in, without what was erased since.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn given(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Given>> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().read().await?;
    let record = match Record::load(engine, &mut tx, caller.organization, id).await {
        Ok(record) => record,
        Err(Error::Conflict { code: "anonymized", .. }) => return Ok(vec![]),
        Err(other) => return Err(other),
    };
    let is_there = |kind: &EvidenceKind| record.private.face_withdrawn_at.is_none() || !FACES.contains(kind);
    let rows = rows::list_all(&mut tx, caller.organization, id).await?;
    let of = |row: rows::Evidence| {
        let kind = row.kind.known().filter(is_there)?;
        Some(Given { id: row.id, kind, at: row.created_at })
    };
    Ok(rows.into_iter().filter_map(of).collect())
}
