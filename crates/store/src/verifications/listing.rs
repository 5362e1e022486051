//! A part of a list and the number of all, at a million rows: what matches is counted ahead or in an index, the part is found
//! in an index too, and only its own rows are read.

use std::collections::HashMap;

use bonafide_core::{
    id::OrganizationId,
    verification::{Kind, Status},
};
use uuid::Uuid;

use super::{
    counts::{self, Count, Counted},
    filter::{Axis, Filter, Page},
    rows::Verification,
    source::{Driver, Source, Wanted},
};
use crate::{Context, Result, Tx, Word, column::Column, query::Query, search_terms::Place};

/// In which order. Of equals the newer comes first.
#[derive(Debug, Clone, Copy)]
pub enum Order<'a> {
    /// The newest first.
    Created,
    /// The last changed first.
    Updated,
    /// These groups of states one after the other, then all others; in each the newest first.
    Status(&'a [&'a [Status]]),
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Part {
    pub rows: Vec<Verification>,
    /// How many the filter matches.
    pub total: i64,
    /// The same by state; empty where words are searched for.
    pub counts: Vec<(Word<Status>, i64)>,
}

/// A part of the list: its order, how many are left out, how many are wanted.
pub(super) type Wish<'a> = (Order<'a>, i64, i64);

/// So few are sorted in memory sooner than looked for among all others.
const FEW: i64 = 20_000;
/// The same where they are not near each other in the order that is asked for.
const FEW_SCATTERED: i64 = 100_000;

/// A page of an organization's verifications, newest first.
pub async fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    page: Page,
) -> Result<Vec<Verification>> {
    let source = source(organization, filter, Wanted::Rows(Axis::Created));
    let mut query = Query::new("SELECT v.*");
    source.push(&mut query);
    if let Some((at, id)) = page.after {
        query.push(" AND (v.created_at, v.id) < (").bind(at.0).push(", ").bind(id.uuid()).push(")");
    }
    source.push_order(&mut query, false);
    query.push(" LIMIT ").bind(page.limit).push(" OFFSET ").bind(page.skip);
    query.fetch(tx).await.to("list the verifications")
}

/// How many verifications the filter matches, by status word.
pub async fn count(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
) -> Result<Vec<(Word<Status>, i64)>> {
    let counts = if counts::knows(filter) {
        counts::by_status(tx, organization, filter).await?
    } else {
        by_status(tx, &source(organization, filter, Wanted::NumberByStatus)).await?
    };
    Ok(counts.into_iter().map(|(status, n)| (Word::from_raw(status), n)).collect())
}

fn source<'a>(organization: OrganizationId, filter: &'a Filter<'a>, wanted: Wanted) -> Source<'a> {
    let driver = Driver::of_whom(filter).unwrap_or(Driver::Any);
    Source { organization, filter, statuses: &[], purposes: &[], driver, wanted, window: None }
}

/// Rows of the list from place `skip` on, counted from 0, and the number of all.
pub(super) async fn part(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    filter: &Filter<'_>,
    (order, skip, limit): Wish<'_>,
) -> Result<Part> {
    let plan = Plan::of(tx, organization, kind, filter).await?;
    let places = plan.places(tx, order, skip, limit).await?;
    let rows = rows(tx, organization, &places).await?;
    let counts = plan.by_status.into_iter().map(|(status, n)| (Word::from_raw(status), n)).collect();
    Ok(Part { rows, total: plan.total, counts })
}

/// How a list is read.
pub(super) struct Plan<'a> {
    organization: OrganizationId,
    kind: Kind,
    filter: &'a Filter<'a>,
    /// What the list is looked up by; `None` where all that it asks for is counted ahead.
    driver: Option<Driver>,
    /// Of everything that is counted ahead; empty otherwise.
    counted: Vec<Count>,
    pub(super) total: i64,
    by_status: Vec<(String, i64)>,
}

/// Neighbours in one order.
struct Piece {
    axis: Axis,
    /// Their states; empty for whatever the filter asks for.
    statuses: Vec<String>,
    skip: i64,
    limit: i64,
    /// How many there are with these states.
    total: i64,
}

