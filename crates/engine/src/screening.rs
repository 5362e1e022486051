//! The lists of this installation in memory, and a person held against them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use bonafide_core::{
    document::{DocumentReading, FieldName},
    finding::{Check, Finding, ModelRef, Outcome},
    time::Timestamp,
};
use bonafide_screening::{
    entry::{Birth, Gender},
    index::{Hit, Index, Query},
    names::Kind,
    snapshot::{Error, Snapshot, Store},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// A list that was taken in meanwhile is searched this many milliseconds later at the latest.
const LOOK_EVERY_MS: i64 = 10_000;
/// Most hits that are kept of one search.
const MAX_HITS: usize = 20;

/// The lists in memory: loaded at the first search, and again when a list changes.
pub struct Screening {
    store: Option<Store>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    versions: Vec<(String, String)>,
    lists: Arc<Lists>,
    looked_at: Option<Timestamp>,
    /// The version that was told of: see [`Screening::is_news`].
    told: String,
}

/// All lists of one moment.
#[derive(Default)]
pub struct Lists {
    pub index: Index,
    pub snapshots: Vec<Snapshot>,
}

impl Lists {
    /// Each list by name and hash.
    pub(crate) fn pinned(&self) -> Vec<(String, String)> {
        self.snapshots.iter().map(|s| (s.list.clone(), s.sha256.clone())).collect()
    }

    /// One word for all of them together.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (list, sha256) in self.pinned() {
            hash.update(format!("{list} {sha256}\n"));
        }
        hex::encode(hash.finalize())
    }
}

impl Screening {
    /// The lists under a folder, which need not exist.
    pub fn in_folder(folder: impl Into<std::path::PathBuf>) -> Self {
        Self { store: Some(Store::new(folder)), state: Mutex::default() }
    }

    /// No lists at all.
    pub fn none() -> Self {
        Self { store: None, state: Mutex::default() }
    }

    /// The lists as they are now. Reads files, so call it off the async threads.
    ///
    /// # Errors
    /// When a list is there and cannot be read: nothing is screened against half of the lists.
    pub fn lists(&self, now: Timestamp) -> Result<Arc<Lists>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(store) = &self.store else { return Ok(state.lists.clone()) };
        if state.looked_at.is_some_and(|at| (0..LOOK_EVERY_MS).contains(&(now.0 - at.0))) {
            return Ok(state.lists.clone());
        }
        let versions = store.versions()?;
        if versions != state.versions {
            let (index, snapshots) = store.index()?;
            state.lists = Arc::new(Lists { index, snapshots });
            state.versions = versions;
        }
        state.looked_at = Some(now);
        Ok(state.lists.clone())
    }
}

impl Screening {
    /// Whether these lists are others than this process was told of.
    pub(crate) fn is_news(&self, lists: &Lists) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told != lists.version()
    }

    /// Notes that everybody is being screened against these lists.
    pub(crate) fn told(&self, lists: &Lists) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told = lists.version();
    }
}

impl Screened {
    /// The entries that were hit, by list and number.
    pub(crate) fn entries(&self) -> BTreeSet<(String, String)> {
        let word = |hit: &Value, key: &str| hit[key].as_str().unwrap_or_default().to_owned();
        self.hits.iter().map(|hit| (word(hit, "list"), word(hit, "id"))).collect()
    }
}

/// What was searched and what came of it: kept sealed with the verification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Screened {
    pub at: Timestamp,
    pub names: Vec<String>,
    pub threshold: f64,
    /// Each list by name and hash.
    pub lists: Vec<(String, String)>,
    /// The hits with their explanation.
    pub hits: Vec<Value>,
}

/// Holds the person of a document against the lists. Every name that a source gave is searched: a name that one of
/// them cut short must not hide the person.
pub fn screen(
    lists: &Lists,
    reading: &DocumentReading,
    threshold: f64,
    now: Timestamp,
) -> (Finding, Option<Screened>) {
    if lists.snapshots.is_empty() {
        let detail = "no list is installed; `bonafide lists import` takes one in";
        return (Finding::not_assessed(Check::Sanctions, "no_lists", detail), None);
    }
    let names = names(reading);
    if names.is_empty() {
        let detail = "no name was read from the document";
        return (Finding::not_assessed(Check::Sanctions, "no_name", detail), None);
    }
    let start = std::time::Instant::now();
    let value = |name| reading.get(name).map(|f| f.value.clone());
    let mut hits: Vec<Hit> = vec![];
    for name in &names {
        let query = Query {
            name: name.clone(),
            kind: Some(Kind::Person),
            birth: value(FieldName::BirthDate).and_then(|d| Birth::parse(&d)),
            countries: [value(FieldName::Nationality), reading.issuer.clone()]
                .into_iter()
                .flatten()
                .collect(),
            gender: value(FieldName::Gender).and_then(|g| Gender::parse(&g)),
            numbers: value(FieldName::DocumentNumber).into_iter().collect(),
        };
        for hit in lists.index.search(&query, threshold, MAX_HITS) {
            match hits.iter_mut().find(|h| h.id == hit.id && h.list == hit.list) {
                Some(before) if before.rank >= hit.rank => {}
                Some(before) => *before = hit,
                None => hits.push(hit),
            }
        }
    }
    hits.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    hits.truncate(MAX_HITS);
    let best = hits.iter().map(|h| h.score).fold(0.0, f64::max);
    let sure =
        |h: &Hit| h.facts.iter().any(|f| f.agrees == Some(true) && matches!(f.what, "birth_date" | "number"));
    let outcome = match () {
        () if hits.iter().any(sure) => Outcome::Fail,
        () if !hits.is_empty() => Outcome::Consider,
        () => Outcome::Clear,
    };
    let mut finding = Finding {
        score: Some(1.0 - best),
        threshold: Some(1.0 - threshold),
        models: lists
            .snapshots
            .iter()
            .map(|s| ModelRef { name: s.list.clone(), sha256: s.sha256.clone() })
            .collect(),
        ms: start.elapsed().as_millis() as u64,
        ..Finding::new(Check::Sanctions, outcome)
    };
    // Neither names nor numbers of entries: they would say who the person may be.
    if !hits.is_empty() {
        let code = if outcome == Outcome::Fail { "listed" } else { "possibly_listed" };
        let also = if outcome == Outcome::Fail { ", and birth date or number agree" } else { "" };
        let detail = format!("{} entries of the lists bear a like name (best {best:.2}){also}", hits.len());
        finding = finding.because(code, detail);
    }
    let screened = Screened {
        at: now,
        names,
        threshold,
        lists: lists.pinned(),
        hits: hits.iter().filter_map(|h| serde_json::to_value(h).ok()).collect(),
    };
    (finding, Some(screened))
}

