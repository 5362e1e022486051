//! What lists are filtered and put in order by, of everybody of a past day in one value: a thousand days are read as fast as
//! a thousand rows, and a day that was read before is not read again.
//!
//! A trigger empties a day as soon as anything of it changes, and [`fold`] writes it anew later. Whoever a day does not tell
//! of is looked up.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock},
};

use bonafide_core::{
    id::OrganizationId,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    filter::{Axis, Filter},
    source::{Driver, Source, Wanted},
};
use crate::{
    Context, Result, Tx, Word,
    column::{Column as _, row},
    query::Query,
    search_terms::{DAY_MS, Place},
};

/// Most values of one statement, and of look-ups.
const BATCH: usize = 1000;
/// So few are looked up wherever they are.
const FEW: usize = 200;
/// To read a day takes as long as to look so many up.
const DEARER: usize = 4;
/// So many days are read at a time; and so many in any case, for whoever asks next.
const DAYS: usize = 100;
/// So many days are written in one transaction.
const AT_ONCE: i64 = 10;
/// As much is kept of days that were read, which is three million verifications.
const KEPT_BYTES: u64 = 48 << 20;

/// Days that were read, by organization and mark.
///
/// Architecture invariant: whoever takes a day from here has read its mark in the same transaction, so that nothing that has
/// changed is taken for what it was.
static KEPT: LazyLock<Cache<Name, Arc<Day>, Bytes>> =
    LazyLock::new(|| Cache::with_weighter(4096, KEPT_BYTES, Bytes));

type Name = (Uuid, i64);

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Name, Arc<Day>> for Bytes {
    fn weight(&self, _: &Name, day: &Arc<Day>) -> u64 {
        let bytes = size_of_val(day.members.as_slice()) + 2 * size_of_val(day.states.as_slice()) + 128;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// One of a list, with what the list is in order by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Listed {
    /// Its place among those who were asked for.
    pub(super) of: usize,
    /// When it was created or last changed.
    pub(super) at: i64,
    /// Its place among the states of the list.
    pub(super) state: usize,
}

/// What lists are filtered by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub(super) status: Word<Status>,
    pub(super) purpose: Word<Purpose>,
}

/// The row of a verification as far as lists go.
#[derive(Debug)]
pub(super) struct Row {
    created_at: i64,
    id: Uuid,
    updated_at: i64,
    status: Word<Status>,
    purpose: Word<Purpose>,
}
row!(Row: created_at, id, updated_at, status, purpose);

impl Row {
    pub(super) fn place(&self) -> Place {
        Place { created_at: self.created_at, id: self.id }
    }

    fn at(&self, axis: Axis) -> i64 {
        match axis {
            Axis::Created => self.created_at,
            Axis::Updated => self.updated_at,
        }
    }

    fn state(&self) -> State {
        State { status: self.status.clone(), purpose: self.purpose.clone() }
    }
}

/// What is known of some verifications, in no order, and the states that they have. They are asked for the oldest first.
pub(super) async fn listed(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    axis: Axis,
    of: &[Place],
) -> Result<(Vec<Listed>, Vec<State>)> {
    let days = if of.len() > FEW { days(tx, organization, kind, of).await? } else { HashMap::new() };
    let (mut all, mut states, mut apart) = (Vec::with_capacity(of.len()), vec![], vec![]);
    let mut left = (0..).zip(of.iter().copied());
    for of_day in of.chunk_by(|a, b| a.day() == b.day()) {
        let numbered = left.by_ref().take(of_day.len());
        match of_day.first().and_then(|place| days.get(&place.day())) {
            Some(day) => day.add(numbered, axis, &mut states, &mut all, &mut apart),
            None => apart.extend(numbered),
        }
    }
    let places: Vec<Place> = apart.iter().map(|(_, place)| *place).collect();
    let numbers: HashMap<Uuid, usize> = apart.into_iter().map(|(of, place)| (place.id, of)).collect();
    let filter = Filter { kind: Some(kind), ..Filter::default() };
    for row in look_up(tx, organization, &filter, &places).await? {
        let (at, state) = (row.at(axis), place_of(row.state(), &mut states));
        all.extend(numbers.get(&row.id).map(|of| Listed { of: *of, at, state }));
    }
    Ok((all, states))
}

