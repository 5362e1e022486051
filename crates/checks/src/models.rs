//! The one port through which a neural network is run.

use bonafide_core::finding::ModelRef;

/// What a network is for. The manifest names these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    FaceDetection,
    FaceEmbedding,
    FaceMesh,
    EyeContour,
    PassiveLiveness,
    TextDetection,
    TextRecognition,
    PageOrientation,
    Age,
    Gender,
}

/// Numbers with a shape, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// The installed networks, loaded once.
#[derive(Default)]
pub struct Models {}

/// One loaded network.
pub struct Model {}

/// The network for a task is not there, and why; a check that needs it is `not_assessed`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("no usable model for {task:?}: {why}")]
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

impl Models {
    pub fn get(&self, _task: Task) -> Result<&Model, Unavailable> {
        unimplemented!()
    }
}

impl Model {
    /// Runs the network once; outputs by name.
    pub fn run(
        &self,
        _inputs: &[(&str, Tensor)],
    ) -> Result<std::collections::BTreeMap<String, Tensor>, RunError> {
        unimplemented!()
    }
    /// Name and hash, for the finding.
    pub fn reference(&self) -> ModelRef {
        unimplemented!()
    }
    /// A value of the ONNX file's metadata, for instance the charset of a text recogniser.
    pub fn metadata(&self, _key: &str) -> Option<&str> {
        unimplemented!()
    }
}
