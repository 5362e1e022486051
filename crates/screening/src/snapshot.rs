//! Lists as they were imported: one immutable file a version, named by its hash, so that a finding can always say what
//! was searched.
//!
//! `<folder>/<list>/<sha256>.jsonl` holds a line about the list and a line for each entry; `<folder>/<list>/current`
//! names the one that is searched, and `standing.json` says when that was last confirmed.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    entry::Entry,
    index::Index,
    lists::{Files, Format, Parsed, Refused},
    shrink::{Diff, Loss, diff, losses},
    standing::{Failed, Standing},
};

/// One version of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub list: String,
    pub format: Format,
    /// Of the stored file's entries: the same entries have the same hash.
    #[serde(skip)]
    pub sha256: String,
    /// The publisher's date, where the file gives one.
    pub published: Option<String>,
    /// When it was imported, Unix milliseconds.
    pub imported_at: i64,
    pub entries: usize,
    pub names: usize,
    /// SHA-256 of each file it came from.
    pub files: BTreeMap<String, String>,
    /// Warnings: what looked wrong but did not prevent the import.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// How old it is: kept in a file of its own.
    #[serde(skip)]
    pub standing: Standing,
}

/// A version with all it lists.
pub type Version = (Snapshot, Vec<Entry>);

/// What came of reading one list.
pub type Read = Result<Version, Error>;

/// What tells that files on disk are others than before, list by list: name, hash, size and time of change.
pub type Stamps = Vec<(String, String, u64, u128)>;

/// The result of importing a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    pub snapshot: Snapshot,
    /// Compared with the previous version; everything counts as added when there was none.
    pub diff: Diff,
    /// Whether anything changed.
    pub changed: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the name of a list may have lower-case letters, digits, - and _ only")]
    Name,
    #[error("the format of these files is not supported: see `bonafide lists formats`")]
    Unknown,
    #[error(
        "the list {list} would lose {}, which looks like half a list; the version before stays; if it is right, say so \
         with --accept-shrink",
        told(losses)
    )]
    Shrunk { list: String, losses: Vec<Loss> },
    #[error("cannot {action} {path}", path = path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("{path} is damaged: {why}; import the list again", path = path.display())]
    Damaged { path: PathBuf, why: &'static str },
}

fn told(losses: &[Loss]) -> String {
    losses.iter().map(Loss::to_string).collect::<Vec<_>>().join(", ")
}

fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { action, path, source }
}

