//! `bonafide eval fields DIR`: the printed fields of documents, read by their labels, against the machine
//! readable zone of `DIR/manifest.tsv` (column `mrz`, lines joined by bars).
//!
//! For each field: `…_right` and `…_wrong` of all pictures whose zone gives it, by the visual zone alone; what
//! is neither was not found, which is also what happens where a side of a card does not print the field.
//! `…_merged` is the value the product reports from all sources. Names count as right when they are the same
//! but for transliteration and truncation in the zone.

use std::{path::Path, time::Instant};

use bonafide_checks::{
    document::{compare, mrz, read::read},
    image::decode,
};
use bonafide_core::document::{DocumentType, FieldName, Source};

use super::Report;

/// The fields with the names of their metrics: right, wrong, merged.
const FIELDS: [(FieldName, [&str; 3]); 7] = [
    (FieldName::DocumentNumber, ["number_right", "number_wrong", "number_merged"]),
    (FieldName::LastName, ["last_name_right", "last_name_wrong", "last_name_merged"]),
    (FieldName::FirstName, ["first_name_right", "first_name_wrong", "first_name_merged"]),
    (FieldName::BirthDate, ["birth_date_right", "birth_date_wrong", "birth_date_merged"]),
    (FieldName::ExpiresAt, ["expiry_right", "expiry_wrong", "expiry_merged"]),
    (FieldName::Gender, ["sex_right", "sex_wrong", "sex_merged"]),
    (FieldName::Nationality, ["nationality_right", "nationality_wrong", "nationality_merged"]),
];

#[derive(Default, Clone, Copy)]
struct Count {
    n: usize,
    right: usize,
    wrong: usize,
    merged: usize,
}

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let today = crate::today();
    let (mut times, mut failures) = (vec![], vec![]);
    let mut counts = [Count::default(); FIELDS.len()];
    for row in &rows {
        let (Some(file), Some(zone)) = (row.get("file"), row.get("mrz")) else { continue };
        // Letters outside the alphabet stand for transliterated ones in some truths.
        let lines: Vec<String> = zone.split('|').map(|l| l.replace('Ñ', "N")).collect();
        let Ok(truth) = mrz::parse(&lines) else { continue };
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let start = Instant::now();
        let reading = match decode(&bytes) {
            Ok(picture) => read(&models, &picture, None, DocumentType::Unknown, today, 0.85).reading,
            Err(_) => continue,
        };
        times.push(start.elapsed());
        for (name, value, _) in truth.fields(today) {
            let Some(at) = FIELDS.iter().position(|f| f.0 == name) else { continue };
            let Some(count) = counts.get_mut(at) else { continue };
            let right = |given: &str| same(name, given, &value);
            count.n += 1;
            match reading.from_source(name, Source::Visual).map(|f| right(&f.value)) {
                Some(true) => count.right += 1,
                Some(false) => {
                    count.wrong += 1;
                    failures.push((file.clone(), format!("{name:?} of the visual zone differs")));
                }
                None => {}
            }
            count.merged += usize::from(reading.get(name).is_some_and(|f| right(&f.value)));
        }
    }
    let mut report = Report::new("fields", times.len(), times);
    for ((_, [right, wrong, merged]), count) in FIELDS.iter().zip(counts) {
        report.metric(*right, count.right, count.n);
        report.metric(*wrong, count.wrong, count.n);
        report.metric(*merged, count.merged, count.n);
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

fn same(name: FieldName, given: &str, truth: &str) -> bool {
    match name {
        FieldName::LastName | FieldName::FirstName => {
            // One letter misread is wrong here, whatever the cross-checks forgive.
            let compared = compare::name(given, truth);
            let forgiven = [compare::Note::Misread, compare::Note::Differs, compare::Note::MissingPart];
            compared.score >= 0.9 && forgiven.iter().all(|n| !compared.notes.contains(n))
        }
        FieldName::DocumentNumber => compare::number(given, truth).score >= 1.0,
        _ => given == truth,
    }
}
