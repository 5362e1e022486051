//! `bonafide eval aamva DIR`: the parser of AAMVA payloads on `DIR/payloads.jsonl`.
//!
//! One JSON object a line: `id`, `payload`, and where values are known `fields`, by field name. Values
//! are compared by letters and digits alone, ignoring case.

use std::time::{Duration, Instant};

use bonafide_checks::document::aamva;
use bonafide_core::document::FieldName;

use super::Report;

#[derive(serde::Deserialize)]
struct Row {
    id: String,
    payload: String,
    #[serde(default)]
    fields: Option<std::collections::BTreeMap<String, String>>,
}

pub(super) fn run(dir: &std::path::Path) -> Result<Report, Box<dyn std::error::Error>> {
    let file = dir.join("payloads.jsonl");
    let text = std::fs::read_to_string(&file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let rows: Vec<Row> = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|e| format!("{} is not one JSON object a line: {e}", file.display()))?;

    let mut times: Vec<Duration> = vec![];
    let mut failures = vec![];
    let (mut parsed, mut right, mut all) = (0, 0, 0);
    for row in &rows {
        let start = Instant::now();
        let read = aamva::parse(&row.payload).map(|l| l.fields());
        times.push(start.elapsed());
        parsed += usize::from(read.is_ok());
        if let Err(error) = &read {
            failures.push((row.id.clone(), error.to_string()));
        }
        let read = read.unwrap_or_default();
        for (name, expected) in row.fields.iter().flatten() {
            all += 1;
            let value = field(name).and_then(|n| read.get(&n)).map(String::as_str).unwrap_or_default();
            if plain(value) == plain(expected) {
                right += 1;
            } else {
                failures.push((row.id.clone(), format!("{name}: expected {expected:?}, read {value:?}")));
            }
        }
    }
    let mut report = Report::new("aamva", rows.len(), times);
    report.metric("parsed", parsed, rows.len());
    report.metric("fields", right, all);
    for (file, why) in failures {
        report.failure(file, why);
    }
    Ok(report)
}

/// The field a column of the data names; a name suffix goes by two names.
fn field(name: &str) -> Option<FieldName> {
    let name = if name == "suffix_name" { "name_suffix" } else { name };
    serde_json::from_value(name.into()).ok()
}

fn plain(value: &str) -> String {
    value.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}
