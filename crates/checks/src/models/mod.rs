//! The one port through which a neural network is run.
//!
//! Weights arrive as the bytes of ONNX files. Two runtimes read them: ONNX Runtime, a shared library
//! loaded at run time, and rten, which is compiled in. Both take and give the same numbers, so a check
//! never knows which one answered.

mod constants;
mod metadata;
mod onnxruntime;
mod pool;
mod rten;
mod source;
mod tensor;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use bonafide_core::finding::ModelRef;

use self::source::Source;
pub use self::{source::Weights, tensor::Tensor};

/// What a network is for. The manifest names these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    FaceDetection,
    FaceEmbedding,
    /// A second opinion on whose face it is, fused with [`Task::FaceEmbedding`]'s. Optional.
    FaceDescriptor,
    FaceMesh,
    EyeContour,
    PassiveLiveness,
    /// The small networks that are tried first; what they cannot settle goes to the two after them.
    QuickTextDetection,
    QuickTextRecognition,
    TextDetection,
    TextRecognition,
    PageOrientation,
    Age,
    Gender,
}

impl Task {
    /// Every task, in the order they are listed to people.
    pub const ALL: [Task; 13] = [
        Task::FaceDetection,
        Task::FaceEmbedding,
        Task::FaceDescriptor,
        Task::FaceMesh,
        Task::EyeContour,
        Task::PassiveLiveness,
        Task::QuickTextDetection,
        Task::QuickTextRecognition,
        Task::TextDetection,
        Task::TextRecognition,
        Task::PageOrientation,
        Task::Age,
        Task::Gender,
    ];

    /// The `snake_case` word used in the manifest and in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Task::FaceDetection => "face_detection",
            Task::FaceEmbedding => "face_embedding",
            Task::FaceDescriptor => "face_descriptor",
            Task::FaceMesh => "face_mesh",
            Task::EyeContour => "eye_contour",
            Task::PassiveLiveness => "passive_liveness",
            Task::QuickTextDetection => "quick_text_detection",
            Task::QuickTextRecognition => "quick_text_recognition",
            Task::TextDetection => "text_detection",
            Task::TextRecognition => "text_recognition",
            Task::PageOrientation => "page_orientation",
            Task::Age => "age",
            Task::Gender => "gender",
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The network for a task is not there, and why; a check that needs it is `not_assessed`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[error("no usable model for {task}: {why}")]
pub struct Unavailable {
    pub task: Task,
    pub why: String,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("the model {model} could not be run: {why}")]
    Failed { model: String, why: String },
}

/// Which runtime executes the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// The shared library of ONNX Runtime: the faster one.
    #[serde(rename = "onnxruntime")]
    OnnxRuntime,
    /// Compiled in, needs nothing.
    Rten,
}

impl Runtime {
    /// The word used in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Runtime::OnnxRuntime => "onnxruntime",
            Runtime::Rten => "rten",
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A runtime that is ready to load networks.
#[derive(Clone)]
pub struct Backend(Kind);

#[derive(Clone)]
enum Kind {
    OnnxRuntime(ort::environment::Environment),
    Rten,
}

/// ONNX Runtime's shared library could not be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ONNX Runtime is not usable: {0}")]
pub struct LibraryError(String);

impl LibraryError {
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl Backend {
    /// ONNX Runtime from the shared library at `library`, version 1.24 or newer.
    ///
    /// A process can hold one such library: once a call succeeded, later calls give the same one
    /// whatever path they name. Without a usable library this is an error, never a panic.
    pub fn onnx_runtime(library: &Path) -> Result<Self, LibraryError> {
        onnxruntime::environment(library).map(|e| Self(Kind::OnnxRuntime(e))).map_err(LibraryError)
    }

    /// The compiled-in runtime.
    pub fn rten() -> Self {
        Self(Kind::Rten)
    }

    /// Which of the two this is.
    pub fn runtime(&self) -> Runtime {
        match self.0 {
            Kind::OnnxRuntime(_) => Runtime::OnnxRuntime,
            Kind::Rten => Runtime::Rten,
        }
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Backend").field(&self.runtime()).finish()
    }
}

/// The installed networks, each loaded when it is first asked for.
///
/// The default value has none: every task is [`Unavailable`].
#[derive(Default)]
pub struct Models {
    backend: Option<Setup>,
    by_task: BTreeMap<Task, Slot>,
    off: BTreeSet<Task>,
}

struct Setup {
    backend: Backend,
    concurrency: NonZeroUsize,
    threads: rten::Threads,
}

struct Slot {
    source: Source,
    loaded: OnceLock<Result<Model, String>>,
}

impl Slot {
    fn new(source: impl Fn() -> Result<Weights, String> + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(source), loaded: OnceLock::new() }
    }
}

impl Models {
    /// Starts a set of networks on one runtime. `concurrency` is how many runs of one network may go on
    /// at the same time; further callers of [`Model::run`] wait. Each run uses one thread.
    pub fn builder(backend: Backend, concurrency: NonZeroUsize) -> Builder {
        let threads = rten::Threads::new(concurrency);
        let setup = Setup { backend, concurrency, threads };
        Builder { setup, by_task: BTreeMap::new(), off: BTreeSet::new() }
    }

