//! How many verifications there are, without looking at them: see the table `verification_counts`, which triggers keep.

use std::collections::BTreeMap;

use bonafide_core::{
    id::OrganizationId,
    time::Timestamp,
    verification::{Kind, Status},
};

use super::filter::{Axis, Filter};
use crate::{Context, Result, Tx, query::Query};

const DAY_MS: i64 = 86_400_000;
/// Days of one span: spans are added up first, then days inside of one.
const SPAN: i64 = 32;
/// What the span of the creation is multiplied by where it is counted together with that of the last change.
const PAIRED: i64 = 100_000;

/// Those of one purpose in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) purpose: String,
    pub(super) status: String,
    pub(super) n: i64,
}

/// Whether what the filter asks for is counted ahead.
pub(super) fn knows(filter: &Filter<'_>) -> bool {
    let Filter { dialect, reason, applicants, identities, credentials, user_ids, verified, .. } = filter;
    let whose =
        applicants.is_empty() && identities.is_empty() && credentials.is_empty() && user_ids.is_empty();
    let whereabouts = filter.client.is_none() && filter.matter.is_none();
    whose && whereabouts && dialect.is_none() && reason.is_none() && verified.is_none()
}

/// How many of a kind the filter matches. It asks for nothing that is not counted ahead.
pub(super) async fn counts(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
) -> Result<Vec<Count>> {
    let mut counts = match filter.from {
        None => all(tx, organization, kind).await?,
        Some(from) => since(tx, organization, kind, from).await?,
    };
    if let Some(until) = filter.until {
        for late in since(tx, organization, kind, until).await? {
            if let Some(count) =
                counts.iter_mut().find(|c| c.purpose == late.purpose && c.status == late.status)
            {
                count.n -= late.n;
            }
        }
    }
    counts.retain(|c| c.n > 0 && is_asked_for(filter, c));
    Ok(counts)
}

fn is_asked_for(filter: &Filter<'_>, count: &Count) -> bool {
    let status = filter.statuses.is_empty() || filter.statuses.iter().any(|s| s.as_str() == count.status);
    status && (filter.purposes.is_empty() || filter.purposes.iter().any(|p| p.as_str() == count.purpose))
}

type Row = (String, String, i64);

fn summed(rows: Vec<Row>) -> Vec<Count> {
    let mut sums: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (purpose, status, n) in rows {
        *sums.entry((purpose, status)).or_default() += n;
    }
    sums.into_iter().map(|((purpose, status), n)| Count { purpose, status, n }).collect()
}

async fn all(tx: &mut Tx, organization: OrganizationId, kind: Kind) -> Result<Vec<Count>> {
    let mut query = Query::new("SELECT purpose, status, n FROM verification_counts WHERE organization = ");
    query
        .bind(organization.uuid())
        .push(" AND kind = ")
        .bind(kind.as_str())
        .push(" AND unit = 'all' AND slot = 0");
    Ok(summed(query.fetch(tx).await.to("add up the verifications")?))
}

/// Those created at a time or later: whole spans, whole days, and what is left of the first day.
async fn since(tx: &mut Tx, organization: OrganizationId, kind: Kind, at: Timestamp) -> Result<Vec<Count>> {
    let begun = at.0.div_euclid(DAY_MS);
    let day = if at.0.rem_euclid(DAY_MS) == 0 { begun } else { begun + 1 };
    let span = day.div_euclid(SPAN) + 1;
    let mut query = Query::default();
    for (unit, from, before) in
        [("created_day", day, span.saturating_mul(SPAN)), ("created_span", span, i64::MAX)]
    {
        query.push(if unit == "created_day" { "" } else { " UNION ALL " });
        query.push(
            "SELECT purpose, status, CAST(SUM(n) AS BIGINT) FROM verification_counts WHERE organization = ",
        );
        query
            .bind(organization.uuid())
            .push(" AND kind = ")
            .bind(kind.as_str())
            .push(" AND unit = ")
            .bind(unit);
        query
            .push(" AND slot >= ")
            .bind(from)
            .push(" AND slot < ")
            .bind(before)
            .push(" GROUP BY purpose, status");
    }
    let mut rows: Vec<Row> = query.fetch(tx).await.to("add up the verifications since a time")?;
    if day != begun {
        let mut query =
            Query::new("SELECT purpose, status, COUNT(*) FROM verifications WHERE organization = ");
        query
            .bind(organization.uuid())
            .push(" AND kind = ")
            .bind(kind.as_str())
            .push(" AND deleted_at IS NULL");
        query
            .push(" AND created_at >= ")
            .bind(at.0)
            .push(" AND created_at < ")
            .bind(day.saturating_mul(DAY_MS));
        query.push(" GROUP BY purpose, status");
        rows.extend(query.fetch::<Row>(tx).await.to("count the verifications of a day")?);
    }
    Ok(summed(rows))
}

