//! Decisions made again from what was stored with them.

use bonafide_core::{
    decision::Assessment,
    id::{OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{assessments as rows, organizations, verifications};
use serde::Serialize;

use crate::base::{
    engine::Engine,
    error::{Error, Result},
    stored::Stored,
};

/// One decision, stored and made again.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    pub at: Timestamp,
    pub stored: Assessment,
    pub again: Assessment,
    /// Whether they are equal to the last bit.
    pub same: bool,
}

/// Makes every decision of a verification again from what was stored with it, oldest first.
///
/// # Errors
/// [`Error::NotFound`]; a conflict when what was stored is not understood.
pub async fn replay(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Vec<Replayed>> {
    let mut tx = engine.db().read().await?;
    verifications::get(&mut tx, organization, id).await?.ok_or(Error::NotFound("session"))?;
    let all = rows::list(&mut tx, organization, id).await?;
    all.into_iter()
        .map(|row| {
            let stored: Stored = serde_json::from_value(row.detail).map_err(|_| not_understood())?;
            let again = stored.again();
            let same = text(&stored.assessment) == text(&again);
            Ok(Replayed { at: row.created_at, stored: stored.assessment, again, same })
        })
        .collect()
}

/// Everything of an assessment. Two numbers have the same text only when they are the same to the last bit.
fn text(assessment: &Assessment) -> String {
    serde_json::json!(assessment).to_string()
}

fn not_understood() -> Error {
    Error::conflict("not_understood", "what was stored with this decision is not understood by this program")
}

/// The organization that has a verification: for the operator, who need not know.
pub async fn organization_of(engine: &Engine, id: VerificationId) -> Result<OrganizationId> {
    let mut tx = engine.db().read().await?;
    for organization in organizations::list(&mut tx).await? {
        if verifications::get(&mut tx, organization.id, id).await?.is_some() {
            return Ok(organization.id);
        }
    }
    Err(Error::NotFound("session"))
}
