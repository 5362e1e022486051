//! `bonafide verify`: one person from picture files, without a server, by the server's own rules.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use bonafide_core::{
    decision::{Facts, decide},
    document::DocumentType,
    finding::Reason,
    policy::Policy,
    time::Clock,
    weights::Weights,
};
use bonafide_engine::world::SystemClock;
use bonafide_inspect::assess;
use serde::Serialize;

use super::{CommandResult, pictures};
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The front of the document
    #[arg(long, value_name = "FILE")]
    front: PathBuf,
    /// The back of the document
    #[arg(long, value_name = "FILE")]
    back: Option<PathBuf>,
    /// A picture of the person
    #[arg(long, value_name = "FILE")]
    selfie: PathBuf,
    /// The day to judge validity by, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DAY")]
    today: Option<jiff::civil::Date>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// The JSON shape is stable.
#[derive(Serialize)]
struct Verified {
    decision: &'static str,
    score: Option<f64>,
    reasons: Vec<Reason>,
    document: Document,
    findings: Vec<Finding>,
    ms: u64,
}

#[derive(Serialize)]
pub(super) struct Document {
    r#type: DocumentType,
    country: Option<String>,
    fields: BTreeMap<String, Field>,
}

#[derive(Serialize)]
struct Field {
    value: String,
    source: String,
    confidence: f64,
}

#[derive(Serialize)]
pub(super) struct Finding {
    check: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<String>,
    outcome: String,
    score: Option<f64>,
    threshold: Option<f64>,
    reasons: Vec<Reason>,
    ms: u64,
}

impl From<&bonafide_core::document::DocumentReading> for Document {
    fn from(reading: &bonafide_core::document::DocumentReading) -> Self {
        let fields = reading.fields.keys().filter_map(|name| {
            let field = reading.get(*name)?;
            let (value, source) = (field.value.clone(), output::word(field.source));
            Some((output::word(name), Field { value, source, confidence: field.confidence }))
        });
        Self { r#type: reading.document_type, country: reading.issuer.clone(), fields: fields.collect() }
    }
}

impl From<&bonafide_core::finding::Finding> for Finding {
    fn from(f: &bonafide_core::finding::Finding) -> Self {
        Self {
            check: output::word(f.check),
            side: f.side.map(output::word),
            outcome: output::word(f.outcome),
            score: f.score,
            threshold: f.threshold,
            reasons: f.reasons.clone(),
            ms: f.ms,
        }
    }
}

pub(crate) fn run(args: Args) -> CommandResult {
    let selfie = pictures::load(&args.selfie)?;
    let models = pictures::models();
    let (policy, weights) = (Policy::default(), Weights::default());
    let today = args.today.unwrap_or_else(|| SystemClock.now().date());

    let start = Instant::now();
    let read = pictures::document(&models, &args.front, args.back.as_deref(), today)?;
    let mut findings = read.findings;
    let matched = assess::faces(&models, &weights, read.portrait.as_ref(), &selfie);
    let portraits: Vec<_> = read.portrait.iter().collect();
    findings.push(assess::source(&models, &portraits, &[&selfie], Some(&matched)));
    findings.extend(matched.findings);
    findings.extend(assess::liveness(&models, &weights, std::slice::from_ref(&selfie)));
    findings.sort_by_key(|f| (f.check, f.side));
    let document_type = read.reading.document_type;
    let judged = decide(&policy, &weights, &Facts { document_type, findings: &findings, attempt: 1 });
    let ms = start.elapsed().as_millis() as u64;

    if args.json {
        output::json(&Verified {
            decision: output::decision_word(judged.decision),
            score: judged.score,
            reasons: judged.reasons,
            document: (&read.reading).into(),
            findings: findings.iter().map(Finding::from).collect(),
            ms,
        })?;
    } else {
        output::reading(&read.reading);
        output::findings(&findings);
        output::assessment(&judged);
        output::line!("\nTook {ms} ms");
    }
    Ok(())
}