/// The days of some verifications, as far as they are kept or worth to be read.
async fn days(
    tx: &mut Tx,
    organization: OrganizationId,
    kind: Kind,
    of: &[Place],
) -> Result<HashMap<i64, Arc<Day>>> {
    let (Some(first), Some(last)) = (of.first(), of.last()) else { return Ok(HashMap::new()) };
    let mut query = Query::new("SELECT day, mark FROM listed_days WHERE organization = ");
    query.bind(organization.uuid()).push(" AND kind = ").bind(kind.as_str());
    query.push(" AND day >= ").bind(first.day()).push(" AND day <= ").bind(last.day());
    query.push(" AND mark <> 0");
    let rows: Vec<(i64, i64)> = query.fetch(tx).await.to("read which days of a list are known")?;
    let marks: HashMap<i64, i64> = rows.into_iter().collect();

    let (mut days, mut unread, mut waiting) = (HashMap::with_capacity(marks.len()), vec![], 0);
    for of_day in of.chunk_by(|a, b| a.day() == b.day()) {
        let day = of_day.first().map(|place| place.day()).unwrap_or_default();
        let Some(mark) = marks.get(&day) else { continue };
        match KEPT.get(&(organization.uuid(), *mark)) {
            Some(kept) => drop(days.insert(day, kept)),
            None => {
                unread.push(day);
                waiting += of_day.len();
            }
        }
    }
    if waiting < DEARER * unread.len() {
        unread.truncate(DAYS);
    }
    for batch in unread.chunks(DAYS) {
        let mut query = Query::new("SELECT day, mark, members FROM listed_days WHERE organization = ");
        query.bind(organization.uuid()).push(" AND kind = ").bind(kind.as_str());
        query.push(" AND day IN ").list(batch.iter().copied());
        let rows: Vec<(i64, i64, Vec<u8>)> = query.fetch(tx).await.to("read the days of a list")?;
        for (day, mark, bytes) in rows {
            let Some(read) = Day::of(&bytes).map(Arc::new) else { continue };
            KEPT.insert((organization.uuid(), mark), Arc::clone(&read));
            days.insert(day, read);
        }
    }
    Ok(days)
}

fn place_of(state: State, states: &mut Vec<State>) -> usize {
    states.iter().position(|known| *known == state).unwrap_or_else(|| {
        states.push(state);
        states.len() - 1
    })
}

/// Those of some whom the filter leaves, in no order, each by a look at its own row.
pub(super) async fn look_up(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    of: &[Place],
) -> Result<Vec<Row>> {
    let source = Source {
        organization,
        filter,
        statuses: &[],
        purposes: &[],
        driver: Driver::Axis(Axis::Created),
        wanted: Wanted::Ids,
        window: None,
    };
    let wanted: HashSet<Uuid> = of.iter().map(|place| place.id).collect();
    let mut times: Vec<i64> = of.iter().map(|place| place.created_at).collect();
    times.dedup();
    let mut all = vec![];
    for batch in times.chunks(BATCH) {
        let mut query = Query::new(
            "SELECT v.created_at, v.id, v.updated_at, COALESCE(v.status, v.status) AS status,
             COALESCE(v.purpose, v.purpose) AS purpose",
        );
        source.push(&mut query);
        query.push(" AND v.created_at IN ").list(batch.iter().copied());
        let rows: Vec<Row> = query.fetch(tx).await.to("look up who is in a list")?;
        all.extend(rows.into_iter().filter(|row| wanted.contains(&row.id)));
    }
    Ok(all)
}

/// A day. As bytes it is the length of the words, the words of each state in a line, then its members.
#[derive(Debug)]
struct Day {
    states: Vec<State>,
    members: Vec<Member>,
}

/// The millisecond of the day, the end of the id, the time of the last change, the place of the state. In a day they are
/// sorted by the first two.
type Member = [u8; 15];
/// What a member is known by.
type Key = [u8; 8];

fn key([a, b, c, d, e, f, g, h, ..]: &Member) -> Key {
    [*a, *b, *c, *d, *e, *f, *g, *h]
}

/// The beginning of the keys of a member's millisecond.
fn time([a, b, c, d, ..]: &Member) -> [u8; 4] {
    [*a, *b, *c, *d]
}

fn key_of(place: Place) -> Option<Key> {
    let of_day = u32::try_from(place.created_at.rem_euclid(DAY_MS)).ok()?;
    let (time, id) = (of_day.to_be_bytes(), place.id.as_bytes().last_chunk::<4>()?);
    [time, *id].concat().try_into().ok()
}

