//! Identity verifications in numbered pages with exact totals, quick at a million of them: see `docs/benchmarks.md`.

use std::collections::HashMap;

use bonafide_core::{
    id::{ClientId, MatterId, VerificationId},
    step::StepKind,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    crypto::{self, Object},
    search_terms::Term,
    steps as step_rows, subject_keys,
    verifications::{self as rows, Order, Verification},
};
use serde::Deserialize;

use super::search;
use crate::{
    base::{
        caller::Caller, engine::Engine, error::Result, own_key::own_key, private::Subject, record::status,
    },
    steps::asks,
};

/// Most verifications a page.
const LONGEST: u32 = 100;

/// In which order. Of equals the newer comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    CreatedAt,
    /// The last changed first.
    UpdatedAt,
    /// As a verification goes through its states, from the first to the last.
    Status,
}

/// The states in their order; those of one line are one to whoever reads a list.
pub(super) const STATES: &[&[Status]] = &[
    &[Status::Created, Status::Pending],
    &[Status::Capturing, Status::RetryRequired],
    &[Status::Processing],
    &[Status::ReviewRequired, Status::Inconclusive],
    &[Status::Approved],
    &[Status::Declined, Status::Refused],
    &[Status::Canceled],
    &[Status::Expired],
];

/// Which identity verifications to list, of every API. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    pub purposes: Vec<Purpose>,
    pub statuses: Vec<Status>,
    /// The caller's word for their user.
    pub user_id: Option<String>,
    pub client: Option<ClientId>,
    pub matter: Option<MatterId>,
    /// Beginnings of words of the person's names, e-mail address or document number, every one of which has to be found. A text without a
    /// letter or digit finds nobody.
    pub search: Option<String>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
    pub sort: Sort,
    pub skip: u64,
    /// At most 100.
    pub take: u32,
}

/// An identity verification of a list.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: VerificationId,
    /// The API it was created through.
    pub dialect: String,
    pub purpose: Purpose,
    pub status: Status,
    /// Whom it is about, as the caller said; absent after the person was erased.
    pub subject: Option<Subject>,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    pub client: Option<ClientId>,
    pub matter: Option<MatterId>,
    /// What the person is asked for, in this order.
    pub steps: Vec<StepKind>,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

/// A page, and how many there are of all pages.
#[derive(Debug, Clone, Default)]
pub struct Part {
    pub page: Vec<Request>,
    pub total: u64,
}

/// A page of the organization's identity verifications.
pub async fn requests(engine: &Engine, caller: &Caller, listing: &Listing) -> Result<Part> {
    let organization = caller.organization;
    let terms: Vec<Term> = match &listing.search {
        None => vec![],
        Some(searched) => {
            let own = own_key(engine, organization).await?;
            let Some(terms) = search::terms(&own, Kind::IdentityVerification, searched)? else {
                return Ok(Part::default());
            };
            terms
        }
    };
    let user_ids: Vec<String> = listing.user_id.clone().into_iter().collect();
    let filter = rows::Filter {
        kind: Some(Kind::IdentityVerification),
        statuses: &listing.statuses,
        purposes: &listing.purposes,
        client: listing.client,
        matter: listing.matter,
        user_ids: &user_ids,
        from: listing.from,
        until: listing.until,
        ..rows::Filter::default()
    };
    let order = match listing.sort {
        Sort::CreatedAt => Order::Created,
        Sort::UpdatedAt => Order::Updated,
        Sort::Status => Order::Status(STATES),
    };
    let skip = i64::try_from(listing.skip).unwrap_or(i64::MAX);
    let mut tx = engine.db().read().await?;
    let limit = i64::from(listing.take.min(LONGEST));
    let part = rows::part(&mut tx, organization, &filter, &terms, order, skip, limit).await?;

    let applicants: Vec<_> = part.rows.iter().map(|row| row.applicant).collect();
    let ids: Vec<_> = part.rows.iter().map(|row| row.id).collect();
    let keys = subject_keys::load_all(&mut tx, organization, &applicants, engine.key_ring()).await?;
    let mut steps: HashMap<VerificationId, Vec<StepKind>> = HashMap::new();
    for (id, kind) in step_rows::kinds_of_all(&mut tx, organization, &ids).await? {
        steps.entry(id).or_default().push(kind);
    }
    drop(tx);
    let mut page = Vec::with_capacity(part.rows.len());
    for row in part.rows {
        let subject = match keys.get(&row.applicant) {
            Some(key) => {
                let told: Told = crypto::open_json(key, Object::Verification(row.id), &row.sealed)?;
                Some(told.subject)
            }
            None => None,
        };
        let steps = steps.remove(&row.id).unwrap_or_else(|| asks::usual(&row).to_vec());
        page.push(request(row, subject, steps));
    }
    Ok(Part { page, total: part.total.try_into().unwrap_or_default() })
}

/// All that a list shows of [`crate::base::private::Private`].
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    subject: Subject,
}

fn request(row: Verification, subject: Option<Subject>, steps: Vec<StepKind>) -> Request {
    Request {
        id: row.id,
        purpose: row.purpose.known().unwrap_or_default(),
        status: status(&row),
        dialect: row.dialect,
        subject,
        user_id: row.user_id,
        client: row.client,
        matter: row.matter,
        steps,
        verified: row.verified,
        score: row.score,
        created_at: row.created_at,
        updated_at: row.updated_at,
        completed_at: row.completed_at,
        expires_at: row.expires_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_its_place() {
        let mut all: Vec<Status> = STATES.iter().flat_map(|group| group.iter().copied()).collect();
        all.sort_unstable_by_key(|status| status.as_str());
        let mut known = Status::ALL.to_vec();
        known.sort_unstable_by_key(|status| status.as_str());
        assert_eq!(all, known);
    }
}
