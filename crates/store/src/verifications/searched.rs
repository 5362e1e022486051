//! Lists of those who are found by words, at a million rows. Who has the words is put together first; what they are filtered
//! and put in order by is read by whole days, and sorted in memory.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashSet},
};

use bonafide_core::{
    id::OrganizationId,
    verification::{Kind, Status},
};
use uuid::Uuid;

use super::{
    counts,
    days::{self, Listed, State},
    filter::{Axis, Filter},
    listing::{Order, Part, Wish, rows},
    source::{Driver, Source, Wanted},
};
use crate::{
    Context, Result, Tx, Word,
    column::Column as _,
    query::Query,
    search_terms::{self, Place, Term},
};

/// So few are looked up one by one.
const FEW: usize = 10_000;

pub(super) async fn part(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
    terms: &[Term],
    (order, skip, limit): Wish<'_>,
) -> Result<Part> {
    let (skip, limit) = (size(skip), size(limit));
    let found = found(tx, organization, filter, terms).await?;
    let any = filter.statuses.is_empty() && filter.purposes.is_empty();
    if any && matches!(order, Order::Created) {
        let places: Vec<Place> = found.iter().rev().skip(skip).take(limit).copied().collect();
        let rows = rows(tx, organization, &places).await?;
        return Ok(Part { rows, total: count(found.len()), counts: vec![] });
    }
    let axis = match order {
        Order::Updated => Axis::Updated,
        Order::Created | Order::Status(_) => Axis::Created,
    };
    let (mut all, states) = listed(tx, organization, kind, filter, axis, &found).await?;
    let group = |State { status, .. }: &State| match order {
        Order::Status(groups) => {
            let place = groups.iter().position(|group| group.iter().any(|of| *status == *of));
            place.unwrap_or(groups.len())
        }
        Order::Created | Order::Updated => 0,
    };
    let groups: Vec<usize> = states.iter().map(group).collect();
    let group = |listed: &Listed| groups.get(listed.state).copied();
    let id = |listed: &Listed| found.get(listed.of).map(|place| place.id);
    let total = count(all.len());
    let page = sorted_part(&mut all, skip, limit, |a, b| {
        group(a).cmp(&group(b)).then(b.at.cmp(&a.at)).then_with(|| id(b).cmp(&id(a)))
    });
    let places: Vec<Place> = page.iter().filter_map(|listed| found.get(listed.of).copied()).collect();
    let rows = rows(tx, organization, &places).await?;
    Ok(Part { rows, total, counts: vec![] })
}

/// How many verifications the filter matches of those that are found by all of some terms, by status word.
pub async fn count_found(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    terms: &[Term],
) -> Result<Vec<(Word<Status>, i64)>> {
    let kind = filter.kind.unwrap_or_default();
    let found = found(tx, organization, filter, terms).await?;
    let (all, states) = listed(tx, organization, kind, filter, Axis::Created, &found).await?;
    let mut numbers = vec![0; states.len()];
    for listed in all {
        if let Some(n) = numbers.get_mut(listed.state) {
            *n += 1;
        }
    }
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for (state, n) in states.iter().zip(numbers).filter(|(_, n)| *n > 0) {
        *counts.entry(state.status.as_str().to_owned()).or_default() += n;
    }
    Ok(counts.into_iter().map(|(status, n)| (Word::from_raw(status), n)).collect())
}

/// Who is found by all of some terms and left by the filter, the oldest first; states and purposes are not looked at yet.
async fn found(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    terms: &[Term],
) -> Result<Vec<Place>> {
    let mut found = search_terms::found(tx, organization, terms, filter.from, filter.until).await?;
    // What neither the words' lists nor the days know.
    let others = Filter { from: None, until: None, statuses: &[], purposes: &[], ..filter.clone() };
    if counts::knows(&others) {
        return Ok(found);
    }
    let left: HashSet<Uuid> = if found.len() <= FEW {
        let rows = days::look_up(tx, organization, &others, &found).await?;
        rows.into_iter().map(|row| row.place().id).collect()
    } else {
        ids(tx, organization, filter).await?
    };
    found.retain(|place| left.contains(&place.id));
    Ok(found)
}