impl Day {
    /// `None` for a day that says nothing.
    fn of(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (words, members) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let states = std::str::from_utf8(words).ok()?.lines().map(|line| {
            let (status, purpose) = line.split_once(' ')?;
            Some(State {
                status: Word::from_raw(status.to_owned()),
                purpose: Word::from_raw(purpose.to_owned()),
            })
        });
        let (members, []) = members.as_chunks() else { return None };
        Some(Self { states: states.collect::<Option<_>>()?, members: members.to_vec() })
    }

    /// A day's rows as bytes. `None` where they cannot be told apart by what is kept of them.
    fn bytes(rows: &[Row]) -> Option<Vec<u8>> {
        let mut states = vec![];
        let mut members: Vec<Member> = Vec::with_capacity(rows.len());
        for row in rows {
            let [0, 0, changed @ ..] = row.updated_at.to_be_bytes() else { return None };
            let state = u8::try_from(place_of(row.state(), &mut states)).ok()?;
            let member = [&key_of(row.place())?, &changed[..], &[state]].concat();
            members.push(member.try_into().ok()?);
        }
        members.sort_unstable();
        if members.array_windows().any(|[a, b]| key(a) == key(b)) {
            return None;
        }
        let line = |State { status, purpose }: &State| format!("{} {}\n", status.as_str(), purpose.as_str());
        let words: String = states.iter().map(line).collect();
        let length = u16::try_from(words.len()).ok()?;
        Some([&length.to_be_bytes(), words.as_bytes(), members.as_flattened()].concat())
    }

    /// Adds what is known of some of the day, the oldest first, and puts those apart that it does not tell of.
    fn add(
        &self,
        of: impl Iterator<Item = (usize, Place)>,
        axis: Axis,
        states: &mut Vec<State>,
        all: &mut Vec<Listed>,
        apart: &mut Vec<(usize, Place)>,
    ) {
        let mine: Vec<usize> = self.states.iter().map(|state| place_of(state.clone(), states)).collect();
        let mut later = self.members.as_slice();
        for (of, place) in of {
            let mut known = || {
                let wanted = key_of(place)?;
                while let Some((_, rest)) = later.split_first().filter(|(m, _)| time(m)[..] < wanted[..4]) {
                    later = rest;
                }
                // Mostly it is the next one; those of one millisecond are in another order.
                let at = match later.first() {
                    Some(next) if key(next) == wanted => 0,
                    _ => later.binary_search_by_key(&wanted, key).ok()?,
                };
                let [.., a, b, c, d, e, f, state] = *later.get(at)?;
                let at = match axis {
                    Axis::Created => place.created_at,
                    Axis::Updated => i64::from_be_bytes([0, 0, a, b, c, d, e, f]),
                };
                Some(Listed { of, at, state: *mine.get(usize::from(state))? })
            };
            match known() {
                Some(listed) => all.push(listed),
                None => apart.push((of, place)),
            }
        }
    }
}

/// Another one for other bytes, and never 0.
fn mark(bytes: &[u8]) -> i64 {
    let begin = Sha256::digest(bytes).first_chunk().map_or(0, |begin| i64::from_be_bytes(*begin));
    if begin == 0 { 1 } else { begin }
}

/// Where [`fold`] goes on.
#[derive(Debug, Clone)]
pub struct After {
    kind: String,
    day: i64,
}

/// Writes down some days that nothing is known of, before a time, and tells where to go on; `None` when there were no more. A day
/// in which somebody writes is left for later.
pub async fn fold(
    tx: &mut Tx,
    organization: OrganizationId,
    before: Timestamp,
    after: Option<After>,
) -> Result<Option<After>> {
    let mut query = Query::new("SELECT kind, day FROM listed_days WHERE organization = ");
    query.bind(organization.uuid()).push(" AND mark = 0 AND day < ");
    query.bind(before.0.div_euclid(DAY_MS));
    if let Some(After { kind, day }) = after {
        query.push(" AND (kind, day) > (").bind(kind.as_str()).push(", ").bind(day).push(")");
    }
    query.push(" ORDER BY kind, day LIMIT ").bind(AT_ONCE);
    let days: Vec<(String, i64)> = query.fetch(tx).await.to("find days that nothing is known of")?;
    for (kind, day) in &days {
        fold_day(tx, organization, kind, *day).await?;
    }
    Ok(days.into_iter().next_back().map(|(kind, day)| After { kind, day }))
}

