//! The person of a document compared with the lists.

use std::sync::Arc;

use bonafide_core::{
    document::{DocumentReading, FieldName},
    finding::{Check, Code, Finding},
    time::Timestamp,
};
use bonafide_screening::{
    entry::{Birth, Gender},
    index::{Hit, Query},
    names::Kind,
};
use serde_json::Value;

use super::trouble::Trouble;
use crate::base::{
    engine::Engine,
    error::{Error, Result},
    lists::Lists,
    screened::{Dismissed, Screened},
};

/// Most hits that are kept of one search.
const MAX_HITS: usize = 20;

/// The lists of now. Reads files on the blocking pool.
pub(crate) async fn lists_of_now(engine: &Engine) -> Result<Arc<Lists>> {
    let (screening, now) = (engine.screening.clone(), engine.now());
    let lists = tokio::task::spawn_blocking(move || screening.lists(now)).await?;
    lists.map_err(|error| Error::Lists(Box::new(error)))
}

/// Holds the person of a document against the lists. Every name that a source gave is searched: a name that one of
/// them cut short must not hide the person. `trouble`: what is wrong with these lists.
pub fn screen(
    lists: &Lists,
    trouble: Option<&Trouble>,
    reading: &DocumentReading,
    dismissed: &[Dismissed],
    threshold: f64,
    now: Timestamp,
) -> (Finding, Option<Screened>) {
    if lists.snapshots.is_empty() {
        return (trouble.unwrap_or(&Trouble::NoLists).finding(), None);
    }
    let names = names(reading);
    if names.is_empty() {
        let detail = "no name was read from the document";
        return (Finding::not_assessed(Check::Sanctions, Code::NoName, detail), None);
    }
    let start = std::time::Instant::now();
    let value = |name| reading.get(name).map(|f| f.value.clone());
    let birth_date = value(FieldName::BirthDate);
    let countries: Vec<String> =
        [value(FieldName::Nationality), reading.issuer.clone()].into_iter().flatten().collect();
    let query = |name: &String| Query {
        name: name.clone(),
        kind: Some(Kind::Person),
        birth: birth_date.as_deref().and_then(Birth::parse),
        countries: countries.clone(),
        gender: value(FieldName::Gender).and_then(|g| Gender::parse(&g)),
        numbers: value(FieldName::DocumentNumber).into_iter().collect(),
    };
    let hits = hits(lists, names.iter().map(query), threshold);
    let (lists, trouble) = (lists.pinned(), trouble.map(Trouble::reason));
    let mut screened = Screened { at: now, names, birth_date, countries, threshold, lists, hits, trouble };
    screened.set_aside(dismissed);
    let finding = Finding { ms: start.elapsed().as_millis() as u64, ..screened.finding() };
    (finding, Some(screened))
}

/// The hits of several searches together, each entry once, the likeliest first.
pub(crate) fn hits(lists: &Lists, queries: impl Iterator<Item = Query>, threshold: f64) -> Vec<Value> {
    let mut hits: Vec<Hit> = vec![];
    for query in queries {
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
    hits.iter().filter_map(|hit| serde_json::to_value(hit).ok()).collect()
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
    use bonafide_core::{
        document::{Field, Side, Source},
        finding::Outcome,
    };
    use bonafide_screening::{entry::Entry, index::Index, snapshot::Snapshot};

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
            standing: Default::default(),
        };
        let index = Index::new([("house".to_owned(), vec![listed])]).into();
        Lists { index, snapshots: vec![snapshot] }
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

    fn outcome(lists: &Lists, reading: &DocumentReading) -> (Outcome, Option<Code>) {
        let (finding, screened) = screen(lists, None, reading, &[], 0.8, Timestamp(5));
        assert_eq!(screened.is_some(), finding.outcome != Outcome::NotAssessed);
        let text = serde_json::to_string(&finding).unwrap().to_lowercase();
        assert!(!text.contains("eriksson"), "a finding names nobody: {text}");
        (finding.outcome, finding.reasons.first().map(|r| r.code.clone()))
    }

    #[test]
    fn a_name_alone_asks_for_a_person_and_a_birth_date_confirms() {
        let lists = lists();
        let is = |first, last, birth| outcome(&lists, &reading(first, last, birth));
        assert_eq!(is("ANNA MARIA", "ERIKSSON", "1974-08-12"), (Outcome::Fail, Some(Code::Listed)));
        assert_eq!(is("ANNA", "ERIKSSON", "1999-01-01"), (Outcome::Consider, Some(Code::PossiblyListed)));
        assert_eq!(is("BERTIL", "SVENSSON", "1974-08-12"), (Outcome::Clear, None));
        assert_eq!(is("", "", "1974-08-12"), (Outcome::NotAssessed, Some(Code::NoName)));
        assert_eq!(outcome(&Lists::default(), &reading("A", "B", "")).1, Some(Code::NoLists));
    }

    #[test]
    fn a_dismissed_hit_counts_again_when_its_entry_changes() {
        let (lists, reading) = (lists(), reading("ANNA", "ERIKSSON", "1974-08-12"));
        let (_, screened) = screen(&lists, None, &reading, &[], 0.8, Timestamp(5));
        let screened = screened.unwrap();
        let hit = screened.hit("house", "7").unwrap();
        let dismissed = Dismissed {
            list: "house".into(),
            entry: "7".into(),
            entry_sha256: hit["entry_sha256"].as_str().unwrap().into(),
            reason: "another person".into(),
        };
        assert_eq!(dismissed.entry_sha256.len(), 64);
        let (finding, again) =
            screen(&lists, None, &reading, std::slice::from_ref(&dismissed), 0.8, Timestamp(6));
        assert_eq!((finding.outcome, finding.reasons[0].code.clone()), (Outcome::Clear, Code::HitsDismissed));
        let mut again = again.unwrap();
        assert_eq!((again.hits.len(), again.entries().len()), (1, 0), "kept, and not counted");
        assert!(again.hit("house", "7").is_none());
        let other = Dismissed { entry_sha256: "another".into(), ..dismissed };
        again.set_aside(&[other]);
        assert_eq!((again.finding().outcome, again.entries().len()), (Outcome::Fail, 1));
    }

    #[test]
    fn an_old_list_clears_nobody_and_hits_all_the_same() {
        let lists = lists();
        let old =
            Trouble::Stale(vec![("house".into(), bonafide_screening::standing::Stale::Unconfirmed(99))]);
        let judged = |last: &str| {
            let reading = reading("ANNA", last, "1974-08-12");
            let (finding, screened) = screen(&lists, Some(&old), &reading, &[], 0.8, Timestamp(5));
            let codes: Vec<Code> = finding.reasons.iter().map(|r| r.code.clone()).collect();
            (finding.outcome, finding.score.is_some(), codes, screened.unwrap().hits.len())
        };
        assert_eq!(judged("SVENSSON"), (Outcome::NotAssessed, false, vec![Code::ListsStale], 0));
        assert_eq!(judged("ERIKSSON"), (Outcome::Fail, true, vec![Code::Listed, Code::ListsStale], 1));
    }
}
