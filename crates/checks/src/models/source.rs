//! Where the networks come from.

use std::{collections::BTreeMap, sync::Arc};

/// The file of a network, read.
pub struct Weights {
    /// What the network is called.
    pub name: String,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
    /// An ONNX file.
    pub bytes: Vec<u8>,
    /// Entries that count as the file's metadata, and before it.
    pub settings: BTreeMap<String, String>,
}

/// Reads the file of a network, each time anew; the error is a sentence that says what to do.
pub(super) type Source = Arc<dyn Fn() -> Result<Weights, String> + Send + Sync>;
