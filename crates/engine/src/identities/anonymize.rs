//! Forgetting an identity.

use bonafide_core::id::ApplicantId;
use bonafide_store::{applicants, organizations, verifications::people_of};

use crate::{
    applicants::anonymize::{self as people, forget, is_gone},
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
};

/// Erases an identity and every verification and authentication of theirs, also those that become theirs meanwhile; what is
/// still going on is canceled. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, id: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let row = applicants::get(&mut tx, organization, id).await?;
    row.filter(|row| row.identity_since.is_some()).ok_or(Error::NotFound("identity"))?;
    let mut theirs = people_of(&mut tx, organization, id).await?;
    drop(tx);
    // Last comes the identity, so that a call that was cut short can be repeated.
    loop {
        for applicant in theirs {
            people::anonymize(engine, caller, applicant).await?;
        }
        let mut tx = engine.db().begin().await?;
        // Whoever makes somebody this identity, or begins an authentication of theirs, holds the organization too: they came
        // before, and are seen here, or come later, and find nobody.
        organizations::hold(&mut tx, organization).await?;
        theirs = people_of(&mut tx, organization, id).await?;
        if theirs.is_empty() {
            if forget(engine, &mut tx, caller, id).await? {
                tx.commit().await?;
                is_gone(engine, organization, id).await;
            }
            return Ok(());
        }
    }
}
