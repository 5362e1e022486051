//! `bonafide eval documents DIR`: is it an identity document, on the pictures of `DIR/manifest.tsv`
//! (columns `file`, `is_identity_document` 1 or 0, `kind`).
//!
//! - `accuracy`: pictures judged rightly at the product's own threshold.
//! - `accepted`: identity documents taken for one. `refused`: other pictures not taken for one.
//! - `unsure_documents`, `unsure_others`: those of them that are left to a person (`consider`).
//! - `type`: documents whose kind the manifest tells, of which the type was told rightly.
//!
//! A picture that cannot be decoded counts as not taken for one. The time is that of reading the whole
//! document, since the judgement rests on what was read.

use std::{path::Path, time::Instant};

use bonafide_checks::{document::read::read, image::decode};
use bonafide_core::{
    document::DocumentType,
    finding::{Check, Outcome},
};

use super::Report;

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let today = crate::today();
    let (mut times, mut failures) = (vec![], vec![]);
    let (mut accepted, mut documents, mut refused, mut others) = (0, 0, 0, 0);
    let (mut unsure, mut typed, mut types) = ([0, 0], 0, 0);
    for row in &rows {
        let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let (file, truth) = (column("file"), column("is_identity_document") == "1");
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let start = Instant::now();
        let out = decode(&bytes)
            .ok()
            .map(|picture| read(&models, &picture, None, DocumentType::Unknown, today, 0.85));
        times.push(start.elapsed());
        let told = out.as_ref().map_or(DocumentType::Unknown, |o| o.reading.document_type);
        let finding = out.and_then(|o| o.findings.into_iter().find(|f| f.check == Check::IsIdentityDocument));
        if finding.as_ref().is_some_and(|f| f.outcome == Outcome::Consider) {
            unsure[usize::from(!truth)] += 1;
        }
        if let Some(right) = expected(column("kind")) {
            types += 1;
            typed += usize::from(right.contains(&told));
            if !right.contains(&told) {
                failures.push((file.to_owned(), format!("{} read as {told:?}", column("kind"))));
            }
        }
        let taken = finding.as_ref().is_some_and(|f| f.outcome == Outcome::Clear);
        let score = finding.and_then(|f| f.score).unwrap_or(0.0);
        if truth {
            documents += 1;
            accepted += usize::from(taken);
        } else {
            others += 1;
            refused += usize::from(!taken);
        }
        if taken != truth {
            let what = if truth { "not taken for a document" } else { "taken for a document" };
            failures.push((file.to_owned(), format!("{what} ({}), score {score:.2}", column("kind"))));
        }
    }
    let mut report = Report::new("documents", rows.len(), times);
    report.metric("accuracy", accepted + refused, documents + others);
    report.metric("accepted", accepted, documents);
    report.metric("refused", refused, others);
    report.metric("unsure_documents", unsure[0], documents);
    report.metric("unsure_others", unsure[1], others);
    report.metric("type", typed, types);
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

/// The types that a kind of the manifest can be; `None` when it does not tell. Cards of three or two lines are
/// issued as identity cards, residence permits and travel cards.
fn expected(kind: &str) -> Option<&'static [DocumentType]> {
    use DocumentType::{IdentificationCard, Other, Passport, PassportCard, ResidencePermit, Visa};
    Some(match kind.split(' ').next()? {
        "TD3" => &[Passport],
        "MRVA" | "MRVB" => &[Visa],
        "TD1" | "TD2" => &[IdentificationCard, ResidencePermit, PassportCard, Other],
        "FR-ID" => &[IdentificationCard],
        _ => return None,
    })
}
