//! What a command did beside a server that has the database to itself, left in a folder for the server to write down: a file of
//! JSON each. Who can write there has the key ring beside it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use bonafide_core::{
    id::{Entropy, OrganizationId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, blobs::write_durably};

/// How a note's file ends once it is whole.
const WHOLE: &str = "json";

/// Personal data was written out by a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Note {
    pub at: Timestamp,
    pub organization: OrganizationId,
    /// What, without personal data.
    pub what: serde_json::Value,
}

/// A folder of notes.
#[derive(Debug, Clone)]
pub struct Notes {
    folder: PathBuf,
}

impl Notes {
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Leaves one. When this returns, it survives a power cut.
    pub fn leave(&self, note: &Note, entropy: &dyn Entropy) -> Result<()> {
        let mut name = [0; 16];
        entropy.fill(&mut name);
        let path = self.folder.join(hex::encode(name)).with_extension(WHOLE);
        let form = |source| Error::Form { object: "note", source };
        let bytes = serde_json::to_vec(note).map_err(form)?;
        write_durably(&path, &bytes).map_err(|source| Error::Io { action: "write", path, source })
    }

    /// Those that are there, with their files. What is no note stays where it is.
    pub fn all(&self) -> Result<Vec<(PathBuf, Note)>> {
        let failed = |source| Error::Io { action: "look through", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            other => other.map_err(failed)?,
        };
        let mut notes = vec![];
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_none_or(|end| end != WHOLE) {
                continue;
            }
            let bytes = fs::read(&path).map_err(failed)?;
            if let Ok(note) = serde_json::from_slice(&bytes) {
                notes.push((path, note));
            }
        }
        Ok(notes)
    }
}
