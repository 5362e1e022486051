//! What of the manifest is on this machine.

use std::fmt;
use std::io;
use std::path::Path;

use serde::Serialize;

use crate::hash;
use crate::manifest::{Entry, manifest};

/// One file of the manifest and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileStatus {
    #[serde(flatten)]
    pub entry: &'static Entry,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There, with the pinned hash.
    Installed,
    Missing,
    /// There, with another hash: it is never loaded.
    Altered,
    /// There, but it could not be read: the reason.
    Unreadable(String),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Installed => f.write_str("installed"),
            State::Missing => f.write_str("missing"),
            State::Altered => f.write_str("altered"),
            State::Unreadable(why) => write!(f, "unreadable ({why})"),
        }
    }
}

/// How every file for this machine stands, in the manifest's order. Hashes each file: about a second.
pub fn status(folder: &Path) -> Vec<FileStatus> {
    let files = manifest().for_this_machine();
    files.map(|entry| FileStatus { entry, state: state(folder, entry) }).collect()
}

pub(crate) fn state(folder: &Path, entry: &Entry) -> State {
    match hash::of_file(&folder.join(&entry.file)) {
        Ok(found) if found == entry.sha256 => State::Installed,
        Ok(_) => State::Altered,
        Err(error) if error.kind() == io::ErrorKind::NotFound => State::Missing,
        Err(error) => State::Unreadable(error.to_string()),
    }
}