impl<'a> Plan<'a> {
    pub(super) async fn of(
        tx: &mut Tx,
        organization: OrganizationId,
        kind: Kind,
        filter: &'a Filter<'a>,
    ) -> Result<Self> {
        let plan =
            Self { organization, kind, filter, driver: None, counted: vec![], total: 0, by_status: vec![] };
        if counts::knows(filter) {
            let counted = counts::counts(tx, organization, kind, filter).await?;
            let by_status = counts::by_status_of(&counted);
            return Ok(Self { total: sum(&by_status), counted, by_status, ..plan });
        }
        let driver = Driver::of_whom(filter).unwrap_or(Driver::Any);
        let by_status = by_status(tx, &plan.source(driver, Wanted::NumberByStatus)).await?;
        Ok(Self { driver: Some(driver), total: sum(&by_status), by_status, ..plan })
    }

    /// A part of the list.
    pub(super) async fn places(
        &self,
        tx: &mut Tx,
        order: Order<'_>,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Place>> {
        let mut places = vec![];
        for piece in self.pieces(order, skip, limit) {
            places.extend(self.piece(tx, &piece).await?);
        }
        Ok(places)
    }

    /// What the wanted part of the list consists of.
    fn pieces(&self, order: Order<'_>, mut skip: i64, limit: i64) -> Vec<Piece> {
        let asked = counts::words(self.filter.statuses);
        let axis = if matches!(order, Order::Updated) { Axis::Updated } else { Axis::Created };
        let groups: Vec<(Vec<String>, i64)> = match order {
            Order::Created | Order::Updated => vec![(asked, self.total)],
            Order::Status(groups) => {
                let in_group = |group: &[Status], word: &str| group.iter().any(|s| s.as_str() == word);
                let group = |wanted: &dyn Fn(&str) -> bool| {
                    let mine: Vec<_> = self.by_status.iter().filter(|(word, _)| wanted(word)).collect();
                    let total = mine.iter().map(|(_, n)| n).sum();
                    (mine.into_iter().map(|(word, _)| word.clone()).collect::<Vec<_>>(), total)
                };
                let known = groups.iter().map(|statuses| group(&|word| in_group(statuses, word)));
                let others = group(&|word| groups.iter().all(|statuses| !in_group(statuses, word)));
                known.chain([others]).collect()
            }
        };
        let mut left = limit;
        let mut pieces = vec![];
        for (statuses, total) in groups {
            let limit = left.min(total - skip);
            if limit > 0 {
                pieces.push(Piece { axis, statuses, skip, limit, total });
                left -= limit;
            }
            skip = (skip - total).max(0);
        }
        pieces
    }

    async fn piece(&self, tx: &mut Tx, piece: &Piece) -> Result<Vec<Place>> {
        match self.driver {
            None => self.counted_piece(tx, piece).await,
            Some(driver) => {
                let mut source = self.source(driver, Wanted::Rows(piece.axis));
                source.statuses = &piece.statuses;
                page(tx, &source, piece).await
            }
        }
    }

