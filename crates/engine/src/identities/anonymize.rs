//! Forgetting an identity.

use bonafide_core::id::ApplicantId;
use bonafide_store::{
    applicants,
    verifications::{self as rows, Page},
};

use crate::{
    applicants::anonymize as forget,
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
};

/// Erases an identity and every verification and authentication of theirs. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, id: ApplicantId) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let row = applicants::get(&mut tx, caller.organization, id).await?;
    row.filter(|row| row.identity_since.is_some()).ok_or(Error::NotFound("identity"))?;
    let filter = rows::Filter { identities: &[id], ..rows::Filter::default() };
    let page = Page { after: None, skip: 0, limit: i64::MAX };
    let theirs = rows::list(&mut tx, caller.organization, &filter, page).await?;
    drop(tx);
    for verification in theirs {
        forget::anonymize(engine, caller, verification.applicant).await?;
    }
    // Last, so that a call that was cut short can be repeated.
    forget::anonymize(engine, caller, id).await
}
