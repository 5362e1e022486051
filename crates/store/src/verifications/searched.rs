//! Lists of those who are found by words, at a million rows. Who has the words is put together first; then as little as
//! possible is read of the rest that is asked for: of few their own rows, of many the other list, in which most of them stand.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use bonafide_core::{
    id::OrganizationId,
    verification::{Kind, Status},
};
use uuid::Uuid;

use super::{
    counts,
    filter::{Axis, Filter},
    listing::{Order, Part, Plan, Wish, rows},
    source::{Driver, Source, Wanted},
};
use crate::{
    Context, Result, Tx, Word,
    column::{Column, row},
    query::Query,
    search_terms::{self, Place, Term},
};

/// So few are looked up one by one.
const FEW: usize = 10_000;
/// Looking one up takes as long as reading so many of a list.
const DEARER: i64 = 5;
/// Most values of one statement.
const BATCH: usize = 1000;
/// How much of a list is read at a time.
const CHUNK: i64 = 2000;

/// One who is found, with what lists are in order by.
struct Listed {
    place: Place,
    updated_at: i64,
    status: Word<Status>,
}

pub(super) async fn part(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
    terms: &[Term],
    (order, skip, limit): Wish<'_>,
) -> Result<Part> {
    let mut found = search_terms::found(tx, organization, terms, filter.from, filter.until).await?;
    // What the words' own lists do not say.
    let others = Filter { from: None, until: None, ..filter.clone() };
    let alone = asks_for_nothing(&others);
    if !alone && found.len() > FEW {
        let known = counts::knows(&others);
        let of_filter: i64 = match known {
            true => counts::counts(tx, organization, kind, filter).await?.iter().map(|c| c.n).sum(),
            false => 0,
        };
        if of_filter <= DEARER * count(&found) {
            let ids = ids(tx, organization, filter).await?;
            found.retain(|place| ids.contains(&place.id));
        } else {
            found = look_up(tx, organization, &others, &found).await?.into_iter().map(|l| l.place).collect();
            found.sort_unstable();
        }
    }
    if found.len() > FEW || (alone && matches!(order, Order::Created)) {
        let places = match order {
            Order::Created => {
                let newest = found.iter().rev().skip(size(skip)).take(size(limit));
                newest.copied().collect()
            }
            _ => walk(tx, organization, kind, filter, &found, (order, skip, limit)).await?,
        };
        let rows = rows(tx, organization, &places).await?;
        return Ok(Part { rows, total: count(&found), counts: vec![] });
    }
    let mut all = look_up(tx, organization, &others, &found).await?;
    let group = |listed: &Listed| match order {
        Order::Status(groups) => {
            let place = groups.iter().position(|group| group.iter().any(|status| listed.status == *status));
            place.unwrap_or(groups.len())
        }
        Order::Created | Order::Updated => 0,
    };
    let at = |listed: &Listed| match order {
        Order::Updated => listed.updated_at,
        Order::Created | Order::Status(_) => listed.place.created_at,
    };
    all.sort_unstable_by_key(|listed| (group(listed), Reverse(at(listed)), Reverse(listed.place.id)));
    let page = all.iter().skip(size(skip)).take(size(limit));
    let places: Vec<Place> = page.map(|listed| listed.place).collect();
    let rows = rows(tx, organization, &places).await?;
    Ok(Part { rows, total: i64::try_from(all.len()).unwrap_or(i64::MAX), counts: vec![] })
}

/// How many verifications the filter matches of those that are found by all of some terms, by status word.
pub async fn count_found(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    terms: &[Term],
) -> Result<Vec<(Word<Status>, i64)>> {
    let found = search_terms::found(tx, organization, terms, filter.from, filter.until).await?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    if found.len() <= FEW {
        let others = Filter { from: None, until: None, ..filter.clone() };
        for listed in look_up(tx, organization, &others, &found).await? {
            *counts.entry(listed.status.as_str().to_owned()).or_default() += 1;
        }
    } else {
        let found: HashSet<Uuid> = found.iter().map(|place| place.id).collect();
        let source = source(organization, filter, Driver::of_whom(filter).unwrap_or(Driver::Status));
        let mut query = Query::new("SELECT ");
        query.push(&source.status()).push(", ").push(ids_in_one(tx));
        source.push(&mut query);
        query.push(" GROUP BY 1");
        let rows: Vec<(String, String)> = query.fetch(tx).await.to("count who is found by state")?;
        for (status, ids) in rows {
            let n = each(&ids).filter(|id| found.contains(id)).count();
            counts.insert(status, i64::try_from(n).unwrap_or(i64::MAX));
        }
        counts.retain(|_, n| *n > 0);
    }
    Ok(counts.into_iter().map(|(status, n)| (Word::from_raw(status), n)).collect())
}

