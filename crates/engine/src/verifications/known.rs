//! Whom a client's record stands for, by what was approved.

use bonafide_core::{
    id::{ApplicantId, ClientId},
    verification::Status,
};
use bonafide_store::{
    applicants,
    verifications::{self as rows, Filter, Page},
};

use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// How many approved ones are looked at, the newest first.
const LOOKED_AT: i64 = 100;

/// The identity of the last approved verification or authentication of a client that was not erased since: whom an
/// authentication can be made for.
pub async fn known(engine: &Engine, caller: &Caller, client: ClientId) -> Result<Option<ApplicantId>> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let filter = Filter { client: Some(client), statuses: &[Status::Approved], ..Filter::default() };
    let page = Page { after: None, skip: 0, limit: LOOKED_AT };
    let mut tx = engine.db().read().await?;
    for row in rows::list(&mut tx, organization, &filter, page).await? {
        let Some(identity) = row.identity else { continue };
        let mut is_known = true;
        for person in [row.applicant, identity] {
            let found = applicants::get(&mut tx, organization, person).await?;
            is_known &= found.is_some_and(|person| person.anonymized_at.is_none());
        }
        if is_known {
            return Ok(Some(identity));
        }
    }
    Ok(None)
}