/// The folder of all lists.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Imports a list as `list`, replacing its previous version. A refused file changes nothing, and neither does one
    /// that lost too much of the version before, unless `accept_shrink`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn import(
        &self,
        list: &str,
        format: Option<Format>,
        files: &Files,
        now_ms: i64,
        accept_shrink: bool,
    ) -> Result<Imported, Error> {
        let folder = self.list_folder(list)?;
        let format = format.or_else(|| crate::lists::recognize(files)).ok_or(Error::Unknown)?;
        let Parsed { entries, published, warnings } = crate::lists::parse(format, files)?;
        // A version that is damaged cannot be compared with: importing the list again is what mends it.
        let before = match self.read(list) {
            Err(Error::Damaged { .. }) => None,
            other => other?,
        };
        if let Some((snapshot, old)) = &before
            && !accept_shrink
        {
            let losses = losses(old, &entries, snapshot.format == format);
            if !losses.is_empty() {
                return Err(Error::Shrunk { list: list.into(), losses });
            }
        }
        let mut lines = String::new();
        for entry in &entries {
            lines.push_str(&serde_json::to_string(entry).unwrap_or_default());
            lines.push('\n');
        }
        let hash = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
        let snapshot = Snapshot {
            list: list.into(),
            format,
            sha256: hash(lines.as_bytes()),
            published,
            imported_at: now_ms,
            entries: entries.len(),
            names: entries.iter().map(|e| e.names.len()).sum(),
            files: files.iter().map(|(n, b)| (n.clone(), hash(b))).collect(),
            warnings: warnings.iter().map(Refused::to_string).collect(),
            standing: Standing { confirmed_at: now_ms, failed: None },
        };
        let old = before.as_ref().map(|(_, entries)| entries.as_slice()).unwrap_or_default();
        let diff = diff(old, &entries);
        let changed = before.as_ref().is_none_or(|(old, _)| old.sha256 != snapshot.sha256);
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        let file = folder.join(format!("{}.jsonl", snapshot.sha256));
        // The file of an earlier import of the same entries stays as it is, unless it is damaged.
        if before.is_none() || changed && self.open(list, &snapshot.sha256).is_err() {
            let head = serde_json::to_string(&snapshot).unwrap_or_default();
            replace(&file, format!("{head}\n{lines}").as_bytes())?;
        }
        replace(&folder.join("current"), snapshot.sha256.as_bytes())?;
        self.stand(list, &snapshot.standing)?;
        Ok(Imported { snapshot, diff, changed })
    }

    /// Notes that the version which is searched is still its publisher's newest.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn confirm(&self, list: &str, now_ms: i64) -> Result<(), Error> {
        self.stand(list, &Standing { confirmed_at: now_ms, failed: None })
    }

    /// Notes why an update did not succeed; the version before stays, and ages.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn failed(&self, list: &str, now_ms: i64, why: &str) -> Result<(), Error> {
        let before = match self.read(list) {
            Ok(Some((snapshot, _))) => snapshot.standing,
            _ => self.standing(list).unwrap_or_default(),
        };
        self.stand(list, &Standing { failed: Some(Failed { at: now_ms, why: why.to_owned() }), ..before })
    }

    fn stand(&self, list: &str, standing: &Standing) -> Result<(), Error> {
        let folder = self.list_folder(list)?;
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        replace(&folder.join("standing.json"), &serde_json::to_vec(standing).unwrap_or_default())
    }

    /// What was noted of a list; `None` where nothing was, or it cannot be read.
    pub fn standing(&self, list: &str) -> Option<Standing> {
        let file = self.list_folder(list).ok()?.join("standing.json");
        serde_json::from_slice(&fs::read(file).ok()?).ok()
    }

    /// All installed lists, each with its version and entries.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it was.
    pub fn load(&self) -> Result<Vec<Version>, Error> {
        let all = self.each()?.into_iter().map(|(_, read)| read);
        all.collect()
    }

    /// All installed lists by name, also those that cannot be read.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn each(&self) -> Result<Vec<(String, Read)>, Error> {
        let mut all = vec![];
        for list in self.lists()? {
            if let Some(read) = self.read(&list).transpose() {
                all.push((list, read));
            }
        }
        Ok(all)
    }

    /// Everything in one index, and the versions it was made of.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn index(&self) -> Result<(Index, Vec<Snapshot>), Error> {
        let loaded = self.load()?;
        let snapshots = loaded.iter().map(|(s, _)| s.clone()).collect();
        Ok((Index::new(loaded.into_iter().map(|(s, entries)| (s.list, entries))), snapshots))
    }

    /// The versions that are searched: this value changes when a list does.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn versions(&self) -> Result<Vec<(String, String)>, Error> {
        let mut all = vec![];
        for list in self.lists()? {
            if let Some(sha256) = self.current(&list)? {
                all.push((list, sha256));
            }
        }
        Ok(all)
    }

    /// What changes when a file does that is searched, also where nobody imported it.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn stamps(&self) -> Result<Stamps, Error> {
        let stamp = |(list, sha256): (String, String)| {
            let about = fs::metadata(self.folder.join(&list).join(format!("{sha256}.jsonl"))).ok();
            let size = about.as_ref().map_or(0, fs::Metadata::len);
            let changed = about.and_then(|a| a.modified().ok()?.duration_since(UNIX_EPOCH).ok());
            (list, sha256, size, changed.map_or(0, |since| since.as_nanos()))
        };
        Ok(self.versions()?.into_iter().map(stamp).collect())
    }

    /// Stops searching a list; its versions stay on disk.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn remove(&self, list: &str) -> Result<(), Error> {
        let file = self.list_folder(list)?.join("current");
        fs::remove_file(&file).map_err(io("remove", &file))
    }

    fn lists(&self) -> Result<Vec<String>, Error> {
        let folder = match fs::read_dir(&self.folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            other => other.map_err(io("read", &self.folder))?,
        };
        let mut lists = vec![];
        for entry in folder {
            let entry = entry.map_err(io("read", &self.folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_name(&name) && entry.path().join("current").is_file() {
                lists.push(name);
            }
        }
        lists.sort();
        Ok(lists)
    }

    /// The folder of a list, whether it exists or not.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn list_folder(&self, list: &str) -> Result<PathBuf, Error> {
        if is_name(list) { Ok(self.folder.join(list)) } else { Err(Error::Name) }
    }

    fn current(&self, list: &str) -> Result<Option<String>, Error> {
        let file = self.list_folder(list)?.join("current");
        match fs::read_to_string(&file) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(|t| Some(t.trim().to_owned())).map_err(io("read", &file)),
        }
    }

    fn read(&self, list: &str) -> Result<Option<Version>, Error> {
        match self.current(list)? {
            Some(sha256) => self.open(list, &sha256).map(Some),
            None => Ok(None),
        }
    }

    /// One version of a list.
    fn open(&self, list: &str, sha256: &str) -> Result<Version, Error> {
        let path = self.list_folder(list)?.join(format!("{sha256}.jsonl"));
        let damaged = |why| Error::Damaged { path: path.clone(), why };
        let text = match fs::read_to_string(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(damaged("the file is not there")),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => return Err(damaged("it is no text")),
            other => other.map_err(io("read", &path))?,
        };
        let (head, lines) = text.split_once('\n').ok_or_else(|| damaged("it has no entries"))?;
        if hex::encode(Sha256::digest(lines)) != sha256 {
            return Err(damaged("its hash is another"));
        }
        let snapshot: Snapshot =
            serde_json::from_str(head).map_err(|_| damaged("its head cannot be read"))?;
        let entries: Result<Vec<Entry>, _> = lines.lines().map(serde_json::from_str).collect();
        let entries = entries.map_err(|_| damaged("an entry cannot be read"))?;
        if entries.len() != snapshot.entries {
            return Err(damaged("entries are missing"));
        }
        let mut standing = self.standing(list).unwrap_or_default();
        standing.confirmed_at = standing.confirmed_at.max(snapshot.imported_at);
        Ok((Snapshot { sha256: sha256.to_owned(), standing, ..snapshot }, entries))
    }
}

fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    (1..=64).contains(&name.len()) && name.chars().all(letter)
}

/// Writes a temporary file and renames it, so that nobody reads half a file.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = path.with_extension("new");
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What there is of it takes room that the next try needs.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&str]) -> Files {
        Files::from([("house.csv".to_owned(), format!("id,name\n{}\n", rows.join("\n")).into_bytes())])
    }

    #[test]
    fn versions_follow_each_other_and_half_a_list_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        assert!(store.load().unwrap().is_empty() && store.versions().unwrap().is_empty());
        let ten: Vec<String> = (0..10).map(|i| format!("{i},Person Number{i}")).collect();
        let ten: Vec<&str> = ten.iter().map(String::as_str).collect();
        let first = store.import("house", None, &table(&ten), 1, false).unwrap();
        assert_eq!((first.diff.added.len(), first.changed, first.snapshot.entries), (10, true, 10));
        let again = store.import("house", None, &table(&ten), 2, false).unwrap();
        assert!(!again.changed && again.diff == Diff::default());
        assert_eq!(again.snapshot.sha256, first.snapshot.sha256);
        let half = store.import("house", None, &table(&ten[..5]), 3, false);
        let told = half.unwrap_err().to_string();
        assert!(told.contains("5 of 10 entries") && told.contains("--accept-shrink"), "{told}");
        assert!(store.import("house", None, &table(&["7"]), 3, false).is_err());
        assert_eq!(store.versions().unwrap(), [("house".to_owned(), first.snapshot.sha256.clone())]);
        let next = store
            .import("house", None, &table(&[&ten[1..], &["0,Somebody Else"]].concat()), 4, false)
            .unwrap();
        let changed = Diff { changed: vec!["0".into()], names_added: 1, names_removed: 1, ..Diff::default() };
        assert_eq!(next.diff, changed);
        assert!(store.import("house", None, &table(&ten[..1]), 5, true).is_ok());
        let (index, snapshots) = store.index().unwrap();
        assert_eq!((index.sources()[0].entries, snapshots[0].imported_at), (1, 5));
        store.remove("house").unwrap();
        assert!(store.load().unwrap().is_empty());
        assert!(matches!(store.import("../x", None, &table(&ten), 1, false), Err(Error::Name)));
    }

    #[test]
    fn a_damaged_version_is_not_searched() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let version =
            store.import("house", None, &table(&["1,Ana Eriksson"]), 1, false).unwrap().snapshot.sha256;
        let file = folder.path().join("house").join(format!("{version}.jsonl"));
        let text = fs::read_to_string(&file).unwrap().replace("Eriksson", "Erikssom");
        let before = store.stamps().unwrap();
        fs::write(&file, format!("{text}\n")).unwrap();
        assert_ne!(store.stamps().unwrap(), before, "whoever holds it in memory sees it");
        assert!(matches!(store.load(), Err(Error::Damaged { .. })));
        fs::remove_file(&file).unwrap();
        assert!(matches!(store.load(), Err(Error::Damaged { .. })));
        let again = store.import("house", None, &table(&["1,Ana Eriksson"]), 2, false).unwrap();
        assert_eq!((again.snapshot.sha256, store.load().unwrap().len()), (version, 1), "mended");
    }

    #[test]
    fn confirming_and_failing_change_the_age_and_not_the_version() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let files = table(&["1,Ana Eriksson", "2,Bertil Svensson"]);
        store.import("house", None, &files, 10, false).unwrap();
        let standing = || store.load().unwrap().remove(0).0.standing;
        assert_eq!(standing(), Standing { confirmed_at: 10, failed: None });
        let stamps = store.stamps().unwrap();
        store.failed("house", 20, "no answer").unwrap();
        let failed = Some(Failed { at: 20, why: "no answer".into() });
        assert_eq!(standing(), Standing { confirmed_at: 10, failed });
        store.confirm("house", 30).unwrap();
        assert_eq!(standing(), Standing { confirmed_at: 30, failed: None });
        store.import("house", None, &files, 40, false).unwrap();
        assert_eq!((standing().confirmed_at, store.stamps().unwrap()), (40, stamps));
        fs::remove_file(folder.path().join("house").join("standing.json")).unwrap();
        assert_eq!(standing().confirmed_at, 10, "lists of before there was such a file");
    }
}