async fn fold_day(tx: &mut Tx, organization: OrganizationId, kind: &str, day: i64) -> Result<()> {
    let of_day = |query: &mut Query| {
        query
            .push(" FROM verifications WHERE deleted_at IS NULL AND organization = ")
            .bind(organization.uuid());
        query.push(" AND kind = ").bind(kind).push(" AND created_at >= ").bind(day * DAY_MS);
        query.push(" AND created_at < ").bind((day + 1) * DAY_MS);
    };
    let mut query = Query::new("SELECT created_at, id, updated_at, status, purpose");
    of_day(&mut query);
    if let Tx::Postgres(_) = tx {
        // Whoever changes one of them afterwards waits, and then finds a day to empty.
        query.push(" FOR SHARE SKIP LOCKED");
    }
    let rows: Vec<Row> = query.fetch(tx).await.to("read a day of a list")?;
    if let Tx::Postgres(_) = tx {
        let mut query = Query::new("SELECT COUNT(*)");
        of_day(&mut query);
        let counted: Vec<(i64,)> = query.fetch(tx).await.to("count a day of a list")?;
        if counted.first().map(|(n,)| *n) != i64::try_from(rows.len()).ok() {
            return Ok(());
        }
    }
    let known = Day::bytes(&rows);
    let mut query = match known {
        _ if rows.is_empty() => Query::new("DELETE FROM listed_days"),
        Some(bytes) => {
            let mut query = Query::new("UPDATE listed_days SET mark = ");
            query.bind(mark(&bytes)).push(", members = ").bind(bytes);
            query
        }
        // It is looked up as it is.
        None => return Ok(()),
    };
    query.push(" WHERE organization = ").bind(organization.uuid()).push(" AND kind = ").bind(kind);
    query.push(" AND day = ").bind(day).push(" AND mark = 0");
    query.execute(tx).await.to("write down a day of a list")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(created_at: i64, id: u128, status: Status) -> Row {
        let id = Uuid::from_u128(id);
        Row {
            created_at,
            id,
            updated_at: created_at + 5,
            status: status.into(),
            purpose: Purpose::Idv.into(),
        }
    }

    #[test]
    fn a_day_tells_what_it_was_made_of() {
        let begin = 20_000 * DAY_MS;
        let rows = [
            // In another order by the ends of their ids.
            row(begin, (1 << 64) + 9, Status::Approved),
            row(begin, (2 << 64) + 7, Status::Declined),
            row(begin + DAY_MS - 1, 1, Status::Approved),
        ];
        let bytes = Day::bytes(&rows).unwrap();
        let mut places: Vec<Place> = rows.iter().map(Row::place).collect();
        // One that came later is looked up.
        places.insert(2, Place { created_at: begin + 3, id: Uuid::nil() });
        for axis in [Axis::Created, Axis::Updated] {
            let (mut states, mut all, mut apart) = (vec![], vec![], vec![]);
            let numbered = (0..).zip(places.iter().copied());
            Day::of(&bytes).unwrap().add(numbered, axis, &mut states, &mut all, &mut apart);
            assert_eq!(apart, [(2, places[2])]);
            assert_eq!(all.iter().map(|listed| listed.of).collect::<Vec<_>>(), [0, 1, 3]);
            for (listed, row) in all.iter().zip(&rows) {
                assert_eq!(listed.at, row.at(axis));
                assert_eq!(states[listed.state], row.state());
            }
        }
    }

    #[test]
    fn a_day_that_says_nothing_is_none() {
        for bytes in [&b""[..], b"\0", b"\0\x09approved", b"\0\x00abc", b"\0\x03abc", b"\0\x01\xff"] {
            assert!(Day::of(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn who_cannot_be_told_apart_makes_no_day() {
        let of = |a: u128, b: u128| {
            Day::bytes(&[row(DAY_MS, a, Status::Approved), row(DAY_MS, b, Status::Approved)])
        };
        assert!(of(1, 2).is_some());
        assert!(of(1, (1 << 64) + 1).is_none(), "the ends of the ids are the same");
        let mut ancient = row(DAY_MS, 1, Status::Approved);
        ancient.updated_at = -1;
        assert!(Day::bytes(&[ancient]).is_none());
    }
}
