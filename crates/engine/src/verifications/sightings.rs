//! The earlier submissions that a verification has something in common with.

use std::collections::HashMap;

use bonafide_core::{id::VerificationId, verification::Status};
use bonafide_store::{
    applicants,
    verifications::{self as rows, Page},
};

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    record::{self, Record},
    sighting::Sighting,
};

/// An earlier submission, and how it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub sighting: Sighting,
    /// Of the earlier session; absent where that was erased or deleted and the identity is known.
    pub status: Option<Status>,
}

/// What was seen before when a verification was last checked: what contradicts it first, then the newest. Whoever was
/// forgotten since is left out.
///
/// # Errors
/// [`Error::NotFound`]; a conflict `anonymized`.
pub async fn sightings(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Seen>> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, organization, id).await?;
    // Without the pictures alone, where the search was not run to its end.
    let is_whole = |s: &Sighting| s.verification.is_some() || s.identity.is_some();
    let seen: Vec<Sighting> = record.private.sightings.into_iter().filter(is_whole).collect();
    let people: Vec<_> = seen.iter().map(|s| s.applicant).collect();
    if people.is_empty() {
        return Ok(vec![]);
    }
    let filter = rows::Filter { applicants: &people, ..rows::Filter::default() };
    let page = Page { after: None, skip: 0, limit: i64::MAX };
    let now: HashMap<VerificationId, Status> = rows::list(&mut tx, organization, &filter, page)
        .await?
        .iter()
        .map(|row| (row.id, record::status(row)))
        .collect();
    let mut all = vec![];
    for sighting in seen {
        let person = applicants::get(&mut tx, organization, sighting.applicant).await?;
        if person.is_none_or(|person| person.anonymized_at.is_some()) {
            continue;
        }
        let status = sighting.verification.and_then(|id| now.get(&id).copied());
        all.push(Seen { sighting, status });
    }
    Ok(all)
}
