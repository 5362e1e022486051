//! `bonafide screen`: names against the lists of an installation.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use bonafide_screening::{
    entry::{Birth, Gender},
    index::{Hit, Index, Query, THRESHOLD},
    names::Kind,
    snapshot::Snapshot,
};
use serde_json::json;

use super::{CommandResult, lists::store};
use crate::{config::Flags, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name
    #[arg(required_unless_present = "file")]
    name: Option<String>,
    /// A table of names with the column name, and birth_date, country, gender, type
    #[arg(long, value_name = "CSV", conflicts_with = "name")]
    file: Option<PathBuf>,
    /// Where the hits of --file go, as CSV; an interrupted run goes on where it stopped
    #[arg(long, value_name = "CSV", requires = "file")]
    out: Option<PathBuf>,
    /// Birth date, as far as it is known: 1962, 1962-05, 1962-05-17
    #[arg(long)]
    birth_date: Option<String>,
    /// A country the person belongs to: its name or ISO 3166-1 alpha-3 code
    #[arg(long)]
    country: Vec<String>,
    /// person, organization, vessel or aircraft [default: any]
    #[arg(long = "type", value_parser = parse_kind)]
    kind: Option<Kind>,
    /// The least score of a hit
    #[arg(long, default_value_t = THRESHOLD)]
    threshold: f64,
    /// Most hits of one name
    #[arg(long, default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    flags: Flags,
    #[arg(long)]
    json: bool,
}

fn parse_kind(word: &str) -> Result<Kind, String> {
    serde_json::from_value(json!(word)).map_err(|_| "person, organization, vessel or aircraft".to_owned())
}

pub(crate) fn run(args: Args) -> CommandResult {
    if !(0.0..=1.0).contains(&args.threshold) {
        return Err("--threshold is between 0 and 1".into());
    }
    let (index, snapshots) = store(&args.flags)?.index()?;
    if snapshots.is_empty() {
        return Err("no list is there to search; `bonafide lists import NAME FILE…` takes one in".into());
    }
    if let Some(file) = &args.file {
        return many(&index, &args, file);
    }
    let birth = match &args.birth_date {
        Some(text) => Some(Birth::parse(text).ok_or("--birth-date is a year, or year-month-day")?),
        None => None,
    };
    let name = args.name.clone().unwrap_or_default();
    let query = Query { name, kind: args.kind, birth, countries: args.country.clone(), ..Query::default() };
    let hits = index.search(&query, args.threshold, args.limit);
    if args.json {
        output::json(&json!({"lists": lists(&snapshots), "threshold": args.threshold, "hits": hits}))?;
    } else {
        print(&hits, &snapshots);
    }
    Ok(())
}

fn lists(snapshots: &[Snapshot]) -> Vec<serde_json::Value> {
    let row = |s: &Snapshot| json!({"list": s.list, "sha256": s.sha256, "published": s.published, "entries": s.entries});
    snapshots.iter().map(row).collect()
}

fn print(hits: &[Hit], snapshots: &[Snapshot]) {
    let entries: usize = snapshots.iter().map(|s| s.entries).sum();
    if hits.is_empty() {
        anstream::println!("No hit in {} lists with {entries} entries.", snapshots.len());
    }
    for hit in hits {
        anstream::println!("{:.2}  {}  ({}, {})", hit.score, hit.name, hit.list, hit.id);
        if hit.main != hit.name {
            anstream::println!("      also known as: {} is the main name", hit.main);
        }
        for pair in &hit.pairs {
            let what = match pair.because {
                Some(why) => format!(
                    "{} ~ {}: {} ({:.2})",
                    pair.query,
                    pair.listed,
                    output::word(why),
                    pair.similarity
                ),
                None if pair.query.is_empty() => format!("{}: only on the list", pair.listed),
                None => format!("{}: only in the query", pair.query),
            };
            anstream::println!("      {what}, weight {:.2}", pair.weight);
        }
        for fact in &hit.facts {
            let says = match fact.agrees {
                Some(true) => "agrees",
                Some(false) => "differs",
                None => "cannot be compared",
            };
            anstream::println!("      {} {says}", fact.what);
        }
    }
}

