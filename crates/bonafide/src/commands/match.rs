//! `bonafide match A B`: are these the same person?

use std::path::PathBuf;

use bonafide_checks::face::compare;
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
    threshold: f64,
    r#match: bool,
    reasons: Vec<Reason>,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let (a, b) = (pictures::load(&args.a)?, pictures::load(&args.b)?);
    let models = pictures::models();
    let max_distance = Weights::default().onboarding_face_encoding_tolerance;
    let compared = compare::match_faces(&models, &a, &b, max_distance);
    let threshold = 1.0 - max_distance;
    let same = compared.similarity.is_some_and(|s| s >= threshold);
    let reasons: Vec<Reason> = compared.findings.iter().flat_map(|f| f.reasons.clone()).collect();
    if args.json {
        output::json(&Compared { similarity: compared.similarity, threshold, r#match: same, reasons })?;
        return Ok(());
    }
    match compared.similarity {
        Some(s) if same => anstream::println!("Same person: similarity {s:.3}, needs {threshold:.3}"),
        Some(s) => anstream::println!("Not the same person: similarity {s:.3}, needs {threshold:.3}"),
        None => anstream::println!("Not compared"),
    }
    for reason in reasons {
        anstream::println!("  - {}: {}", reason.code, reason.detail);
    }
    Ok(())
}
