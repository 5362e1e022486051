//! `bonafide lists update`: the lists of the settings file, brought here from their publishers.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bonafide_core::{problem::with_causes, time::Clock};
use bonafide_screening::{
    lists::Files,
    snapshot::{Imported, Snapshot, Store},
};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fetch;
use crate::{
    commands::CommandResult,
    config::{Config, Flags, block_on},
    output,
};

type Failure = Box<dyn std::error::Error>;

/// What came of one list.
enum Outcome {
    Updated(Box<Imported>),
    Unchanged,
    /// The version before stays.
    Failed(String),
}

/// Brings the named lists of the settings, or all of them.
pub(super) fn run(wanted: &[String], accept_shrink: bool, flags: &Flags, as_json: bool) -> CommandResult {
    let config = Config::load(flags, json!({}))?;
    if config.lists.is_empty() {
        return Err("the settings file names no list; write their addresses under [lists]".into());
    }
    if let Some(unknown) = wanted.iter().find(|w| !config.lists.contains_key(*w)) {
        return Err(format!("the settings file has no list {unknown:?} under [lists]").into());
    }
    let store = Store::new(config.lists_dir());
    // One that is damaged is brought again.
    let there = store.each()?.into_iter().filter_map(|(list, read)| Some((list, read.ok()?.0)));
    let current: BTreeMap<String, Snapshot> = there.collect();
    let mut rows = vec![];
    let mut failed = 0;
    block_on(async {
        let client = fetch::client()?;
        for (list, addresses) in &config.lists {
            if !wanted.is_empty() && !wanted.contains(list) {
                continue;
            }
            let outcome =
                one(&client, &store, list, &addresses.all(), current.get(list), accept_shrink).await;
            let outcome = outcome.unwrap_or_else(|e| Outcome::Failed(with_causes(&*e)));
            // A list that was not reached ages; why not is kept for `lists status` and told by the server's health.
            let now = bonafide_engine::world::SystemClock.now().0;
            match &outcome {
                Outcome::Updated(_) => {}
                Outcome::Unchanged => store.confirm(list, now)?,
                Outcome::Failed(why) => store.failed(list, now, why)?,
            }
            failed += usize::from(matches!(outcome, Outcome::Failed(_)));
            if as_json {
                rows.push(row(list, &outcome));
            } else {
                told(list, &outcome);
            }
        }
        Ok(())
    })?;
    if as_json {
        output::json(&rows)?;
    }
    if failed > 0 {
        return Err(format!("{failed} lists could not be updated; their versions before stay in use").into());
    }
    Ok(())
}

async fn one(
    client: &Client,
    store: &Store,
    list: &str,
    addresses: &[&str],
    current: Option<&Snapshot>,
    accept_shrink: bool,
) -> Result<Outcome, Failure> {
    let folder = store.list_folder(list)?.join("fetched");
    fs::create_dir_all(&folder).map_err(|e| format!("cannot create {}: {e}", folder.display()))?;
    let mut files = Files::new();
    for (name, address) in names(addresses)? {
        let path: PathBuf = folder.join(&name);
        let bar = output::progress(0);
        bar.set_message(format!("{list}: {name}"));
        let fetched = fetch::fetch(client, address, &path, fetch::MAX_BYTES, &bar).await;
        bar.finish_and_clear();
        fetched.map_err(|e| format!("{name}: {e}"))?;
        files.insert(name, read(&path)?);
    }
    let hashes: BTreeMap<String, String> =
        files.iter().map(|(n, b)| (n.clone(), hex::encode(Sha256::digest(b)))).collect();
    if current.is_some_and(|s| s.files == hashes) {
        return Ok(Outcome::Unchanged);
    }
    let now = bonafide_engine::world::SystemClock.now().0;
    let imported = store.import(list, None, &files, now, accept_shrink)?;
    Ok(if imported.changed { Outcome::Updated(Box::new(imported)) } else { Outcome::Unchanged })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()).into())
}

/// The addresses by the file names that the forms are recognised by.
fn names<'a>(addresses: &[&'a str]) -> Result<Vec<(String, &'a str)>, Failure> {
    let mut names: Vec<(String, &str)> = vec![];
    for address in addresses {
        let url = reqwest::Url::parse(address).map_err(|_| "an address of the settings is no URL")?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err("an address of the settings is neither https nor http".into());
        }
        let last = url.path_segments().and_then(|mut s| s.next_back()).unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' };
        let mut name: String = last.chars().map(plain).take(100).collect();
        if name.trim_matches('.').is_empty() {
            "list".clone_into(&mut name);
        }
        if names.iter().any(|(n, _)| *n == name) {
            name = format!("{}-{name}", names.len() + 1);
        }
        names.push((name, address));
    }
    Ok(names)
}

fn row(list: &str, outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Updated(imported) => {
            let mut row = json!({"list": list, "outcome": "updated", "snapshot": imported.snapshot, "added":
                imported.diff.added.len(), "removed": imported.diff.removed.len(), "changed": imported.diff.changed.len(),
                "names_added": imported.diff.names_added, "names_removed": imported.diff.names_removed});
            row["snapshot"]["sha256"] = json!(imported.snapshot.sha256);
            row
        }
        Outcome::Unchanged => json!({"list": list, "outcome": "unchanged"}),
        Outcome::Failed(why) => json!({"list": list, "outcome": "failed", "error": why}),
    }
}

fn told(list: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Updated(imported) => super::told(imported),
        Outcome::Unchanged => anstream::println!("{list}: nothing changed."),
        Outcome::Failed(why) => anstream::println!("{list}: not updated: {why}"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_give_the_names_that_forms_are_recognised_by() {
        let all =
            ["https://example.org/a/sdn.csv?x=1", "https://example.org/b/sdn.csv", "https://example.org/"];
        let names: Vec<String> = super::names(&all).unwrap().into_iter().map(|(n, _)| n).collect();
        assert_eq!(names, ["sdn.csv", "2-sdn.csv", "list"]);
        for wrong in ["sdn.csv", "file:///etc/passwd", "ftp://example.org/sdn.csv"] {
            assert!(super::names(&[wrong]).is_err(), "{wrong}");
        }
        let odd = super::names(&["https://example.org/..%2f..%2fx"]).unwrap();
        assert!(!odd[0].0.contains('/') && !odd[0].0.contains('%'), "{odd:?}");
    }
}