    /// No networks at all: every task is [`Unavailable`] for this reason.
    pub fn none(why: &str) -> Self {
        let slot = || {
            let why = why.to_owned();
            Slot::new(move || Err(why.clone()))
        };
        let by_task = Task::ALL.into_iter().map(|task| (task, slot())).collect();
        Self { backend: None, by_task, off: BTreeSet::new() }
    }

    /// The network for a task; loads it at the first call.
    pub fn get(&self, task: Task) -> Result<&Model, Unavailable> {
        let unavailable = |why: &str| Unavailable { task, why: why.to_owned() };
        if self.off.contains(&task) {
            return Err(unavailable("it is switched off"));
        }
        let slot = self.by_task.get(&task).ok_or_else(|| unavailable("none is installed"))?;
        let loaded = slot.loaded.get_or_init(|| self.load(&slot.source));
        loaded.as_ref().map_err(|why| unavailable(why))
    }

    fn load(&self, source: &Source) -> Result<Model, String> {
        let Weights { name, sha256, bytes, settings } = source()?;
        let mut metadata = metadata::read(&bytes);
        metadata.extend(settings);
        let network = match self.backend.as_ref().map(|s| (s, &s.backend.0)) {
            None => return Err("there is no runtime".to_owned()),
            Some((setup, Kind::OnnxRuntime(environment))) => {
                onnxruntime::Network::load(environment, setup.concurrency, &bytes, source.clone())
                    .map(Network::OnnxRuntime)
            }
            Some((setup, Kind::Rten)) => rten::Network::load(bytes, setup.threads.clone()).map(Network::Rten),
        };
        let reference = ModelRef { name, sha256 };
        network
            .map_err(|why| format!("the file of {} could not be loaded: {why}", reference.name))
            .map(|network| Model { reference, metadata, network })
    }

    /// The tasks without a network, and why; without those switched off on purpose. Loads every network that was
    /// not loaded before.
    pub fn unavailable(&self) -> Vec<Unavailable> {
        let wanted = Task::ALL.into_iter().filter(|task| !self.off.contains(task));
        wanted.filter_map(|task| self.get(task).err()).collect()
    }

    /// The runtime in use; none where no runtime is.
    pub fn runtime(&self) -> Option<Runtime> {
        self.backend.as_ref().map(|s| s.backend.runtime())
    }
}

/// Collects networks into [`Models`].
pub struct Builder {
    setup: Setup,
    by_task: BTreeMap<Task, Slot>,
    off: BTreeSet<Task>,
}

impl Builder {
    /// Names where the network of a task comes from. What cannot be read leaves its task unavailable, with the
    /// reason; the others are not touched.
    pub fn insert(
        &mut self,
        task: Task,
        source: impl Fn() -> Result<Weights, String> + Send + Sync + 'static,
    ) {
        self.by_task.insert(task, Slot::new(source));
    }

    /// Leaves a task without a network on purpose.
    pub fn off(&mut self, task: Task) {
        self.off.insert(task);
    }

    pub fn build(self) -> Models {
        Models { backend: Some(self.setup), by_task: self.by_task, off: self.off }
    }
}

/// One loaded network.
pub struct Model {
    reference: ModelRef,
    metadata: BTreeMap<String, String>,
    network: Network,
}

#[expect(clippy::large_enum_variant, reason = "a handful per process")]
enum Network {
    OnnxRuntime(onnxruntime::Network),
    Rten(rten::Network),
}

impl Model {
    /// Runs the network once; outputs by name. Whole-number outputs come back as floats.
    ///
    /// May be called from several threads at once. Blocks while as many runs are going on as the set of
    /// networks allows, so call it off the async threads.
    pub fn run(&self, inputs: &[(&str, Tensor)]) -> Result<BTreeMap<String, Tensor>, RunError> {
        let outputs = if let Some((name, tensor)) = inputs.iter().find(|(_, t)| !t.is_consistent()) {
            Err(format!("input {name} holds {} numbers, shape {:?}", tensor.data.len(), tensor.shape))
        } else {
            match &self.network {
                Network::OnnxRuntime(network) => network.run(inputs),
                Network::Rten(network) => network.run(inputs),
            }
        };
        outputs.map_err(|why| RunError::Failed { model: self.reference.name.clone(), why })
    }

    /// Name and hash, for the finding.
    pub fn reference(&self) -> ModelRef {
        self.reference.clone()
    }

    /// A value of the ONNX file's metadata, for instance the charset of a text recogniser.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// Names of the inputs, in the file's order.
    pub fn inputs(&self) -> &[String] {
        match &self.network {
            Network::OnnxRuntime(network) => network.inputs(),
            Network::Rten(network) => network.inputs(),
        }
    }

    /// Names of the outputs, in the file's order.
    pub fn outputs(&self) -> &[String] {
        match &self.network {
            Network::OnnxRuntime(network) => network.outputs(),
            Network::Rten(network) => network.outputs(),
        }
    }
}

#[cfg(test)]
mod tests;