/// Days in which a part of a list lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    /// The first millisecond.
    pub(super) from: i64,
    /// The first millisecond after them.
    pub(super) until: i64,
    /// How many of the list are newer than all of these days.
    pub(super) before: i64,
}

/// Everything of a kind that has one of these states and purposes; empty lists leave nothing out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counted<'a> {
    pub(super) organization: OrganizationId,
    pub(super) kind: Kind,
    pub(super) statuses: &'a [String],
    pub(super) purposes: &'a [String],
}

impl Counted<'_> {
    /// How many were created at a time or later.
    pub(super) async fn since(self, tx: &mut Tx, at: Timestamp) -> Result<i64> {
        let is_in = |words: &[String], word: &String| words.is_empty() || words.contains(word);
        let late = since(tx, self.organization, self.kind, at).await?;
        let mine =
            late.iter().filter(|c| is_in(self.statuses, &c.status) && is_in(self.purposes, &c.purpose));
        Ok(mine.map(|c| c.n).sum())
    }

    /// The days of the places `first..=last`, counted from the newest as 0. `None` where there are not so many.
    pub(super) async fn days(self, tx: &mut Tx, axis: Axis, first: i64, last: i64) -> Result<Option<Days>> {
        let (span, day) = match axis {
            Axis::Created => ("created_span", "created_day"),
            Axis::Updated => ("updated_span", "updated_day"),
        };
        let spans = self.slots(tx, span, i64::MIN, i64::MAX).await?;
        let (Some(newest), Some(oldest)) = (place(&spans, first), place(&spans, last)) else {
            return Ok(None);
        };
        let upper = self.slots(tx, day, newest.slot * SPAN, (newest.slot + 1) * SPAN).await?;
        let lower = self.slots(tx, day, oldest.slot * SPAN, (oldest.slot + 1) * SPAN).await?;
        let found = place(&upper, first - newest.before).zip(place(&lower, last - oldest.before));
        Ok(found.map(|(top, bottom)| Days {
            from: bottom.slot * DAY_MS,
            until: (top.slot + 1) * DAY_MS,
            before: newest.before + top.before,
        }))
    }

    /// When those that were created from one time on and before another changed last: the first millisecond of some of which
    /// all are, and the first one after them. `None` where there are none.
    pub(super) async fn changed(
        self,
        tx: &mut Tx,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Option<(i64, i64)>> {
        let span = |at: Timestamp| at.0.div_euclid(SPAN * DAY_MS);
        let first = from.map_or(i64::MIN, |at| span(at) * PAIRED);
        let after = until.map_or(i64::MAX, |at| (span(at) + 1) * PAIRED);
        let spans = self.slots(tx, "created_updated", first, after).await?;
        let changed: Vec<i64> = spans.iter().filter(|(_, n)| *n > 0).map(|(slot, _)| slot % PAIRED).collect();
        let ends = changed.iter().min().zip(changed.iter().max());
        Ok(ends.map(|(first, last)| (first * SPAN * DAY_MS, (last + 1) * SPAN * DAY_MS)))
    }

    /// How many there are in each slot, the newest first.
    async fn slots(self, tx: &mut Tx, unit: &str, from: i64, until: i64) -> Result<Vec<(i64, i64)>> {
        let mut query =
            Query::new("SELECT slot, CAST(SUM(n) AS BIGINT) FROM verification_counts WHERE organization = ");
        query.bind(self.organization.uuid()).push(" AND kind = ").bind(self.kind.as_str());
        query
            .push(" AND unit = ")
            .bind(unit)
            .push(" AND slot >= ")
            .bind(from)
            .push(" AND slot < ")
            .bind(until);
        if !self.statuses.is_empty() {
            query.push(" AND status IN ").list(self.statuses.iter().map(String::as_str));
        }
        if !self.purposes.is_empty() {
            query.push(" AND purpose IN ").list(self.purposes.iter().map(String::as_str));
        }
        query.push(" GROUP BY slot ORDER BY slot DESC");
        query.fetch(tx).await.to("find the days of a page")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    slot: i64,
    /// How many come before this slot.
    before: i64,
}

/// The slot that holds a place, of slots with their numbers, newest first.
fn place(slots: &[(i64, i64)], wanted: i64) -> Option<Place> {
    let mut before = 0;
    for (slot, n) in slots {
        if wanted < before + n {
            return Some(Place { slot: *slot, before });
        }
        before += n;
    }
    None
}

/// How many verifications the filter matches, by state. It asks for nothing that is not counted ahead.
pub(super) async fn by_status(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> Result<Vec<(String, i64)>> {
    let every = Kind::ALL;
    let kinds = filter.kind.as_ref().map_or(every.as_slice(), std::slice::from_ref);
    let mut all = vec![];
    for kind in kinds {
        all.extend(counts(tx, organization, *kind, filter).await?);
    }
    Ok(by_status_of(&all))
}

/// The same counts by state alone.
pub(super) fn by_status_of(counts: &[Count]) -> Vec<(String, i64)> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for count in counts {
        *sums.entry(&count.status).or_default() += count.n;
    }
    sums.into_iter().map(|(status, n)| (status.to_owned(), n)).collect()
}

/// Compares all that is counted ahead with the verifications themselves, over all organizations: how many counts are wrong.
/// Takes seconds where there are millions.
pub async fn wrong_counts(tx: &mut Tx) -> Result<i64> {
    let mut query = Query::new(
        "SELECT COUNT(*) FROM (
             SELECT organization, kind, unit, slot, purpose, status, SUM(n) AS n FROM (
                 SELECT organization, kind, unit, slot, purpose, status, n FROM verification_counts",
    );
    for (unit, slot) in [
        ("all", "0"),
        ("created_span", "created_at / 2764800000"),
        ("created_day", "created_at / 86400000"),
        ("updated_span", "updated_at / 2764800000"),
        ("updated_day", "updated_at / 86400000"),
        ("created_updated", "created_at / 2764800000 * 100000 + updated_at / 2764800000"),
    ] {
        query.push(" UNION ALL SELECT organization, kind, '").push(unit).push("', ").push(slot);
        query.push(", purpose, status, -COUNT(*) FROM verifications WHERE deleted_at IS NULL");
        query.push(" GROUP BY organization, kind, ").push(if slot == "0" { "" } else { slot });
        query.push(if slot == "0" { "purpose, status" } else { ", purpose, status" });
    }
    query.push(
        ") both_sides GROUP BY organization, kind, unit, slot, purpose, status HAVING SUM(n) <> 0) differing",
    );
    let rows: Vec<(i64,)> = query.fetch(tx).await.to("compare the counts with the verifications")?;
    Ok(rows.first().map_or(0, |(n,)| *n))
}

/// The states that are asked for, as they are stored.
pub(super) fn words(statuses: &[Status]) -> Vec<String> {
    statuses.iter().map(|s| s.as_str().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_slot_that_reaches_it() {
        let slots = [(9, 2), (7, 0), (4, 3)];
        let found = |wanted| place(&slots, wanted).map(|p| (p.slot, p.before));
        assert_eq!((found(0), found(1)), (Some((9, 0)), Some((9, 0))));
        assert_eq!((found(2), found(4), found(5)), (Some((4, 2)), Some((4, 2)), None));
        assert_eq!(place(&[], 0), None);
    }
}
