//! Loads installed weights.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use bonafide_checks::models::{Backend, LibraryError, Models, Runtime, Task, Weights};
use serde::{Deserialize, Serialize};

use crate::hash;
use crate::manifest::{Entry, manifest};
use crate::own::{self, Own};
use crate::status::{State, state};

/// How to load weights. The default serves a whole machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The weights folder; none takes [`folder()`](crate::folder()).
    pub folder: Option<PathBuf>,
    /// The runtime to use. None takes the one named in `BONAFIDE_RUNTIME` (`onnxruntime` or `rten`); where
    /// that is unset, ONNX Runtime if its library is installed and loads, else rten.
    pub runtime: Option<Runtime>,
    /// Runs of one network at the same time, at least one. Each takes a thread, and from the second on
    /// its own copy of the weights.
    pub concurrency: usize,
    /// ONNX files of the operator's own, used instead of the installed ones whatever their hash.
    pub replace: BTreeMap<Task, PathBuf>,
    /// Which networks measure faces. None takes the one named in `BONAFIDE_FACE_NETWORKS` (`fused` or
    /// `single`); where that is unset, [`FaceNetworks::Fused`].
    pub face_networks: Option<FaceNetworks>,
}

/// Which networks measure faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceNetworks {
    /// Both, their scores fused: the more accurate.
    #[default]
    Fused,
    /// The first alone: the faster.
    Single,
}

impl FaceNetworks {
    fn named(setting: &str) -> Result<Self, String> {
        match setting {
            "" | "fused" => Ok(Self::Fused),
            "single" => Ok(Self::Single),
            other => {
                Err(format!("BONAFIDE_FACE_NETWORKS is {other:?}: it may be \"fused\", \"single\" or unset"))
            }
        }
    }

    fn set() -> Result<Self, String> {
        Self::named(&std::env::var_os("BONAFIDE_FACE_NETWORKS").unwrap_or_default().to_string_lossy())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            folder: None,
            runtime: None,
            concurrency: available_parallelism().map_or(1, NonZeroUsize::get),
            replace: BTreeMap::new(),
            face_networks: None,
        }
    }
}

/// No runtime could be chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuntimeError {
    #[error("BONAFIDE_RUNTIME is {0:?}: it may be \"onnxruntime\", \"rten\" or unset")]
    Setting(String),
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// The runtime named in `BONAFIDE_RUNTIME`, if any.
fn runtime_set() -> Result<Option<Runtime>, RuntimeError> {
    runtime_named(&std::env::var_os("BONAFIDE_RUNTIME").unwrap_or_default().to_string_lossy())
}

fn runtime_named(setting: &str) -> Result<Option<Runtime>, RuntimeError> {
    match setting {
        "" => Ok(None),
        "onnxruntime" => Ok(Some(Runtime::OnnxRuntime)),
        "rten" => Ok(Some(Runtime::Rten)),
        other => Err(RuntimeError::Setting(other.to_owned())),
    }
}

/// The runtime that [`load`] uses, and where it is not the first choice, why.
///
/// An error only where ONNX Runtime is asked for by name and not usable, or the setting is not known.
pub fn backend(
    folder: &Path,
    runtime: Option<Runtime>,
) -> Result<(Backend, Option<LibraryError>), RuntimeError> {
    let runtime = if runtime.is_some() { runtime } else { runtime_set()? };
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
    let library = manifest().for_this_machine().find(|entry| entry.is_runtime());
    let library = library.ok_or_else(|| LibraryError::new("there is no library for this kind of machine"))?;
    match state(folder, library) {
        // It is code that will run: only ever the pinned one.
        State::Installed => Backend::onnx_runtime(&folder.join(&library.file)),
        other => Err(LibraryError::new(format!("{} is {other}; {REMEDY}", library.file))),
    }
}

const REMEDY: &str = "run `bonafide models fetch`";

