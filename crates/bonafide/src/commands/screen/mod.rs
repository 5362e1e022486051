//! `bonafide screen`: names against the lists of an installation.

mod many;

use std::path::PathBuf;

use bonafide_core::time::Clock;
use bonafide_engine::world::SystemClock;
use bonafide_screening::{
    index::{Hit, THRESHOLD},
    names::Kind,
    snapshot::{Snapshot, Store},
    standing::Stale,
    table::{Asked, Wrong},
};
use serde_json::json;

use super::CommandResult;
use crate::{
    config::{Config, Flags},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name
    #[arg(required_unless_present = "file")]
    name: Option<String>,
    /// A table of names with the column name, and birth_date, country, nationality, gender, type. Ends with the status 3
    /// when a row was not screened
    #[arg(long, value_name = "CSV", conflicts_with = "name")]
    file: Option<PathBuf>,
    /// Where the results of --file go, as CSV: a row for each row of the table, and one for each hit. An interrupted run
    /// goes on with the rows that are not there yet, as long as table, lists and options are the same
    #[arg(long, value_name = "CSV", requires = "file")]
    out: Option<PathBuf>,
    /// Screen every row anew and write over the results in --out
    #[arg(long, requires = "out")]
    replace: bool,
    /// Birth date, as far as it is known: 1962, 1962-05, 1962-05-17
    #[arg(long, conflicts_with = "file")]
    birth_date: Option<String>,
    /// A country the person belongs to: its name or ISO 3166-1 alpha-3 code
    #[arg(long, conflicts_with = "file")]
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
    let known = Kind::parse(word).filter(|kind| *kind != Kind::Unknown);
    known.ok_or_else(|| "person, organization, vessel or aircraft".to_owned())
}

pub(crate) fn run(args: Args) -> CommandResult {
    if !(0.0..=1.0).contains(&args.threshold) {
        return Err("--threshold is between 0 and 1".into());
    }
    if args.limit == 0 {
        return Err("--limit is at least 1".into());
    }
    let config = Config::load(&args.flags, json!({}))?;
    let (index, snapshots) = Store::new(config.lists_dir()).index()?;
    if snapshots.is_empty() {
        return Err("no list is there to search; `bonafide lists import NAME FILE…` takes one in".into());
    }
    warn(&snapshots, config.list_max_age_days);
    if let Some(file) = &args.file {
        return many::run(&index, &snapshots, &args, file);
    }
    let countries = args.country.join(";");
    let asked = Asked {
        name: args.name.as_deref().unwrap_or_default(),
        birth_date: args.birth_date.as_deref().unwrap_or_default(),
        countries: [&countries, ""],
        ..Asked::default()
    };
    let mut query = asked.query().map_err(|wrong| told(&wrong))?;
    query.kind = args.kind;
    let hits = index.search(&query, args.threshold, args.limit);
    if args.json {
        output::json(&json!({"lists": lists(&snapshots), "threshold": args.threshold, "hits": hits}))?;
    } else {
        print(&hits, &snapshots);
    }
    Ok(())
}

fn told(wrong: &[Wrong]) -> String {
    let all: Vec<String> = wrong.iter().map(Wrong::to_string).collect();
    format!("not screened: {}", all.join("; "))
}

/// What is searched may be too old to say that somebody is on no list.
fn warn(snapshots: &[Snapshot], max_age_days: i64) {
    let now = SystemClock.now().0;
    for s in snapshots {
        let age = match s.standing.stale(s.published.as_deref(), now, max_age_days) {
            Some(Stale::Unconfirmed(days)) => format!("was last confirmed {days} days ago"),
            Some(Stale::Published(days)) => format!("was published {days} days ago"),
            None => continue,
        };
        anstream::eprintln!("warning: the list {} {age}; `bonafide lists update` brings the newest", s.list);
    }
}

fn lists(snapshots: &[Snapshot]) -> Vec<serde_json::Value> {
    let row = |s: &Snapshot| {
        let confirmed = bonafide_core::time::Timestamp(s.standing.confirmed_at).to_string();
        json!({"list": s.list, "sha256": s.sha256, "published": s.published, "confirmed_at": confirmed,
            "entries": s.entries})
    };
    snapshots.iter().map(row).collect()
}

fn print(hits: &[Hit], snapshots: &[Snapshot]) {
    let entries: usize = snapshots.iter().map(|s| s.entries).sum();
    if hits.is_empty() {
        output::line!("No hit in {} lists with {entries} entries.", snapshots.len());
    }
    for hit in hits {
        output::line!("{:.2}  {}  ({}, {})", hit.score, hit.name, hit.list, hit.id);
        if hit.main != hit.name {
            output::line!("      also known as: {} is the main name", hit.main);
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
            output::line!("      {what}, weight {:.2}", pair.weight);
        }
        for fact in &hit.facts {
            let says = match fact.agrees {
                Some(true) => "agrees",
                Some(false) => "differs",
                None => "cannot be compared",
            };
            output::line!("      {} {says}", fact.what);
        }
    }
}