/// Those of some who have the filter's states and purposes.
async fn listed(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
    axis: Axis,
    found: &[Place],
) -> Result<(Vec<Listed>, Vec<State>)> {
    let (mut all, states) = days::listed(tx, organization, kind, axis, found).await?;
    let is_asked_for = |State { status, purpose }: &State| {
        let (statuses, purposes) = (filter.statuses, filter.purposes);
        (statuses.is_empty() || statuses.iter().any(|of| *status == *of))
            && (purposes.is_empty() || purposes.iter().any(|of| *purpose == *of))
    };
    let asked_for: Vec<bool> = states.iter().map(is_asked_for).collect();
    all.retain(|listed| asked_for.get(listed.state) == Some(&true));
    Ok((all, states))
}

/// A part of what a list would be if it were sorted.
fn sorted_part<T>(all: &mut [T], skip: usize, limit: usize, order: impl Fn(&T, &T) -> Ordering) -> &[T] {
    let skip = skip.min(all.len());
    if 0 < skip && skip < all.len() {
        all.select_nth_unstable_by(skip, &order);
    }
    let (_, rest) = all.split_at_mut(skip);
    let limit = limit.min(rest.len());
    if 0 < limit && limit < rest.len() {
        rest.select_nth_unstable_by(limit, &order);
    }
    let (part, _) = rest.split_at_mut(limit);
    part.sort_unstable_by(&order);
    part
}

fn count(found: usize) -> i64 {
    i64::try_from(found).unwrap_or(i64::MAX)
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// Everybody whom the filter leaves, whatever they are found by. As one value: row by row it takes several times as long.
async fn ids(tx: &mut Tx, organization: OrganizationId, filter: &Filter<'_>) -> Result<HashSet<Uuid>> {
    let driver = Driver::of_whom(filter).unwrap_or(match filter.statuses {
        [] => Driver::Axis(Axis::Created),
        _ => Driver::Status,
    });
    let mut query = Query::new("SELECT ");
    query.push(ids_in_one(tx));
    let (statuses, purposes): (&[String], &[String]) = (&[], &[]);
    let source =
        Source { organization, filter, statuses, purposes, driver, wanted: Wanted::Ids, window: None };
    source.push(&mut query);
    let rows: Vec<(String,)> = query.fetch(tx).await.to("list who else is asked for")?;
    Ok(rows.iter().flat_map(|(ids,)| each(ids)).collect())
}

/// All ids as one value.
fn ids_in_one(tx: &Tx) -> &'static str {
    match tx {
        Tx::Sqlite(_) => "COALESCE(GROUP_CONCAT(HEX(v.id), ''), '')",
        Tx::Postgres(_) => "COALESCE(STRING_AGG(REPLACE(CAST(v.id AS TEXT), '-', ''), ''), '')",
    }
}

fn each(ids: &str) -> impl Iterator<Item = Uuid> + '_ {
    ids.as_bytes().chunks(32).filter_map(|id| Uuid::try_parse_ascii(id).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sorted_part_is_that_of_the_sorted_list() {
        let list: Vec<i64> = (0..50).map(|n| n * 37 % 50).collect();
        for (skip, limit) in [(0, 0), (0, 7), (3, 10), (45, 20), (49, 1), (50, 3), (80, 5), (0, 50), (0, 99)]
        {
            let mut all = list.clone();
            let part = sorted_part(&mut all, skip, limit, |a, b| b.cmp(a));
            let expected: Vec<i64> = (0..50).rev().skip(skip).take(limit).collect();
            assert_eq!(part, expected, "{skip} {limit}");
        }
        assert!(sorted_part(&mut [0i64; 0], 0, 5, i64::cmp).is_empty());
    }
}