/// A row of a table, and what the query is made of it.
pub(super) fn query(
    header: &csv::StringRecord,
    row: &csv::StringRecord,
    kind: Option<Kind>,
) -> Option<Query> {
    let cell = |names: &[&str]| {
        let at = header.iter().position(|h| names.contains(&h.trim().to_lowercase().as_str()))?;
        row.get(at).map(str::trim).filter(|v| !v.is_empty())
    };
    Some(Query {
        name: cell(&["name", "full_name"])?.to_owned(),
        kind: cell(&["type", "kind"]).and_then(|k| parse_kind(k).ok()).or(kind),
        birth: cell(&["birth_date", "date_of_birth", "dob"]).and_then(Birth::parse),
        countries: cell(&["country", "nationality"]).map(str::to_owned).into_iter().collect(),
        gender: cell(&["gender", "sex"]).and_then(Gender::parse),
        numbers: vec![],
    })
}

fn many(index: &Index, args: &Args, file: &Path) -> CommandResult {
    let wrong = |e: csv::Error| format!("cannot read {}: {e}", file.display());
    let mut reader = csv::Reader::from_path(file).map_err(wrong)?;
    let header = reader.headers().map_err(wrong)?.clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
    // The last line that a run before wrote for a row tells where to go on.
    let done = match &args.out {
        Some(out) if out.exists() => finished(out)?,
        _ => 0,
    };
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(std::fs::File::options().create(true).append(true).open(path)?),
        None => Box::new(std::io::stdout()),
    };
    let has_header = args.out.as_ref().is_some_and(|p| p.metadata().is_ok_and(|m| m.len() > 0));
    if !has_header {
        out.write_all(b"row,name,score,rank,list,id,listed_name,birth_date,country\n")?;
    }
    let bar = output::progress(rows.len() as u64);
    bar.set_position(done as u64);
    let (mut screened, mut with_hits, mut nameless) = (0usize, 0usize, 0usize);
    for (number, row) in (1..).zip(&rows).skip(done) {
        bar.inc(1);
        let Some(query) = query(&header, row, args.kind) else {
            nameless += 1;
            continue;
        };
        let hits = index.search(&query, args.threshold, args.limit);
        screened += 1;
        with_hits += usize::from(!hits.is_empty());
        let mut lines = csv::Writer::from_writer(vec![]);
        for hit in &hits {
            let fact = |what: &str| match hit.facts.iter().find(|f| f.what == what).and_then(|f| f.agrees) {
                Some(true) => "agrees",
                Some(false) => "differs",
                None => "",
            };
            lines.write_record([
                number.to_string(),
                output::unformula(&query.name),
                format!("{:.4}", hit.score),
                format!("{:.4}", hit.rank),
                hit.list.clone(),
                output::unformula(&hit.id),
                output::unformula(&hit.name),
                fact("birth_date").to_owned(),
                fact("country").to_owned(),
            ])?;
        }
        // A line for the row itself: what was screened, hit or not, and how far a run came.
        if hits.is_empty() {
            lines.write_record([
                &number.to_string(),
                &output::unformula(&query.name),
                "",
                "",
                "",
                "",
                "",
                "",
                "",
            ])?;
        }
        out.write_all(&lines.into_inner().map_err(|e| e.to_string())?)?;
    }
    out.flush()?;
    bar.finish_and_clear();
    let told =
        json!({"screened": screened, "with_hits": with_hits, "without_name": nameless, "skipped": done});
    if args.json && args.out.is_some() {
        output::json(&told)?;
    } else if args.out.is_some() {
        anstream::println!(
            "Screened {screened}; {with_hits} have hits; {nameless} rows have no name; {done} were done before."
        );
    }
    Ok(())
}

/// The number of the last row that a result file speaks of.
fn finished(out: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let mut last = 0;
    for record in csv::ReaderBuilder::new().flexible(true).from_path(out)?.records() {
        last = record?.get(0).and_then(|n| n.parse().ok()).unwrap_or(last);
    }
    Ok(last)
}
