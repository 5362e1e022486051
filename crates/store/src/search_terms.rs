//! By what verifications are found: keyed hashes of the beginnings of words.
//!
//! Whoever has the database and not its keys sees which verifications have beginnings in common and how frequent each is, and
//! can guess the most frequent ones from that; which beginning a hash is of cannot be tried without the organization's own
//! key.
//!
//! A term of a verification is a row of `search_terms`. Of frequent terms that is too many rows to read: [`fold`] puts those of
//! one term and one day into one row of `search_days`, and `found` reads both.
//!
//! On PostgreSQL whoever keeps terms takes first the head of the audit log and the person ([`hold`]), as anonymizing does: of a
//! person who is being forgotten nothing is kept anew. Then come the rows of `searchable`, and last of all, to change rows of
//! `search_days`, a lock that is for these days alone.

use std::collections::BTreeMap;

use bonafide_core::{
    id::{ApplicantId, OrganizationId, VerificationId},
    time::Timestamp,
};
use uuid::Uuid;

use crate::{Context, Result, Tx, column::row, query::Query};

/// A keyed hash of one beginning: the first eight bytes of a [`crate::crypto::mark`].
pub type Term = i64;

/// The term of a keyed hash.
pub fn term(mark: &[u8; 32]) -> Term {
    let [a, b, c, d, e, f, g, h, ..] = *mark;
    Term::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Most rows of one statement: PostgreSQL takes 65,535 values, four a row.
const BATCH: usize = 1000;
/// A term that so many of those that are folded at once have on one day is frequent.
const FREQUENT: usize = 3;

pub(crate) const DAY_MS: i64 = 86_400_000;

/// Where a verification stands in lists: by the time of its creation, then by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) created_at: i64,
    pub(crate) id: Uuid,
}
row!(Place: created_at, id);

/// Bytes of one in a row of a day: the millisecond of the day, then the id.
const MEMBER: usize = 20;

impl Place {
    pub(crate) fn day(self) -> i64 {
        self.created_at.div_euclid(DAY_MS)
    }

    fn member(self) -> [u8; MEMBER] {
        let mut member = [0; MEMBER];
        let (time, id) = member.split_at_mut(4);
        let of_day = u32::try_from(self.created_at.rem_euclid(DAY_MS)).unwrap_or_default();
        time.copy_from_slice(&of_day.to_be_bytes());
        id.copy_from_slice(self.id.as_bytes());
        member
    }

    fn of_member(day: i64, member: &[u8; MEMBER]) -> Self {
        let [a, b, c, d, id @ ..] = *member;
        let of_day = i64::from(u32::from_be_bytes([a, b, c, d]));
        Self { created_at: day * DAY_MS + of_day, id: Uuid::from_bytes(id) }
    }
}

/// A verification that can be found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub verification: VerificationId,
    pub applicant: ApplicantId,
    /// When the verification was created: what is found is listed by it.
    pub created_at: Timestamp,
}

/// What a verification is found by, and the number of the rules by which that was made out.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub terms: Vec<Term>,
    pub rules: i64,
}