    /// From what is counted ahead it is known on which days the part lies.
    async fn counted_piece(&self, tx: &mut Tx, piece: &Piece) -> Result<Vec<Place>> {
        let is_mine = |c: &&Count| piece.statuses.is_empty() || piece.statuses.contains(&c.status);
        let mut statuses: Vec<String> =
            self.counted.iter().filter(is_mine).map(|c| c.status.clone()).collect();
        let mut purposes: Vec<String> =
            self.counted.iter().filter(is_mine).map(|c| c.purpose.clone()).collect();
        for words in [&mut statuses, &mut purposes] {
            words.sort_unstable();
            words.dedup();
        }
        let dated = self.filter.from.is_some() || self.filter.until.is_some();
        let scattered = dated && piece.axis == Axis::Updated;
        if piece.total <= if scattered { FEW_SCATTERED } else { FEW } {
            let mut source = self.source(Driver::Status, Wanted::Rows(piece.axis));
            (source.statuses, source.purposes) = (&statuses, &purposes);
            return page(tx, &source, piece).await;
        }
        let purposes: Vec<String> = self.filter.purposes.iter().map(|p| p.as_str().to_owned()).collect();
        let mut source = self.source(Driver::Axis(piece.axis), Wanted::Rows(piece.axis));
        (source.statuses, source.purposes) = (&piece.statuses, &purposes);
        let counted = Counted {
            organization: self.organization,
            kind: self.kind,
            statuses: &piece.statuses,
            purposes: &purposes,
        };
        if scattered {
            let changed = counted.changed(tx, self.filter.from, self.filter.until).await?;
            source.window = changed.map(|(from, until)| (Axis::Updated, from, until));
            return page(tx, &source, piece).await;
        }
        // Places in the list as it would be without an end.
        let newer = match self.filter.until {
            Some(until) => counted.since(tx, until).await?,
            None => 0,
        };
        let (first, last) = (newer + piece.skip, newer + piece.skip + piece.limit - 1);
        let Some(days) = counted.days(tx, piece.axis, first, last).await? else { return Ok(vec![]) };
        source.window = Some((piece.axis, days.from, days.until));
        let mut query = Query::new(PLACE);
        source.push(&mut query);
        source.push_order(&mut query, false);
        query.push(" LIMIT ").bind(piece.limit).push(" OFFSET ").bind(first - days.before.max(newer));
        query.fetch(tx).await.to("list the ids of verifications")
    }

    fn source(&self, driver: Driver, wanted: Wanted) -> Source<'_> {
        let (organization, filter) = (self.organization, self.filter);
        Source { organization, filter, statuses: &[], purposes: &[], driver, wanted, window: None }
    }
}

/// How many rows there are, by state.
pub(super) async fn by_status(tx: &mut Tx, source: &Source<'_>) -> Result<Vec<(String, i64)>> {
    // As a column it would be read by an index of the states, whatever else would find fewer.
    let status = source.status();
    let mut query = Query::new("SELECT ");
    query.push(&status).push(", COUNT(*)");
    source.push(&mut query);
    query.push(" GROUP BY 1 ORDER BY 1");
    query.fetch(tx).await.to("count the verifications")
}

fn sum(counts: &[(String, i64)]) -> i64 {
    counts.iter().map(|(_, n)| n).sum()
}

/// The columns of a [`Place`].
const PLACE: &str = "SELECT v.created_at, v.id";

/// A part of a list, from the end that is nearer.
async fn page(tx: &mut Tx, source: &Source<'_>, piece: &Piece) -> Result<Vec<Place>> {
    let reversed = piece.skip > piece.total / 2;
    let skip = if reversed { piece.total - piece.skip - piece.limit } else { piece.skip };
    let mut query = Query::new(PLACE);
    source.push(&mut query);
    source.push_order(&mut query, reversed);
    query.push(" LIMIT ").bind(piece.limit).push(" OFFSET ").bind(skip.max(0));
    let mut found: Vec<Place> = query.fetch(tx).await.to("list the ids of verifications")?;
    if reversed {
        found.reverse();
    }
    Ok(found)
}

/// The rows of these places, in their order.
pub(super) async fn rows(
    tx: &mut Tx,
    organization: OrganizationId,
    places: &[Place],
) -> Result<Vec<Verification>> {
    if places.is_empty() {
        return Ok(vec![]);
    }
    let mut query = Query::new("SELECT * FROM verifications WHERE deleted_at IS NULL AND organization = ");
    query.bind(organization.uuid()).push(" AND id IN ").list(places.iter().map(|place| place.id));
    let rows: Vec<Verification> = query.fetch(tx).await.to("read the verifications of a list")?;
    let mut rows: HashMap<Uuid, Verification> = rows.into_iter().map(|row| (row.id.uuid(), row)).collect();
    Ok(places.iter().filter_map(|place| rows.remove(&place.id)).collect())
}
