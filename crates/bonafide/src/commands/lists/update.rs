//! `bonafide lists update`: the lists of the settings file, brought here from their publishers.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bonafide_core::{problem::with_causes, time::Clock};
use bonafide_screening::{
    lists::Files,
    snapshot::{self, Imported, Snapshot, Store},
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
    Failed(Reason, String),
}

/// Why a list was not updated, as far as it tells what to do.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    NotReachable,
    RefusedUs,
    /// It came, and does not read as a list does.
    ChangedForm,
    /// It came, and would lose too much of the version before.
    Shrunk,
    /// It is this machine's or the settings' fault.
    Here,
}

impl Reason {
    fn of_fetch(error: &Failure) -> Self {
        match () {
            () if error.is::<fetch::Refusal>() => Self::RefusedUs,
            () if error.is::<std::io::Error>() => Self::Here,
            () => Self::NotReachable,
        }
    }

    fn of_import(error: &snapshot::Error) -> Self {
        match error {
            snapshot::Error::Refused(_) | snapshot::Error::Unknown => Self::ChangedForm,
            snapshot::Error::Shrunk { .. } => Self::Shrunk,
            snapshot::Error::Name | snapshot::Error::Io { .. } | snapshot::Error::Damaged { .. } => {
                Self::Here
            }
        }
    }

    /// What to do by hand.
    fn advice(self, list: &str) -> String {
        match self {
            Self::NotReachable => format!(
                "not reachable; the next run tries again, and a file from elsewhere is taken in with `bonafide lists import {list} FILE`"
            ),
            Self::RefusedUs => format!(
                "the publisher refused us; download it with a browser and take it in with `bonafide lists import {list} FILE`"
            ),
            Self::ChangedForm => "the file is of no form that is read, or was cut off at the publisher's; \
                 a newer Bonafide may read it (`bonafide lists formats`)"
                .to_owned(),
            Self::Shrunk | Self::Here => "the version before stays in use".to_owned(),
        }
    }
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
            let outcome = outcome.unwrap_or_else(|(reason, e)| Outcome::Failed(reason, with_causes(&*e)));
            // A list that was not reached ages; why not is kept for `lists status` and told by the server's health.
            let now = bonafide_engine::world::SystemClock.now().0;
            match &outcome {
                Outcome::Updated(_) => {}
                Outcome::Unchanged => store.confirm(list, now)?,
                Outcome::Failed(_, why) => store.failed(list, now, why)?,
            }
            failed += usize::from(matches!(outcome, Outcome::Failed(..)));
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
) -> Result<Outcome, (Reason, Failure)> {
    let here = |error: Failure| (Reason::Here, error);
    let folder = store.list_folder(list).map_err(|e| here(e.into()))?.join("fetched");
    fs::create_dir_all(&folder)
        .map_err(|e| here(format!("cannot create {}: {e}", folder.display()).into()))?;
    let mut files = Files::new();
    for (name, address) in names(addresses).map_err(here)? {
        let path: PathBuf = folder.join(&name);
        let bar = output::progress(0);
        bar.set_message(format!("{list}: {name}"));
        let fetched = fetch::fetch(client, address, &path, fetch::MAX_BYTES, &bar).await;
        bar.finish_and_clear();
        fetched.map_err(|e| (Reason::of_fetch(&e), format!("{name}: {e}").into()))?;
        files.insert(name, read(&path).map_err(here)?);
    }
    let hashes: BTreeMap<String, String> =
        files.iter().map(|(n, b)| (n.clone(), hex::encode(Sha256::digest(b)))).collect();
    if current.is_some_and(|s| s.files == hashes) {
        return Ok(Outcome::Unchanged);
    }
    let now = bonafide_engine::world::SystemClock.now().0;
    let imported = store
        .import(list, None, &files, now, accept_shrink)
        .map_err(|e| (Reason::of_import(&e), e.into()))?;
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
        Outcome::Failed(reason, why) => {
            json!({"list": list, "outcome": "failed", "reason": reason, "error": why})
        }
    }
}

fn told(list: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Updated(imported) => super::told(imported),
        Outcome::Unchanged => output::line!("{list}: nothing changed."),
        Outcome::Failed(reason, why) => {
            output::line!("{list}: not updated: {why}");
            output::line!("  {}", reason.advice(list));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fetch::tests, *};

    #[tokio::test]
    async fn what_went_wrong_is_told_apart_and_the_version_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().to_owned());
        let answer = |status: &str, body: &str| tests::answer(status, "", body.len(), body);
        let (url, _) = tests::server(vec![
            answer("200 OK", "name\nAnna Eriksson\n"),
            answer("403 Forbidden", ""),
            answer("200 OK", "full\nAnna Eriksson\n"),
        ]);
        let client = fetch::client().unwrap();
        let outcome = async |url: &str| one(&client, &store, "house", &[url], None, false).await;
        assert!(matches!(outcome(&url).await, Ok(Outcome::Updated(_))));
        let reason = |outcome: Result<Outcome, (Reason, Failure)>| outcome.err().map(|(reason, _)| reason);
        assert_eq!(reason(outcome(&url).await), Some(Reason::RefusedUs));
        assert_eq!(reason(outcome(&url).await), Some(Reason::ChangedForm));
        // Nobody listens there any more.
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let gone = format!("http://{gone}/house.csv");
        assert_eq!(reason(outcome(&gone).await), Some(Reason::NotReachable));
        let (list, read) = store.each().unwrap().into_iter().next().unwrap();
        assert_eq!((list.as_str(), read.unwrap().0.entries), ("house", 1));
    }

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
