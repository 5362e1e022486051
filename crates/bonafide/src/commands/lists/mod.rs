//! `bonafide lists`: the lists that names are screened against.

mod bench;
mod fetch;
mod status;
mod update;

use std::{collections::BTreeMap, path::PathBuf};

use bonafide_core::time::Clock;
use bonafide_screening::{
    lists::{Files, Format},
    snapshot::{Imported, Snapshot, Store},
};
use serde_json::json;

pub(super) use self::status::{ages, unreliable};
use super::CommandResult;
use crate::{
    config::{Config, Flags},
    output,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Take a list in from its published files; the version before stays on record
    Import {
        /// What to call the list: lower-case letters, digits, - and _
        list: String,
        /// The files of the list: one, or those that belong together
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The form of the files [default: recognised]
        #[arg(long, value_parser = parse_format)]
        format: Option<Format>,
        /// Take it although it has far fewer entries, names or other values than the version before
        #[arg(long, alias = "force")]
        accept_shrink: bool,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Bring the lists of the settings file from their publishers; what did not change is not sent again
    Update {
        /// Only these [default: all under `[lists]` in the settings file]
        lists: Vec<String>,
        /// Take a list although it has far fewer entries, names or other values than the version before
        #[arg(long, alias = "force")]
        accept_shrink: bool,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// The lists that are searched: age, size and hash, whether they are missing, stale or damaged, and how far everybody
    /// is screened against them. Ends with an error where a list cannot be relied on
    Status {
        #[command(flatten)]
        flags: Flags,
        /// Ask the running server at this URL how far everybody is screened; on SQLite it has the database to itself
        #[arg(long, env = "BONAFIDE_URL", value_name = "URL")]
        url: Option<String>,
        /// An API key for that
        #[arg(long, env = "BONAFIDE_API_KEY", hide_env_values = true, value_name = "KEY")]
        key: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Stop searching a list; its versions stay on record
    Remove {
        list: String,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// Measure the lists of this installation: time to load, memory, time of a search on one thread and on two
    Bench {
        /// Names of people to search for: tables with the column name [default: names of the lists, changed a little]
        #[arg(long, value_name = "CSV")]
        queries: Vec<PathBuf>,
        #[command(flatten)]
        flags: Flags,
        #[arg(long)]
        json: bool,
    },
    /// The forms of files that are read
    Formats {
        #[arg(long)]
        json: bool,
    },
}

const FORMATS: [(Format, &str); 13] = [
    (Format::OfacCsv, "US Treasury: sdn.csv, alt.csv, add.csv, or cons_prim.csv, cons_alt.csv, cons_add.csv"),
    (Format::OfacXml, "US Treasury: sdn.xml or consolidated.xml"),
    (Format::OfacAdvancedXml, "US Treasury: sdn_advanced.xml or cons_advanced.xml"),
    (Format::UnXml, "UN Security Council: consolidated.xml"),
    (Format::EuXml, "European Union: consolidated list of financial sanctions, XML 1.1"),
    (Format::EuCsv, "European Union: consolidated list, CSV 1.0 or 1.1 (semicolons)"),
    (Format::UkSanctionsCsv, "United Kingdom: UK-Sanctions-List.csv"),
    (Format::UkSanctionsXml, "United Kingdom: UK-Sanctions-List.xml"),
    (Format::UkCsv, "United Kingdom before 2026: one table with Name 6, Name 1 … Group ID"),
    (Format::UkTables, "United Kingdom: subjects.csv, subject_names.csv, subject_dobs.csv"),
    (Format::CanadaXml, "Canada: sema-lmes.xml"),
    (
        Format::Csv,
        "a table with the column name, and id, type, aliases, birth_date, country, gender, program",
    ),
    (Format::JsonLines, "lines of JSON: FollowTheMoney entities, or objects with the columns of csv"),
];

fn parse_format(word: &str) -> Result<Format, String> {
    let known = FORMATS.iter().map(|(f, _)| *f).find(|f| f.as_str() == word);
    known.ok_or_else(|| "no such form; `bonafide lists formats` shows them".to_owned())
}

/// Where an installation keeps its lists.
pub(crate) fn store(flags: &Flags) -> Result<Store, Box<dyn std::error::Error>> {
    Ok(Store::new(Config::load(flags, json!({}))?.lists_dir()))
}

pub(crate) fn run(args: Args) -> CommandResult {
    match args.action {
        Action::Import { list, files, format, accept_shrink, flags, json } => {
            let mut read: Files = BTreeMap::new();
            for file in &files {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let bytes =
                    std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
                read.insert(name, bytes);
            }
            let now = bonafide_engine::world::SystemClock.now().0;
            let imported = store(&flags)?.import(&list, format, &read, now, accept_shrink)?;
            if json {
                output::json(&imported)?;
            } else {
                told(&imported);
            }
            Ok(())
        }
        Action::Update { lists, accept_shrink, flags, json } => {
            update::run(&lists, accept_shrink, &flags, json)
        }
        Action::Status { flags, url, key, json } => status::run(&flags, url, key, json),
        Action::Remove { list, flags, json } => {
            store(&flags)?.remove(&list)?;
            if json {
                output::json(&json!({"list": list, "removed": true}))?;
            } else {
                output::line!("{list} is not searched any more.");
            }
            Ok(())
        }
        Action::Bench { queries, flags, json } => bench::run(&store(&flags)?, &queries, json),
        Action::Formats { json } => {
            if json {
                let rows: Vec<_> =
                    FORMATS.iter().map(|(f, what)| json!({"format": f, "files": what})).collect();
                output::json(&rows)?;
            } else {
                let mut table = output::table(["format", "files"]);
                for (format, what) in FORMATS {
                    table.add_row([format.as_str(), what]);
                }
                output::print(&table);
            }
            Ok(())
        }
    }
}

/// Most entries that are named one by one.
const MOST_NAMED: usize = 10;

fn told(imported: &Imported) {
    let Snapshot { list, entries, names, sha256, published, warnings, .. } = &imported.snapshot;
    let of = published.as_ref().map(|d| format!(" of {d}")).unwrap_or_default();
    output::line!("{list}{of}: {entries} entries with {names} names, {sha256}");
    let diff = &imported.diff;
    match imported.changed {
        false => output::line!("Nothing changed since the version before."),
        true => output::line!(
            "Entries: {} added, {} removed, {} changed. Names: {} added, {} removed.",
            diff.added.len(),
            diff.removed.len(),
            diff.changed.len(),
            diff.names_added,
            diff.names_removed
        ),
    }
    for (what, ids) in [("added", &diff.added), ("removed", &diff.removed)] {
        // Everything of a first version was added.
        if ids.len() == *entries && what == "added" || ids.is_empty() {
            continue;
        }
        let more = ids.len().saturating_sub(MOST_NAMED);
        let first: Vec<&str> = ids.iter().take(MOST_NAMED).map(String::as_str).collect();
        let more = if more > 0 { format!(" and {more} more (--json names all)") } else { String::new() };
        output::line!("  {what}: {}{more}", first.join(", "));
    }
    for warning in warnings {
        output::line!("  - {warning}");
    }
}

#[cfg(test)]
mod tests {
    use super::FORMATS;

    #[test]
    fn every_format_is_described() {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lists.md")).unwrap();
        for (format, _) in FORMATS {
            assert!(page.contains(&format!("`{}`", format.as_str())), "{}", format.as_str());
        }
    }
}