/// [`Options`] with everything that the environment and the weights folder say. Another process that is handed it loads the same
/// networks, whatever was changed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    folder: PathBuf,
    runtime: Option<Runtime>,
    concurrency: usize,
    replace: BTreeMap<Task, PathBuf>,
    own: BTreeMap<Task, Own>,
    face_networks: FaceNetworks,
}

/// Looks up what [`Options`] leave open.
///
/// # Errors
/// What cannot be made out, as a sentence.
pub fn plan(options: &Options) -> Result<Plan, String> {
    let folder = options.folder.clone().map_or_else(crate::folder, Ok).map_err(|e| e.to_string())?;
    let runtime = options.runtime.map_or_else(runtime_set, |runtime| Ok(Some(runtime)));
    Ok(Plan {
        runtime: runtime.map_err(|e| e.to_string())?,
        concurrency: options.concurrency,
        replace: options.replace.clone(),
        own: own::own(&folder).map_err(|e| e.to_string())?,
        face_networks: options.face_networks.map_or_else(FaceNetworks::set, Ok)?,
        folder,
    })
}

impl Plan {
    /// The folder and the files that networks are read from.
    pub fn places(&self) -> Vec<PathBuf> {
        let own = self.own.values().map(|own| &own.file);
        std::iter::once(&self.folder).chain(own).chain(self.replace.values()).cloned().collect()
    }
}

/// Every installed network of the manifest, each loaded when it is first asked for.
///
/// Never fails: a network whose file is missing, altered or unreadable leaves its task
/// [`Unavailable`](bonafide_checks::models::Unavailable) with the reason, and the others load.
pub fn load(options: &Options) -> Models {
    match plan(options) {
        Ok(plan) => load_planned(plan),
        Err(why) => Models::none(&why),
    }
}

/// The same for options that were completed.
pub fn load_planned(plan: Plan) -> Models {
    let Plan { folder, runtime, concurrency, replace, mut own, face_networks } = plan;
    let (backend, instead_of) = match backend(&folder, runtime) {
        Ok(usable) => usable,
        Err(error) => return Models::none(&error.to_string()),
    };
    if let Some(why) = instead_of {
        tracing::warn!(%why, "models run on the built-in runtime, which is slower");
    }
    // The second network is calibrated with the shipped first one only.
    let first = Task::FaceEmbedding;
    let first_is_own = own.contains_key(&first) || replace.contains_key(&first);
    let concurrency = NonZeroUsize::new(concurrency).unwrap_or(NonZeroUsize::MIN);
    let mut builder = Models::builder(backend, concurrency);
    for entry in manifest().for_this_machine() {
        let Some(task) = entry.task else { continue };
        if task == Task::FaceDescriptor && (face_networks == FaceNetworks::Single || first_is_own) {
            builder.off(task);
            continue;
        }
        match (replace.get(&task).cloned(), own.remove(&task)) {
            (Some(path), _) => builder.insert(task, move || replaced(&path)),
            (None, Some(own)) => builder.insert(task, move || named(&own)),
            (None, None) => {
                let folder = folder.clone();
                builder.insert(task, move || installed(&folder, entry));
            }
        }
    }
    builder.build()
}

fn installed(folder: &Path, entry: &Entry) -> Result<Weights, String> {
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
    Ok(Weights { name: entry.name.clone(), sha256, bytes, settings: BTreeMap::new() })
}

fn replaced(path: &Path) -> Result<Weights, String> {
    let bytes =
        std::fs::read(path).map_err(|error| format!("{} could not be read: {error}", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Weights { name, sha256: hash::of_bytes(&bytes), bytes, settings: BTreeMap::new() })
}

fn named(own: &Own) -> Result<Weights, String> {
    let found = replaced(&own.file)?;
    if found.sha256 != own.sha256 {
        let file = own.file.display();
        return Err(format!(
            "{file} is not the file that was named with `bonafide models use`; name it again"
        ));
    }
    Ok(Weights { name: own.name.clone(), settings: own.settings.clone(), ..found })
}

#[cfg(test)]
mod tests;
