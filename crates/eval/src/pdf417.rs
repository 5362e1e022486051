//! `bonafide eval pdf417 DIR`: PDF417 symbols read in the pictures of `DIR/manifest.tsv`.
//!
//! Columns: `file`; `truth_file`, a file whose bytes the symbol holds, or `aamva payload id X` for a row
//! of `../aamva/payloads.jsonl`; `symbols`, how many the picture holds. A picture counts as decoded when
//! one symbol's bytes or text equal the truth, line ends and white space at the end apart (text truth
//! files end in a newline the symbol may lack); without a truth, when as many symbols as named are read.
//!
//! The groups are told by the folder: `rendered` are clean symbols, `zxing-cpp` photos and small or cut
//! pictures, the others pictures with damage.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use bonafide_checks::{document::barcode, image::decode};

use super::Report;

type Failed = Box<dyn std::error::Error>;

pub(super) fn run(dir: &Path) -> Result<Report, Failed> {
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let payloads = payloads(&dir.join("../aamva/payloads.jsonl"));
    let mut times: Vec<Duration> = vec![];
    let mut groups: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut failures = vec![];
    for row in &rows {
        let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let file = column("file");
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let truth = truth(dir, column("truth_file"), &payloads)?;
        let symbols: usize = column("symbols").parse().unwrap_or(1).max(1);

        let start = Instant::now();
        let read = decode(&bytes).map(|picture| barcode::read_pdf417(&picture));
        times.push(start.elapsed());
        let why = match &read {
            Err(refused) => Some(refused.to_string()),
            Ok(read) if read.is_empty() => Some("no symbol read".to_owned()),
            Ok(read) => match &truth {
                Some(truth) if !read.iter().any(|s| equal(s, truth)) => {
                    Some("other data than the truth".to_owned())
                }
                None if read.len() < symbols => Some(format!("{} of {symbols} symbols read", read.len())),
                _ => None,
            },
        };
        let group = match file.split('/').next() {
            Some("rendered") => "decoded_rendered",
            Some("zxing-cpp") => "decoded_photos",
            _ => "decoded_damaged",
        };
        for name in [group, "decoded"] {
            let (right, all) = groups.entry(name).or_default();
            *all += 1;
            *right += usize::from(why.is_none());
        }
        failures.extend(why.map(|why| (file.to_owned(), why)));
    }
    let mut report = Report::new("pdf417", rows.len(), times);
    for (name, (right, all)) in groups {
        report.metric(name, right, all);
    }
    for (file, why) in failures {
        report.failure(file, why);
    }
    Ok(report)
}

/// The payloads by their id; empty where the folder is not beside this one.
fn payloads(file: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).ok()?;
            Some((row.get("id")?.as_str()?.to_owned(), row.get("payload")?.as_str()?.to_owned()))
        })
        .collect()
}

fn truth(dir: &Path, name: &str, payloads: &BTreeMap<String, String>) -> Result<Option<Vec<u8>>, Failed> {
    if let Some(id) = name.strip_prefix("aamva payload id ") {
        let payload = payloads.get(id).ok_or_else(|| format!("no AAMVA payload {id} beside the pictures"))?;
        return Ok(Some(payload.clone().into_bytes()));
    }
    if name.is_empty() {
        return Ok(None);
    }
    Ok(Some(std::fs::read(dir.join(name)).map_err(|e| format!("cannot read {name}: {e}"))?))
}

fn equal(symbol: &barcode::Symbol, truth: &[u8]) -> bool {
    let plain = |bytes: &[u8]| -> Vec<u8> {
        let bytes: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\r').collect();
        bytes.trim_ascii_end().to_vec()
    };
    plain(&symbol.bytes) == plain(truth) || plain(symbol.text.as_bytes()) == plain(truth)
}
