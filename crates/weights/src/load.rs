//! Loads installed weights.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use bonafide_checks::models::{Backend, LibraryError, Models, Runtime, Task};

use crate::hash;
use crate::manifest::{Entry, manifest};
use crate::status::{State, state};

/// How to load weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// The runtime to use. None takes ONNX Runtime where its library is installed and loads, else rten.
    pub runtime: Option<Runtime>,
    /// Runs of one network at the same time; each takes a thread and its own working memory.
    pub concurrency: NonZeroUsize,
    /// ONNX files of the operator's own, used instead of the installed ones whatever their hash.
    pub replace: BTreeMap<Task, PathBuf>,
}

impl Default for LoadOptions {
    /// The best runtime there is, and as many runs at once as the machine has processors.
    fn default() -> Self {
        Self {
            runtime: None,
            concurrency: available_parallelism().unwrap_or(NonZeroUsize::MIN),
            replace: BTreeMap::new(),
        }
    }
}

/// A setting that says nothing known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("BONAFIDE_RUNTIME is {0:?}: it may be \"onnxruntime\", \"rten\" or unset")]
pub struct SettingError(String);

impl LoadOptions {
    /// The defaults, with the runtime named in `BONAFIDE_RUNTIME`.
    pub fn from_env() -> Result<Self, SettingError> {
        let setting = std::env::var_os("BONAFIDE_RUNTIME").unwrap_or_default();
        let runtime = runtime_named(&setting.to_string_lossy())?;
        Ok(Self { runtime, ..Self::default() })
    }
}

fn runtime_named(setting: &str) -> Result<Option<Runtime>, SettingError> {
    match setting {
        "" => Ok(None),
        "onnxruntime" => Ok(Some(Runtime::OnnxRuntime)),
        "rten" => Ok(Some(Runtime::Rten)),
        other => Err(SettingError(other.to_owned())),
    }
}

/// The runtime that [`load`] would use, and where it is not the first choice, why.
///
/// An error only where ONNX Runtime is asked for by name and not usable.
pub fn backend(
    folder: &Path,
    runtime: Option<Runtime>,
) -> Result<(Backend, Option<LibraryError>), LibraryError> {
    match runtime {
        Some(Runtime::Rten) => Ok((Backend::rten(), None)),
        Some(Runtime::OnnxRuntime) => Ok((onnx_runtime(folder)?, None)),
        None => Ok(match onnx_runtime(folder) {
            Ok(backend) => (backend, None),
            Err(why) => (Backend::rten(), Some(why)),
        }),
    }
}

fn onnx_runtime(folder: &Path) -> Result<Backend, LibraryError> {
    let library = manifest().for_this_machine().find(|entry| entry.task.is_none());
    let library = library.ok_or_else(|| LibraryError::new("there is no library for this kind of machine"))?;
    match state(folder, library) {
        // It is code that will run: only ever the pinned one.
        State::Installed => Backend::onnx_runtime(&folder.join(&library.file)),
        other => Err(LibraryError::new(format!("{} is {other}; {REMEDY}", library.file))),
    }
}

const REMEDY: &str = "run `bonafide models fetch`";

/// Loads every installed network of the manifest.
///
/// Never fails: a network whose file is missing, altered or unreadable leaves its task
/// [`Unavailable`](bonafide_checks::models::Unavailable) with the reason, and the others load.
pub fn load(folder: &Path, options: &LoadOptions) -> Models {
    let entries = manifest().for_this_machine().filter_map(|entry| Some((entry.task?, entry)));
    let (backend, instead_of) = match backend(folder, options.runtime) {
        Ok(usable) => usable,
        Err(error) => {
            let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
            entries.for_each(|(task, _)| builder.missing(task, error.to_string()));
            return builder.build();
        }
    };
    if let Some(why) = instead_of {
        tracing::warn!(%why, "models run on the built-in runtime, which is slower");
    }
    let mut builder = Models::builder(backend, options.concurrency);
    for (task, entry) in entries {
        let read = match options.replace.get(&task) {
            Some(path) => own(path),
            None => installed(folder, entry),
        };
        match read {
            Ok((name, sha256, bytes)) => builder.insert(task, &name, &sha256, bytes),
            Err(why) => builder.missing(task, why),
        }
    }
    builder.build()
}

type Named = (String, String, Vec<u8>);

fn installed(folder: &Path, entry: &Entry) -> Result<Named, String> {
    let bytes = std::fs::read(folder.join(&entry.file)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{} is not installed; {REMEDY}", entry.file),
        _ => format!("{} could not be read: {error}", entry.file),
    })?;
    let sha256 = hash::of_bytes(&bytes);
    if sha256 != entry.sha256 {
        return Err(format!(
            "{} is not the file the manifest names (its hash differs); {REMEDY}",
            entry.file
        ));
    }
    Ok((entry.name.clone(), sha256, bytes))
}

fn own(path: &Path) -> Result<Named, String> {
    let bytes =
        std::fs::read(path).map_err(|error| format!("{} could not be read: {error}", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, hash::of_bytes(&bytes), bytes))
}

#[cfg(test)]
mod tests;
