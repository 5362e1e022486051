//! `bonafide eval names DIR`: screening on labelled names, at the product's own threshold.
//!
//! `DIR/names` holds
//! - `nomenklatura_cases_dev.csv`: pairs of names with `is_match` and `quality`. Metrics `f1`, `precision`,
//!   `recall`, `fpr` (pairs of different bearers taken for one), `strong_misses` (matches of quality STRONG missed);
//! - `yente_positives_un_untreated.csv`: people on the UN list. Metric `un_found`, over those whose name the list in
//!   `DIR` holds at all: it is older than some of them;
//! - `yente_negatives_*.csv`: people on no list. Metric `clear_alerts`, against all lists in `DIR` together.
//!
//! - `ofac_search_scores.csv`: scores of the US Treasury's own search. Metric `ofac_within_5`: pairs whose
//!   [`ofac_score`] is at most five points off.
//!
//! The time is that of one search in all lists.

mod scripts;

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use bonafide_screening::{
    entry::Entry,
    index::{Index, Query, THRESHOLD, compare_texts},
    lists::{Files, parse, recognize},
    names::{Kind, Name, ofac::ofac_score},
};

use super::{Metric, Report};

type Failure = Box<dyn std::error::Error>;

/// The lists of the test data.
const LISTS: [(&str, &[&str]); 4] = [
    ("ofac_sdn", &["ofac_2022-01/sdn.csv", "ofac_2022-01/alt.csv", "ofac_2022-01/add.csv"]),
    ("ofac_consolidated", &["ofac_cons/cons_prim.csv", "ofac_cons/cons_alt.csv", "ofac_cons/cons_add.csv"]),
    ("un", &["un_consolidated_2020.xml"]),
    ("uk", &["uk_2026-05/subjects.csv", "uk_2026-05/subject_names.csv", "uk_2026-05/subject_dobs.csv"]),
];

pub(super) fn run(dir: &Path) -> Result<Report, Failure> {
    let mut lists = vec![];
    for (name, files) in LISTS {
        lists.push((name.to_owned(), list(dir, files)?));
    }
    let un_entries = lists.iter().find(|(n, _)| n == "un").map(|(_, e)| e.clone()).unwrap_or_default();
    let un = Index::new([("un".to_owned(), un_entries.clone())]);
    let all = Index::new(lists);
    let mut times = vec![];
    let mut failures = vec![];

    let clear =
        rows(dir, "yente_negatives_us.csv")?.into_iter().chain(rows(dir, "yente_negatives_global.csv")?);
    let (mut people, mut alerts) = (0, 0);
    let mut clears = vec![];
    for row in clear {
        people += 1;
        let query = person(&row);
        let start = Instant::now();
        let hits = all.search(&query, THRESHOLD, 10);
        clears.push(query);
        times.push(start.elapsed());
        if let Some(hit) = hits.first() {
            alerts += 1;
            failures.push((
                row.get(0).unwrap_or_default().to_owned(),
                format!("alert {:.2}: {}", hit.score, hit.name),
            ));
        }
    }
    let words = |text: &str| -> BTreeSet<String> {
        Name::new(text, Kind::Person).tokens.into_iter().map(|t| t.sound).collect()
    };
    let listed: Vec<BTreeSet<String>> =
        un_entries.iter().flat_map(|e| &e.names).map(|n| words(&n.text)).collect();
    let (mut found, mut held, mut newer) = (0, 0, 0);
    for row in rows(dir, "yente_positives_un_untreated.csv")? {
        let query = person(&row);
        if !un.search(&query, THRESHOLD, 10).is_empty() {
            found += 1;
            held += 1;
        } else if listed.iter().any(|l| words(&query.name).is_subset(l)) {
            held += 1;
            failures.push((query.name, "is on the list and was not found".to_owned()));
        } else {
            newer += 1;
        }
    }

    let (mut tp, mut fp, mut missed, mut tn, mut strong, mut strongs) = (0, 0, 0, 0, 0, 0);
    for row in rows(dir, "nomenklatura_cases_dev.csv")? {
        let cell = |i: usize| row.get(i).unwrap_or_default();
        let kind = match cell(1) {
            "Person" => Kind::Person,
            "Vessel" => Kind::Vessel,
            "LegalEntity" => Kind::Unknown,
            _ => Kind::Organization,
        };
        let score = compare_texts(cell(2), cell(3), kind).score;
        let (same, told) = (cell(4) == "true", score >= THRESHOLD);
        match (same, told) {
            (true, true) => tp += 1,
            (true, false) => missed += 1,
            (false, true) => fp += 1,
            (false, false) => tn += 1,
        }
        if same && cell(5) == "STRONG" {
            strongs += 1;
            strong += usize::from(!told);
        }
        if same != told {
            let what = if same { "missed" } else { "taken for one" };
            failures
                .push((format!("{} | {}", cell(2), cell(3)), format!("{what}, {score:.2} ({})", cell(5))));
        }
    }
    let (mut near, mut scored) = (0, 0);
    for row in rows(dir, "ofac_search_scores.csv")? {
        // A pair that the search did not show at all has a negative score.
        let Some(score) = row.get(2).and_then(|s| s.parse::<u8>().ok()) else { continue };
        scored += 1;
        let ours = ofac_score(row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        near += usize::from(ours.abs_diff(score) <= 5);
    }
    let mut report = Report::new("names", people + found + newer + tp + fp + missed + tn, times.clone());
    report.put("f1", f1(tp, fp, missed));
    report.metric("precision", tp, tp + fp);
    report.metric("recall", tp, tp + missed);
    report.metric("fpr", fp, fp + tn);
    report.metric("strong_misses", strong, strongs);
    report.metric("ofac_within_5", near, scored);
    report.metric("un_found", found, held);
    report.metric("un_newer_than_the_list", newer, found + newer);
    report.metric("clear_alerts", alerts, people);
    scripts::measure(&mut report, &clears);
    let within = |limit: Duration| times.iter().filter(|t| **t <= limit).count();
    report.metric("searches_within_1_ms", within(Duration::from_millis(1)), times.len());
    report.metric("searches_within_10_ms", within(Duration::from_millis(10)), times.len());
    failures.into_iter().for_each(|(what, why)| report.failure(what, why));
    Ok(report)
}

/// The harmonic mean of precision and recall. Its interval is that of a share with as many trials.
fn f1(tp: usize, fp: usize, missed: usize) -> Metric {
    Metric::rate(2 * tp, 2 * tp + fp + missed)
}

fn list(dir: &Path, names: &[&str]) -> Result<Vec<Entry>, Failure> {
    let mut files = Files::new();
    for name in names {
        let path = dir.join(name);
        let bytes = std::fs::read(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        files.insert(path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes);
    }
    let format = recognize(&files).ok_or("a list of no known form")?;
    Ok(parse(format, &files)?.entries)
}

fn rows(dir: &Path, name: &str) -> Result<Vec<csv::StringRecord>, Failure> {
    let path = dir.join("names").join(name);
    let mut reader =
        csv::Reader::from_path(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    Ok(reader.records().collect::<Result<_, _>>()?)
}

fn person(row: &csv::StringRecord) -> Query {
    Query { name: row.get(0).unwrap_or_default().to_owned(), kind: Some(Kind::Person), ..Query::default() }
}