/// The names on the document as each source gives them, without repetition.
fn names(reading: &DocumentReading) -> Vec<String> {
    let mut names: Vec<String> = vec![];
    let sources: Vec<_> = reading.fields.values().flatten().map(|f| f.source).collect();
    for source in sources {
        let part = |name| reading.from_source(name, source).map(|f| f.value.as_str());
        let parts = [FieldName::FirstName, FieldName::MiddleName, FieldName::LastName].map(part);
        let whole = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        for name in [Some(whole.as_str()), part(FieldName::FullName)].into_iter().flatten() {
            let name = name.trim();
            if !name.is_empty() && !names.iter().any(|n| n.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{Field, Side, Source};
    use bonafide_screening::entry::Entry;

    use super::*;

    fn lists() -> Lists {
        let mut listed = Entry::new("7", Kind::Person, "ERIKSSON, Anna Maria");
        listed.birth("1974-08-12");
        let snapshot = Snapshot {
            list: "house".into(),
            format: bonafide_screening::lists::Format::Csv,
            sha256: "ab".into(),
            published: None,
            imported_at: 1,
            entries: 1,
            names: 1,
            files: std::collections::BTreeMap::new(),
            warnings: vec![],
        };
        Lists { index: Index::new([("house".to_owned(), vec![listed])]), snapshots: vec![snapshot] }
    }

    fn reading(first: &str, last: &str, birth: &str) -> DocumentReading {
        let mut reading = DocumentReading::default();
        for (name, value) in
            [(FieldName::FirstName, first), (FieldName::LastName, last), (FieldName::BirthDate, birth)]
        {
            let value = value.to_owned();
            let field =
                Field { value, source: Source::Mrz, side: Side::Front, confidence: 1.0, region: None };
            reading.add(name, field);
        }
        reading
    }

    fn outcome(lists: &Lists, reading: &DocumentReading) -> (Outcome, String) {
        let (finding, screened) = screen(lists, reading, 0.8, Timestamp(5));
        assert_eq!(screened.is_some(), finding.outcome != Outcome::NotAssessed);
        let text = serde_json::to_string(&finding).unwrap().to_lowercase();
        assert!(!text.contains("eriksson"), "a finding names nobody: {text}");
        (finding.outcome, finding.reasons.first().map(|r| r.code.clone()).unwrap_or_default())
    }

    #[test]
    fn a_name_alone_asks_for_a_person_and_a_birth_date_confirms() {
        let lists = lists();
        let is = |first, last, birth| outcome(&lists, &reading(first, last, birth));
        assert_eq!(is("ANNA MARIA", "ERIKSSON", "1974-08-12"), (Outcome::Fail, "listed".into()));
        assert_eq!(is("ANNA", "ERIKSSON", "1999-01-01"), (Outcome::Consider, "possibly_listed".into()));
        assert_eq!(is("BERTIL", "SVENSSON", "1974-08-12"), (Outcome::Clear, String::new()));
        assert_eq!(is("", "", "1974-08-12"), (Outcome::NotAssessed, "no_name".into()));
        assert_eq!(outcome(&Lists::default(), &reading("A", "B", "")).1, "no_lists");
    }

    #[test]
    fn a_list_that_changes_is_seen_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let screening = Screening::in_folder(folder.path().join("lists"));
        let entries = |now| screening.lists(Timestamp(now)).unwrap().snapshots.len();
        assert_eq!(entries(0), 0);
        let files = [("house.csv".to_owned(), b"id,name\n1,Ana Eriksson\n".to_vec())].into();
        Store::new(folder.path().join("lists")).import("house", None, &files, 1, false).unwrap();
        assert_eq!((entries(LOOK_EVERY_MS - 1), entries(LOOK_EVERY_MS)), (0, 1));
        assert_eq!(Screening::none().lists(Timestamp(0)).unwrap().snapshots.len(), 0);
    }
}
