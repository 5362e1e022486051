//! `bonafide eval address DIR`: what is read of the bills and letters in `DIR/manifest.tsv` (columns `file`, `kind`, `issuer`,
//! `names` divided by strokes, `issued`, `street`, `extra`, `city`, `state`, `zip`, `country`, `seal`); `cargo run -p
//! bonafide-specimen --example draw OUT` draws such a folder.
//!
//! - `kind` … `country`: documents of which that was read rightly, among those that have it. Letters are compared without case,
//!   marks, spaces and stops; an accent that was misread is forgiven, a digit is not.
//! - `fields`: all of them together. `whole`: documents of which every field was right. All this is what was read from the
//!   print, whatever a seal says.
//! - `seal`: documents with a seal (`valid`) that was found, verified with `DIR/certificates.pem` and agrees with the page.
//!   `no_seal`: those without, of which nothing is said.
//!
//! The groups are the countries.

use std::{collections::BTreeMap, path::Path, time::Instant};

use bonafide_checks::{
    address_document::{Certificates, Sheet, read},
    document::text::plain,
};
use bonafide_core::{
    document::{DocumentReading, FieldName, Side, Source},
    finding::{Check, Outcome},
};

use super::Report;

/// The columns with their fields.
const COLUMNS: [(&str, FieldName); 10] = [
    ("kind", FieldName::DocumentSubtype),
    ("issuer", FieldName::IssuingAuthority),
    ("names", FieldName::FullName),
    ("issued", FieldName::IssuedAt),
    ("street", FieldName::Street),
    ("extra", FieldName::AddressExtra),
    ("city", FieldName::City),
    ("state", FieldName::State),
    ("zip", FieldName::PostalCode),
    ("country", FieldName::AddressCountry),
];

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let today = crate::today();
    let mut certificates = Certificates::default();
    if let Ok(file) = std::fs::read(dir.join("certificates.pem")) {
        certificates.add(&file)?;
    }
    let mut seals = [(0usize, 0usize); 2];
    let (mut times, mut failures) = (vec![], vec![]);
    let mut counts = [(0usize, 0usize); COLUMNS.len()];
    let mut countries: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut whole = 0;
    let bar = crate::progress(rows.len() as u64);
    for row in &rows {
        let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let file = column("file");
        let picture = crate::load(&dir.join(file))?;
        let start = Instant::now();
        let sheet = Sheet { picture: &picture, side: Side::Front, embedded: &[] };
        let out = read(&models, &certificates, &[sheet], today);
        times.push(start.elapsed());
        let (reading, mut all) = (out.reading, true);
        let seal = out.findings.iter().find(|finding| finding.check == Check::DocumentSeal);
        let sealed = !column("seal").is_empty();
        if let Some((right, of)) = seals.get_mut(usize::from(sealed)) {
            *of += 1;
            let said = seal.map(|finding| finding.outcome);
            if said == sealed.then_some(Outcome::Clear) {
                *right += 1;
            } else {
                failures.push((file.to_owned(), format!("seal: {seal:?}")));
            }
        }
        for ((name, field), (right, of)) in COLUMNS.iter().zip(&mut counts) {
            let truth = column(name);
            let read = values(&reading, *field);
            if truth.is_empty() && read.is_empty() {
                continue;
            }
            *of += 1;
            let country = countries.entry(column("country").to_owned()).or_default();
            country.1 += 1;
            if same(truth, &read) {
                *right += 1;
                country.0 += 1;
            } else {
                all = false;
                failures.push((file.to_owned(), format!("{name}: {} instead of {truth}", read.join("|"))));
            }
        }
        whole += usize::from(all);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let mut report = Report::new("address", rows.len(), times);
    let sum = counts.iter().fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
    for ((name, _), (right, of)) in COLUMNS.iter().zip(counts) {
        report.metric(*name, right, of);
    }
    report.metric("fields", sum.0, sum.1);
    report.metric("whole", whole, rows.len());
    for (name, (right, of)) in ["no_seal", "seal"].into_iter().zip(seals) {
        report.metric(name, right, of);
    }
    for (country, (right, of)) in countries {
        report.group(&country, "fields", right, of);
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

fn values(reading: &DocumentReading, field: FieldName) -> Vec<String> {
    let all = reading.fields.get(&field).into_iter().flatten().filter(|f| f.source == Source::Visual);
    all.map(|f| f.value.clone()).take(if field == FieldName::FullName { 8 } else { 1 }).collect()
}

fn same(truth: &str, read: &[String]) -> bool {
    let squeezed = |text: &str| plain(text).replace(' ', "");
    let mut truth: Vec<String> = truth.split('|').map(squeezed).collect();
    let mut read: Vec<String> = read.iter().map(|value| squeezed(value)).collect();
    truth.sort();
    read.sort();
    truth == read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_right_whole_and_names_in_any_order() {
        let read = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        assert!(same("Anna Müller|Jörg Müller", &read(&["JORG MULLER", "Anna Müller"])));
        assert!(same("12 rue des Lilas", &read(&["12 ruedes Lilas"])));
        assert!(!same("12 rue des Lilas", &read(&["72 rue des Lilas"])) && !same("x", &[]));
    }
}
