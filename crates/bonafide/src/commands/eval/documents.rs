//! `bonafide eval documents DIR`: is it an identity document, on the pictures of `DIR/manifest.tsv`
//! (columns `file`, `is_identity_document` 1 or 0, `kind`).
//!
//! - `accuracy`: pictures judged rightly at the product's own threshold.
//! - `accepted`: identity documents taken for one. `refused`: other pictures not taken for one.
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
    let models = crate::commands::pictures::models();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let today = bonafide_core::time::Clock::now(&bonafide_engine::world::SystemClock).date();
    let (mut times, mut failures) = (vec![], vec![]);
    let (mut accepted, mut documents, mut refused, mut others) = (0, 0, 0, 0);
    for row in &rows {
        let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let (file, truth) = (column("file"), column("is_identity_document") == "1");
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let start = Instant::now();
        let finding = decode(&bytes).ok().and_then(|picture| {
            let out = read(&models, &picture, None, DocumentType::Unknown, today, 0.85);
            out.findings.into_iter().find(|f| f.check == Check::IsIdentityDocument)
        });
        times.push(start.elapsed());
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
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}
