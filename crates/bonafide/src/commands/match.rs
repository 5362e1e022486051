//! `bonafide match A B`: are these the same person?

use std::path::PathBuf;

use bonafide_checks::face::{calibration::Row, compare, embed::Basis, networks};
use bonafide_core::finding::Reason;
use bonafide_core::weights::Weights;
use serde::Serialize;

use super::{CommandResult, pictures};
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A picture with a face, for instance a portrait on a document
    a: PathBuf,
    /// Another one, for instance a selfie
    b: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// The JSON shape is stable.
#[derive(Serialize)]
struct Compared {
    /// Calibrated, 0 to 1; null when there were not two faces to compare.
    similarity: Option<f64>,
    /// What the networks said, -1 to 1.
    cosine: Option<f64>,
    /// Which networks said it: `first` alone or both `fused`.
    basis: Basis,
    threshold: f64,
    r#match: bool,
    /// Which similarity strangers reach at which rate; empty for a network without a calibration.
    table: Vec<Row>,
    reasons: Vec<Reason>,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let (a, b) = (pictures::load(&args.a)?, pictures::load(&args.b)?);
    let models = pictures::models();
    let max_distance = Weights::default().portrait_match_tolerance;
    let compared = compare::match_faces(&models, &a, &b, max_distance);
    let threshold = 1.0 - max_distance;
    let same = compared.similarity.is_some_and(|s| s >= threshold);
    let reasons: Vec<Reason> = compared.findings.iter().flat_map(|f| f.reasons.clone()).collect();
    let basis = compared.basis.unwrap_or(networks::basis(&models));
    let table = networks::calibration(&models, basis).map(|map| map.table()).unwrap_or_default();
    if args.json {
        output::json(&Compared {
            similarity: compared.similarity,
            cosine: compared.cosine,
            basis,
            threshold,
            r#match: same,
            table,
            reasons,
        })?;
        return Ok(());
    }
    match compared.similarity {
        Some(s) if same => output::line!("Same person: similarity {s:.3}, needs {threshold:.3}"),
        Some(s) => output::line!("Not the same person: similarity {s:.3}, needs {threshold:.3}"),
        None => output::line!("Not compared"),
    }
    for reason in reasons {
        output::line!("  - {}: {}", reason.code, reason.detail);
    }
    explain(&table, threshold);
    Ok(())
}

/// What the similarity means.
fn explain(table: &[Row], threshold: f64) {
    if table.is_empty() {
        return;
    }
    let mut rows = output::table(["strangers who match", "similarity", "cosine", ""]);
    for row in table {
        let mut note = if row.measured { "measured".to_owned() } else { "extrapolated".to_owned() };
        if (row.similarity - threshold).abs() < 1e-9 {
            note.push_str(", the threshold");
        }
        rows.add_row([
            format!("1 in {:.0}", 1.0 / row.fmr),
            format!("{:.1}", row.similarity),
            format!("{:.3}", row.cosine),
            note,
        ]);
    }
    output::print(&rows);
    output::line!(
        "Each 0.1 of similarity is a tenfold of strangers that it keeps out, on press photographs of mixed people; \
         people of one family, sex, age and origin are more alike."
    );
}
