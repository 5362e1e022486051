//! `bonafide eval mrz`: machine readable zones read from pictures, character by character.
//!
//! `data_lines`: the share of pictures with a zone in which every line that holds data (all but the name
//! line) is exact; `all_lines`: every line is exact; `check_digits`: every check digit that holds on the
//! document holds in our reading. Reporting a zone in a picture without one counts against all three.

use std::{collections::BTreeMap, time::Instant};

use bonafide_checks::{
    document::{
        mrz::{self, CheckKind, Mrz},
        read::machine_readable_zone,
    },
    image::decode,
};

use super::Report;

pub(super) fn run(dir: &std::path::Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let (mut times, mut failures) = (vec![], vec![]);
    let (mut data, mut all, mut digits, mut n) = (0, 0, 0, 0);
    for row in &rows {
        let (Some(file), Some(format)) = (row.get("file"), row.get("format")) else { continue };
        let start = Instant::now();
        let bytes = std::fs::read(dir.join(file))?;
        let found = match decode(&bytes) {
            Ok(picture) => machine_readable_zone(&models, &picture)?.map(|f| f.mrz),
            Err(_) => None,
        };
        times.push(start.elapsed());
        n += 1;
        let Some(truth) = row.get("mrz").filter(|_| format != "none").filter(|m| !m.is_empty()) else {
            match found {
                None => (data, all, digits) = (data + 1, all + 1, digits + 1),
                Some(_) => {
                    failures.push((file.clone(), "a zone was reported where there is none".to_owned()))
                }
            }
            continue;
        };
        let truth: Vec<&str> = truth.split('|').collect();
        let Some(mrz) = found else {
            failures.push((file.clone(), "no zone found".into()));
            continue;
        };
        let (same, same_data, holding) = compare(&truth, &mrz);
        data += usize::from(same_data);
        all += usize::from(same);
        digits += usize::from(holding);
        if !same {
            let lines: Vec<String> = truth
                .iter()
                .zip(mrz.lines())
                .filter(|(t, l)| t != l)
                .map(|(t, l)| format!("{l} for {t}"))
                .collect();
            failures.push((file.clone(), format!("{:?}: {}", mrz.format(), lines.join("; "))));
        }
    }
    let vectors = text_vectors(&dir.join("text_vectors.jsonl"))?;
    let mut report = Report::new("mrz", n, times);
    report.metric("data_lines", data, n);
    report.metric("all_lines", all, n);
    report.metric("check_digits", digits, n);
    if let Some((right, all)) = vectors {
        report.metric("text_vectors", right, all);
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

/// How many zones given as text parse with each check digit judged as labelled (`check`: which hold), of how
/// many; `None` without the file.
fn text_vectors(path: &std::path::Path) -> Result<Option<(usize, usize)>, Box<dyn std::error::Error>> {
    if !path.exists() {
        return Ok(None);
    }
    let (mut right, mut all) = (0, 0);
    for line in std::fs::read_to_string(path)?.lines() {
        let vector: Vector = serde_json::from_str(line)?;
        all += 1;
        let Ok(mrz) = mrz::parse(&vector.mrz) else { continue };
        let checks = mrz.checks();
        let holds = |kind| checks.iter().find(|c| c.kind == kind).map(|c| c.holds);
        let same = vector.check.iter().all(|(name, expected)| match name.as_str() {
            "doc" => holds(CheckKind::DocumentNumber) == *expected,
            "dob" => holds(CheckKind::BirthDate) == *expected,
            "exp" => holds(CheckKind::ExpiryDate) == *expected,
            "opt" => holds(CheckKind::OptionalData) == *expected,
            "comp" => holds(CheckKind::Composite) == *expected,
            // Labels of the form of the number, not of a digit.
            _ => true,
        });
        right += usize::from(same);
    }
    Ok(Some((right, all)))
}

#[derive(serde::Deserialize)]
struct Vector {
    mrz: Vec<String>,
    check: BTreeMap<String, Option<bool>>,
}

/// All lines equal, all data lines equal, all digits of the document that hold also hold in the reading.
fn compare(truth: &[&str], mrz: &Mrz) -> (bool, bool, bool) {
    let lines = mrz.lines();
    let same_number = truth.len() == lines.len();
    let equal = |i: usize| truth.get(i).copied() == lines.get(i).map(String::as_str);
    let all = same_number && (0..truth.len()).all(equal);
    let data = same_number && (0..truth.len()).filter(|i| mrz.format().name_line() != Some(*i)).all(equal);
    // Truth with letters outside the alphabet cannot be parsed; its name line is of no matter here.
    let plain: Vec<String> =
        truth.iter().map(|l| l.chars().map(|c| if c.is_ascii() { c } else { '<' }).collect()).collect();
    let holding = mrz::parse(&plain)
        .is_ok_and(|document| document.checks().iter().filter(|c| c.holds).all(|c| mrz.checks().contains(c)));
    (all, data, holding)
}
