//! Networks of the operator's own, used instead of the shipped ones: `own.toml` in the weights folder.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bonafide_checks::face::networks::{self, Recipe};
use bonafide_checks::models::Task;
use serde::{Deserialize, Serialize};

use crate::hash;

const FILE: &str = "own.toml";

/// One network of the operator's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// The ONNX file.
    pub file: PathBuf,
    /// How findings call it.
    pub name: String,
    /// SHA-256 of the file when it was named; another file of that name is not loaded.
    pub sha256: String,
    /// What it needs to know about itself, as in the metadata of an ONNX file.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    #[error("{} could not be read: {error}", .file.display())]
    Read { file: PathBuf, error: io::Error },
    #[error("{} could not be written: {error}", .file.display())]
    Write { file: PathBuf, error: io::Error },
    #[error("{} is not well-formed: {why}", .file.display())]
    Form { file: PathBuf, why: String },
    #[error("{0}")]
    Settings(String),
}

/// The networks named in the weights folder; none where the file is not there.
pub fn own(folder: &Path) -> Result<BTreeMap<Task, Own>, OwnError> {
    let file = folder.join(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(OwnError::Read { file, error }),
    };
    toml::from_str(&text).map_err(|e| OwnError::Form { file, why: e.message().to_owned() })
}

/// Names a network for a task from now on. Settings that make no sense are refused.
pub fn use_own(
    folder: &Path,
    task: Task,
    file: &Path,
    settings: BTreeMap<String, String>,
) -> Result<Own, OwnError> {
    if let Some(key) = settings.keys().find(|key| !networks::keys::ALL.contains(&key.as_str())) {
        let known = networks::keys::ALL.join(", ");
        return Err(OwnError::Settings(format!("{key} is no setting of a network; there are {known}")));
    }
    if task == Task::FaceEmbedding {
        Recipe::read(|key| settings.get(key).map(String::as_str)).map_err(OwnError::Settings)?;
    } else if let Some(key) = settings.keys().next() {
        return Err(OwnError::Settings(format!("{key} is a setting of {} alone", Task::FaceEmbedding)));
    }
    let unreadable = |error| OwnError::Read { file: file.to_owned(), error };
    let path = std::path::absolute(file).map_err(unreadable)?;
    let sha256 = hash::of_file(&path).map_err(unreadable)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let entry = Own { file: path, name, sha256, settings };
    let mut all = own(folder)?;
    all.insert(task, entry.clone());
    write(folder, &all)?;
    Ok(entry)
}

/// Goes back to the shipped network; false where it was used already.
pub fn drop_own(folder: &Path, task: Task) -> Result<bool, OwnError> {
    let mut all = own(folder)?;
    let was = all.remove(&task).is_some();
    if was {
        write(folder, &all)?;
    }
    Ok(was)
}

fn write(folder: &Path, all: &BTreeMap<Task, Own>) -> Result<(), OwnError> {
    let file = folder.join(FILE);
    let text = toml::to_string(all).map_err(|e| OwnError::Form { file: file.clone(), why: e.to_string() })?;
    let place = || -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        temporary.write_all(text.as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
        }
        temporary.persist(&file).map_err(|e| e.error)?;
        Ok(())
    };
    place().map_err(|error| OwnError::Write { file: file.clone(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn is_named_listed_and_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("arcface.onnx");
        std::fs::write(&file, b"network").unwrap();
        let wanted = settings(&[("face.mean", "127.5"), ("face.divisor", "127.5")]);
        let named = use_own(folder.path(), Task::FaceEmbedding, &file, wanted.clone()).unwrap();
        assert_eq!((named.name.as_str(), &named.settings), ("arcface", &wanted));
        assert_eq!(own(folder.path()).unwrap(), BTreeMap::from([(Task::FaceEmbedding, named)]));
        assert!(drop_own(folder.path(), Task::FaceEmbedding).unwrap());
        assert!(!drop_own(folder.path(), Task::FaceEmbedding).unwrap());
        assert!(own(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.onnx");
        let named = |task, pairs: &[(&str, &str)]| use_own(folder.path(), task, &file, settings(pairs));
        assert!(matches!(named(Task::FaceEmbedding, &[]), Err(OwnError::Read { .. })));
        std::fs::write(&file, b"network").unwrap();
        for (task, key, value) in [
            (Task::FaceEmbedding, "face.side", "-3"),
            (Task::FaceEmbedding, "face.colour", "red"),
            (Task::Age, "face.mean", "1"),
        ] {
            assert!(matches!(named(task, &[(key, value)]), Err(OwnError::Settings(_))), "{key}");
        }
        std::fs::write(folder.path().join(FILE), "face_embedding = 3").unwrap();
        assert!(matches!(own(folder.path()), Err(OwnError::Form { .. })));
    }
}