/// Holds a person until the transaction ends: nobody else changes what they are found by, or forgets them. False when they were
/// forgotten.
pub async fn hold(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<bool> {
    if let Tx::Postgres(_) = tx {
        // Before the person, as whoever forgets them does.
        let mut head = Query::new("SELECT hold_audit_head(");
        head.bind(organization.uuid()).push(")");
        head.execute(tx).await.to("hold the head of the audit log")?;
    }
    let mut query = Query::new("SELECT id FROM applicants WHERE organization = ");
    query.bind(organization.uuid()).push(" AND id = ").bind(applicant.uuid());
    query.push(" AND anonymized_at IS NULL").push(match tx {
        // There is one writer.
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " FOR NO KEY UPDATE",
    });
    let rows: Vec<(Uuid,)> = query.fetch(tx).await.to("hold a person who is found")?;
    Ok(!rows.is_empty())
}

/// From now on the verification is found by these terms and by no others; by none, when its person was forgotten.
pub async fn keep(tx: &mut Tx, organization: OrganizationId, found: Found, kept: Kept) -> Result<()> {
    if !hold(tx, organization, found.applicant).await? {
        return Ok(());
    }
    let Kept { mut terms, rules } = kept;
    let mut before = Query::new("SELECT terms, rules FROM searchable WHERE organization = ");
    before.bind(organization.uuid()).push(" AND verification = ").bind(found.verification.uuid());
    before.push(match tx {
        Tx::Sqlite(_) => "",
        Tx::Postgres(_) => " FOR UPDATE",
    });
    let before: Vec<(Vec<u8>, i64)> = before.fetch(tx).await.to("read what a verification is found by")?;
    let (before, old) = before.first().map_or((vec![], None), |(bytes, rules)| (unpack(bytes), Some(*rules)));
    terms.sort_unstable();
    terms.dedup();
    if terms == before && old.is_none_or(|old| old == rules) {
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
        "INSERT INTO searchable (organization, verification, applicant, created_at, terms, rules) VALUES (",
    );
    query.bind(organization.uuid()).push(", ").bind(found.verification.uuid()).push(", ");
    query
        .bind(found.applicant.uuid())
        .push(", ")
        .bind(found.created_at.0)
        .push(", ")
        .bind(pack(&terms))
        .push(", ");
    query.bind(rules).push(
        ") ON CONFLICT (organization, verification) DO UPDATE SET terms = excluded.terms, rules = excluded.rules, folded = ",
    );
    query.push(if new.is_empty() { "searchable.folded" } else { "FALSE" });
    query.execute(tx).await.to("note what a verification is found by")
}

/// Some verifications that were kept by older rules, and whose they are: those whose ids follow `after`, in order.
pub async fn of_older_rules(
    tx: &mut Tx,
    organization: OrganizationId,
    rules: i64,
    after: Option<VerificationId>,
    most: usize,
) -> Result<Vec<(VerificationId, ApplicantId)>> {
    let mut query = Query::new("SELECT verification, applicant FROM searchable WHERE organization = ");
    query.bind(organization.uuid()).push(" AND rules < ").bind(rules);
    if let Some(after) = after {
        query.push(" AND verification > ").bind(after.uuid());
    }
    query.push(" ORDER BY verification LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    let rows: Vec<(Uuid, Uuid)> = query.fetch(tx).await.to("read what is found by older rules")?;
    let ids = |(id, applicant)| (VerificationId::from_uuid(id), ApplicantId::from_uuid(applicant));
    Ok(rows.into_iter().map(ids).collect())
}

/// What a verification is found by counts as made out by these rules.
pub async fn leave(
    tx: &mut Tx,
    organization: OrganizationId,
    verification: VerificationId,
    rules: i64,
) -> Result<()> {
    let mut query = Query::new("UPDATE searchable SET rules = ");
    query.bind(rules).push(" WHERE organization = ").bind(organization.uuid());
    query.push(" AND verification = ").bind(verification.uuid());
    query.execute(tx).await.to("leave what a verification is found by")
}

/// A person's verifications are found no more.
pub async fn forget(tx: &mut Tx, organization: OrganizationId, applicant: ApplicantId) -> Result<()> {
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
    let place = Place { created_at: created_at.0, id: verification.uuid() };
    let member = place.member();
    for batch in terms.chunks(BATCH) {
        let mut query = Query::new("DELETE FROM search_terms WHERE organization = ");
        query.bind(organization.uuid()).push(" AND created_at = ").bind(created_at.0);
        query.push(" AND verification = ").bind(verification.uuid());
        query.push(" AND term IN ").list(batch.iter().copied());
        query.execute(tx).await.to("remove what a verification is found by")?;

        let is_there = |(_, members): &(Term, Vec<u8>)| members.as_chunks().0.contains(&member);
        if of_day(tx, organization, place.day(), batch).await?.iter().any(is_there) {
            hold_days(tx, organization).await?;
            let mut changed = of_day(tx, organization, place.day(), batch).await?;
            changed.retain(is_there);
            for (_, members) in &mut changed {
                let others = members.as_chunks().0.iter().filter(|other| **other != member);
                *members = others.flatten().copied().collect();
            }
            set_day(tx, organization, place.day(), changed).await?;
        }
    }
    Ok(())
}

/// Puts the terms together that are frequent among the oldest verifications of which that was not done yet, as many of them as
/// are asked for; false, and nothing is done, where there are fewer.
pub async fn fold(tx: &mut Tx, organization: OrganizationId, many: usize) -> Result<bool> {
    let limit = i64::try_from(many).unwrap_or(i64::MAX);
    let mut query = Query::new("SELECT COUNT(*) FROM (SELECT 1 AS one FROM searchable WHERE organization = ");
    query.bind(organization.uuid()).push(" AND NOT folded LIMIT ").bind(limit).push(") counted");
    let counted: Vec<(i64,)> = query.fetch(tx).await.to("count whose terms stand apart")?;
    if counted.first().is_none_or(|(n,)| *n < limit) {
        return Ok(false);
    }
    let mut query =
        Query::new("SELECT verification, created_at, terms FROM searchable WHERE organization = ");
    query.bind(organization.uuid()).push(" AND NOT folded ORDER BY created_at, verification LIMIT ");
    query.bind(limit).push(match tx {
        Tx::Sqlite(_) => "",
        // Whoever holds several of them is not waited for.
        Tx::Postgres(_) => " FOR UPDATE SKIP LOCKED",
    });
    let rows: Vec<(Uuid, i64, Vec<u8>)> = query.fetch(tx).await.to("read what verifications are found by")?;
    if rows.is_empty() {
        return Ok(false);
    }
    hold_days(tx, organization).await?;
    let mut days: BTreeMap<i64, Vec<(Place, Vec<Term>)>> = BTreeMap::new();
    for (id, created_at, terms) in rows {
        let place = Place { created_at, id };
        days.entry(place.day()).or_default().push((place, unpack(&terms)));
    }
    for (day, verifications) in days {
        let mut frequency: BTreeMap<Term, usize> = BTreeMap::new();
        for term in verifications.iter().flat_map(|(_, terms)| terms) {
            *frequency.entry(*term).or_default() += 1;
        }
        frequency.retain(|_, n| *n >= FREQUENT);
        let frequent: Vec<Term> = frequency.into_keys().collect();
        let places: Vec<Place> = verifications.into_iter().map(|(place, _)| place).collect();
        for batch in frequent.chunks(BATCH) {
            fold_day(tx, organization, day, &places, batch).await?;
        }
        for batch in places.chunks(BATCH) {
            let mut query = Query::new("UPDATE searchable SET folded = TRUE WHERE organization = ");
            query
                .bind(organization.uuid())
                .push(" AND verification IN ")
                .list(batch.iter().map(|place| place.id));
            query.execute(tx).await.to("note which terms stand together")?;
        }
    }
    Ok(true)
}

/// Holds the rows of `search_days` until the transaction ends. Taken last: whoever has them waits for nobody who waits for them.
async fn hold_days(tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    if let Tx::Postgres(_) = tx {
        let mut query = Query::new("SELECT pg_advisory_xact_lock(6282194, hashtext(CAST(");
        query.bind(organization.uuid()).push(" AS TEXT)))");
        query.execute(tx).await.to("hold a day's terms")?;
    }
    Ok(())
}

/// Moves the rows of these verifications of one day that have one of these terms.
async fn fold_day(
    tx: &mut Tx,
    organization: OrganizationId,
    day: i64,
    places: &[Place],
    terms: &[Term],
) -> Result<()> {
    let mut days: BTreeMap<Term, Vec<u8>> = of_day(tx, organization, day, terms).await?.into_iter().collect();
    for batch in places.chunks(BATCH) {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else { continue };
        let mut query = Query::new("DELETE FROM search_terms WHERE organization = ");
        query.bind(organization.uuid()).push(" AND term IN ").list(terms.iter().copied());
        query.push(" AND created_at >= ").bind(first.created_at);
        query.push(" AND created_at <= ").bind(last.created_at);
        query.push(" AND verification IN ").list(batch.iter().map(|place| place.id));
        query.push(" RETURNING term, created_at, verification");
        let mut moved: Vec<(Term, i64, Uuid)> = query.fetch(tx).await.to("take frequent terms apart")?;
        moved.sort_unstable();
        for (term, created_at, id) in moved {
            days.entry(term).or_default().extend(Place { created_at, id }.member());
        }
    }
    set_day(tx, organization, day, days.into_iter().collect()).await
}

/// Who has which of these terms on a day.
async fn of_day(
    tx: &mut Tx,
    organization: OrganizationId,
    day: i64,
    terms: &[Term],
) -> Result<Vec<(Term, Vec<u8>)>> {
    let mut query = Query::new("SELECT term, members FROM search_days WHERE organization = ");
    query
        .bind(organization.uuid())
        .push(" AND day = ")
        .bind(day)
        .push(" AND term IN ")
        .list(terms.iter().copied());
    query.fetch(tx).await.to("read who is found by a day's terms")
}

async fn set_day(
    tx: &mut Tx,
    organization: OrganizationId,
    day: i64,
    terms: Vec<(Term, Vec<u8>)>,
) -> Result<()> {
    let (kept, gone): (Vec<_>, Vec<_>) = terms.into_iter().partition(|(_, members)| !members.is_empty());
    if !kept.is_empty() {
        let mut query = Query::new("INSERT INTO search_days (organization, day, term, members) VALUES ");
        for (place, (term, members)) in kept.into_iter().enumerate() {
            query.push(if place == 0 { "(" } else { ", (" }).bind(organization.uuid()).push(", ").bind(day);
            query.push(", ").bind(term).push(", ").bind(members).push(")");
        }
        query.push(" ON CONFLICT (organization, term, day) DO UPDATE SET members = excluded.members");
        query.execute(tx).await.to("keep who is found by a day's terms")?;
    }
    if !gone.is_empty() {
        let mut query = Query::new("DELETE FROM search_days WHERE organization = ");
        query.bind(organization.uuid()).push(" AND day = ").bind(day);
        query.push(" AND term IN ").list(gone.iter().map(|(term, _)| *term));
        query.execute(tx).await.to("remove a day's terms")?;
    }
    Ok(())
}

/// Everybody who has all of some terms and was created from one time on and before another, the oldest first.
pub(crate) async fn found(
    tx: &mut Tx,
    organization: OrganizationId,
    terms: &[Term],
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Vec<Place>> {
    let mut terms: Vec<(i64, Term)> = terms.iter().map(|term| (0, *term)).collect();
    if terms.len() > 1 {
        for (frequency, term) in &mut terms {
            *frequency = how_many(tx, organization, *term).await?;
        }
    }
    // Of the more frequent ones no more is read than the times of the rarest one's.
    terms.sort_unstable();
    let (mut from, mut until) = (from.map_or(i64::MIN, |at| at.0), until.map_or(i64::MAX, |at| at.0));
    let mut all: Option<Vec<Place>> = None;
    for (_, term) in terms {
        let mut places = places(tx, organization, term, from, until).await?;
        if let Some(before) = all {
            places = both(&before, &places);
        }
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return Ok(vec![]) };
        (from, until) = (first.created_at, last.created_at.saturating_add(1));
        all = Some(places);
    }
    Ok(all.unwrap_or_default())
}

async fn how_many(tx: &mut Tx, organization: OrganizationId, term: Term) -> Result<i64> {
    let mut query = Query::new("SELECT (SELECT COUNT(*) FROM search_terms WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term);
    query.push(") + (SELECT COALESCE(SUM(LENGTH(members)), 0) FROM search_days WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term);
    query.push(") / ").push(&MEMBER.to_string());
    let rows: Vec<(i64,)> = query.fetch(tx).await.to("count who is found by a word")?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}

/// Everybody who has a term, the oldest first.
async fn places(
    tx: &mut Tx,
    organization: OrganizationId,
    term: Term,
    from: i64,
    until: i64,
) -> Result<Vec<Place>> {
    let mut query = Query::new("SELECT day, members FROM search_days WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term);
    query
        .push(" AND day >= ")
        .bind(from.div_euclid(DAY_MS))
        .push(" AND day <= ")
        .bind(until.div_euclid(DAY_MS));
    query.push(" ORDER BY day");
    let days: Vec<(i64, Vec<u8>)> = query.fetch(tx).await.to("read who is found by a frequent word")?;
    let mut query =
        Query::new("SELECT created_at, verification AS id FROM search_terms WHERE organization = ");
    query.bind(organization.uuid()).push(" AND term = ").bind(term);
    query.push(" AND created_at >= ").bind(from).push(" AND created_at < ").bind(until);
    query.push(" ORDER BY created_at, verification");
    let rows: Vec<Place> = query.fetch(tx).await.to("read who is found by a word")?;

    let of_days: usize = days.iter().map(|(_, members)| members.len() / MEMBER).sum();
    let mut places = Vec::with_capacity(of_days + rows.len());
    for (day, members) in days {
        places.extend(members.as_chunks().0.iter().map(|member| Place::of_member(day, member)));
    }
    places.retain(|place| (from..until).contains(&place.created_at));
    places.extend(rows);
    // Two or three runs that are in order already, which this sort is made for.
    places.sort();
    Ok(places)
}

/// What two sorted lists have in common.
fn both(a: &[Place], b: &[Place]) -> Vec<Place> {
    let mut b = b.iter().peekable();
    let mut common = vec![];
    for place in a {
        while b.next_if(|other| *other < place).is_some() {}
        if b.next_if_eq(&place).is_some() {
            common.push(*place);
        }
    }
    common
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
    fn a_place_comes_back_as_it_stood_among_a_day_s() {
        let id = Uuid::from_u128(7);
        for created_at in [0, 1, DAY_MS - 1, DAY_MS, 1_796_000_000_123, -1, -DAY_MS] {
            let place = Place { created_at, id };
            assert_eq!(Place::of_member(place.day(), &place.member()), place);
        }
        // In bytes they are in the same order.
        let (a, b) = (Place { created_at: 5, id }, Place { created_at: 300, id: Uuid::nil() });
        assert!(a < b && a.member() < b.member());
    }

    #[test]
    fn who_is_in_two_lists() {
        let list = |times: &[i64]| -> Vec<Place> {
            times.iter().map(|at| Place { created_at: *at, id: Uuid::nil() }).collect()
        };
        assert_eq!(both(&list(&[1, 3, 5, 9]), &list(&[0, 3, 4, 5, 6])), list(&[3, 5]));
        assert_eq!(both(&list(&[1, 2]), &list(&[])), []);
        assert_eq!(both(&[], &list(&[1, 2])), []);
    }

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
