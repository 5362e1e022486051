//! By what verifications are found: keyed hashes of the beginnings of words.
//!
//! Whoever has the database and not its keys sees which verifications have beginnings in common and how frequent each is, and
//! can guess the most frequent ones from that; which beginning a hash is of cannot be tried without the organization's own
//! key.

use bonafide_core::{
    id::{ApplicantId, OrganizationId, VerificationId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{Context, Result, Tx, query::Query};

/// A keyed hash of one beginning: the first eight bytes of a [`crate::crypto::mark`].
pub type Term = i64;

/// The term of a keyed hash.
pub fn term(mark: &[u8; 32]) -> Term {
    let [a, b, c, d, e, f, g, h, ..] = *mark;
    Term::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Most rows of one statement: PostgreSQL takes 65,535 values, four a row.
const BATCH: usize = 1000;

/// A verification that can be found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// When the verification was created: what is found is listed by it.
    pub created_at: Timestamp,
}

/// From now on the verification is found by these terms and by no others.
pub async fn keep(tx: &mut Tx, organization: OrganizationId, found: Found, terms: &[Term]) -> Result<()> {
    let mut before = Query::new("SELECT terms FROM searchable WHERE organization = ");
    before.bind(organization.uuid()).push(" AND verification = ").bind(found.verification.uuid());
    let before: Vec<(Vec<u8>,)> = before.fetch(tx).await.to("read what a verification is found by")?;
    let before = before.first().map(|(bytes,)| unpack(bytes)).unwrap_or_default();
    let mut terms = terms.to_vec();
    terms.sort_unstable();
    terms.dedup();
    if terms == before {
        return Ok(());
    }
    let is_in = |list: &[Term], term: &Term| list.binary_search(term).is_ok();
    let gone: Vec<Term> = before.iter().filter(|term| !is_in(&terms, term)).copied().collect();
    let new: Vec<Term> = terms.iter().filter(|term| !is_in(&before, term)).copied().collect();
    remove(tx, organization, found.verification, found.created_at, &gone).await?;
    for batch in new.chunks(BATCH) {
        let mut query =
            Query::new("INSERT INTO search_terms (organization, term, created_at, verification) VALUES ");
        for (place, term) in batch.iter().enumerate() {
            query.push(if place == 0 { "(" } else { ", (" }).bind(organization.uuid()).push(", ").bind(*term);
            query.push(", ").bind(found.created_at.0).push(", ").bind(found.verification.uuid()).push(")");
        }
        query.push(" ON CONFLICT (organization, term, created_at, verification) DO NOTHING");
        query.execute(tx).await.to("keep what a verification is found by")?;
    }
    let mut query = Query::new(
        "INSERT INTO searchable (organization, verification, applicant, created_at, terms) VALUES (",
    );
    query.bind(organization.uuid()).push(", ").bind(found.verification.uuid()).push(", ");
    query.bind(found.applicant.uuid()).push(", ").bind(found.created_at.0).push(", ").bind(pack(&terms));
    query.push(") ON CONFLICT (organization, verification) DO UPDATE SET terms = excluded.terms");
    query.execute(tx).await.to("note what a verification is found by")
}

/// A person's verifications are found no more.
pub(crate) async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
    let mut query = Query::new("DELETE FROM searchable WHERE organization = ");
    query.bind(organization.uuid()).push(" AND applicant = ").bind(applicant.uuid());
    take_away(tx, organization, query).await
}

/// A verification is found no more.
pub(crate) async fn withdraw(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
) -> Result<()> {
    let mut query = Query::new("DELETE FROM searchable WHERE organization = ");
    query.bind(organization.uuid()).push(" AND verification = ").bind(verification.uuid());
    take_away(tx, organization, query).await
}

async fn take_away(tx: &mut Tx, organization: OrganizationId, mut query: Query) -> Result<()> {
    query.push(" RETURNING verification, created_at, terms");
    let rows: Vec<(Uuid, i64, Vec<u8>)> = query.fetch(tx).await.to("forget what a person is found by")?;
    for (verification, created_at, terms) in rows {
        let verification = VerificationId::from_uuid(verification);
        remove(tx, organization, verification, Timestamp(created_at), &unpack(&terms)).await?;
    }
    Ok(())
}

async fn remove(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    created_at: Timestamp,
    terms: &[Term],
) -> Result<()> {
    for batch in terms.chunks(BATCH) {
        let mut query = Query::new("DELETE FROM search_terms WHERE organization = ");
        query.bind(organization.uuid()).push(" AND created_at = ").bind(created_at.0);
        query.push(" AND verification = ").bind(verification.uuid());
        query.push(" AND term IN ").list(batch.iter().copied());
        query.execute(tx).await.to("remove what a verification is found by")?;
    }
    Ok(())
}

/// How many verifications have a term, counted no further than `most`.
pub(crate) async fn frequency(
    tx: &mut Tx,
    organization: OrganizationId,
    term: Term,
    most: i64,
) -> Result<i64> {
    let mut query =
        Query::new("SELECT COUNT(*) FROM (SELECT 1 AS one FROM search_terms WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term).push(" LIMIT ").bind(most);
    query.push(") counted");
    let rows: Vec<(i64,)> = query.fetch(tx).await.to("count who is found by a word")?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}

/// Sorted terms as one value.
fn pack(terms: &[Term]) -> Vec<u8> {
    terms.iter().flat_map(|term| term.to_be_bytes()).collect()
}

fn unpack(bytes: &[u8]) -> Vec<Term> {
    bytes.as_chunks().0.iter().map(|bytes| Term::from_be_bytes(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_the_beginnings_of_hashes_and_come_back_as_they_were_packed() {
        let mut mark = [0; 32];
        mark[7] = 5;
        assert_eq!(term(&mark), 5);
        mark[0] = 0xff;
        let terms = [term(&mark), 0, 5, i64::MAX];
        assert!(terms.is_sorted());
        assert_eq!(unpack(&pack(&terms)), terms);
        assert_eq!(unpack(&[]), Vec::<Term>::new());
    }
}