fn count(found: &[Place]) -> i64 {
    i64::try_from(found.len()).unwrap_or(i64::MAX)
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or_default()
}

/// Whether a filter leaves nothing out but other kinds, which have no words of this one's.
fn asks_for_nothing(filter: &Filter<'_>) -> bool {
    counts::knows(filter) && filter.statuses.is_empty() && filter.purposes.is_empty()
}

/// Those of some that the filter leaves, in no order.
async fn look_up(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    of: &[Place],
) -> Result<Vec<Listed>> {
    let source = source(organization, filter, Driver::Axis(Axis::Created));
    let wanted: HashSet<Uuid> = of.iter().map(|place| place.id).collect();
    let mut times: Vec<i64> = of.iter().map(|place| place.created_at).collect();
    times.dedup();
    let mut all = vec![];
    for batch in times.chunks(BATCH) {
        let mut query =
            Query::new("SELECT v.created_at, v.id, v.updated_at, COALESCE(v.status, v.status) AS status");
        source.push(&mut query);
        query.push(" AND v.created_at IN ").list(batch.iter().copied());
        let rows: Vec<Row> = query.fetch(tx).await.to("look up who is found")?;
        all.extend(rows.into_iter().filter(|row| wanted.contains(&row.id)).map(Listed::from));
    }
    Ok(all)
}

struct Row {
    created_at: i64,
    id: Uuid,
    updated_at: i64,
    status: Word<Status>,
}
row!(Row: created_at, id, updated_at, status);

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        let Row { created_at, id, updated_at, status } = row;
        Self { place: Place { created_at, id }, updated_at, status }
    }
}

/// Everybody whom the filter leaves, whatever they are found by. As one value: row by row it takes several times as long.
async fn ids(tx: &mut Tx, organization: OrganizationId, filter: &Filter<'_>) -> Result<HashSet<Uuid>> {
    let driver = Driver::of_whom(filter).unwrap_or(match filter.statuses {
        [] => Driver::Axis(Axis::Created),
        _ => Driver::Status,
    });
    let mut query = Query::new("SELECT ");
    query.push(ids_in_one(tx));
    source(organization, filter, driver).push(&mut query);
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

/// A part of those who are found, in an order that their words' lists do not have: the list without the words is gone through
/// from the nearer end.
async fn walk(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
    found: &[Place],
    (order, skip, limit): Wish<'_>,
) -> Result<Vec<Place>> {
    let total = count(found);
    let limit = limit.min(total - skip);
    if limit <= 0 {
        return Ok(vec![]);
    }
    let reversed = skip > total / 2;
    let mut leave_out = if reversed { total - skip - limit } else { skip };
    let plan = Plan::of(tx, organization, kind, filter).await?;
    let (mut page, mut done) = (vec![], 0);
    while done < plan.total && count(&page) < limit {
        let length = CHUNK.min(plan.total - done);
        let from = if reversed { plan.total - done - length } else { done };
        let mut places = plan.places(tx, order, from, length).await?;
        if reversed {
            places.reverse();
        }
        for place in places.into_iter().filter(|place| found.binary_search(place).is_ok()) {
            if leave_out > 0 {
                leave_out -= 1;
            } else if count(&page) < limit {
                page.push(place);
            }
        }
        done += length;
    }
    if reversed {
        page.reverse();
    }
    Ok(page)
}

fn source<'a>(organization: OrganizationId, filter: &'a Filter<'a>, driver: Driver) -> Source<'a> {
    Source { organization, filter, statuses: &[], purposes: &[], driver, wanted: Wanted::Ids, window: None }
}
