//! `bonafide read`: what is written on a document.

use std::{path::PathBuf, time::Instant};

use bonafide_core::time::Clock;
use bonafide_engine::world::SystemClock;
use serde::Serialize;

use super::{
    CommandResult, pictures,
    verify::{Document, Finding},
};
use crate::output;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The front of the document
    #[arg(value_name = "FRONT")]
    front: PathBuf,
    /// The back of the document
    #[arg(value_name = "BACK")]
    back: Option<PathBuf>,
    /// The day to judge validity by, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DAY")]
    today: Option<jiff::civil::Date>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Read {
    document: Document,
    /// The lines of the machine readable zone.
    mrz: Option<Vec<String>>,
    mrz_valid: Option<bool>,
    /// The text of a barcode, of a known kind or not.
    barcode: Option<String>,
    findings: Vec<Finding>,
    ms: u64,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let models = pictures::models();
    let today = args.today.unwrap_or_else(|| SystemClock.now().date());
    let start = Instant::now();
    let read = pictures::document(&models, &args.front, args.back.as_deref(), today)?;
    let ms = start.elapsed().as_millis() as u64;
    if args.json {
        output::json(&Read {
            document: (&read.reading).into(),
            mrz: read.reading.mrz.clone(),
            mrz_valid: read.reading.mrz_valid,
            barcode: read.reading.barcode.clone(),
            findings: read.findings.iter().map(Finding::from).collect(),
            ms,
        })?;
    } else {
        output::reading(&read.reading);
        output::findings(&read.findings);
        output::line!("\nTook {ms} ms");
    }
    Ok(())
}
