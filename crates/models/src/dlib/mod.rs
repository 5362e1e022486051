//! Converts dlib's face descriptor from dlib's own serialisation to ONNX, so that one file format is left to run.
//!
//! dlib writes a network as its C++ types nest: nothing in the file names a layer's inputs. What can be read is
//! the order of the layers, and where a type marks a place (a tag) or goes back to one (a skip). That is enough
//! for chains of residual blocks, which is what the descriptor is made of; anything else is refused.
//! The same input gives the same bytes: the manifest pins the hash of the result.

mod build;
mod layers;
mod reader;

/// A file that could not be converted, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The bytes are not a network of dlib, or a damaged one.
    #[error("not a readable dlib network: {0}")]
    Malformed(&'static str),
    /// A feature of dlib that the converter does not know.
    #[error("the dlib network uses {0}, which the converter does not know")]
    Unsupported(String),
}

type Result<T> = std::result::Result<T, ConvertError>;

/// The bytes of an ONNX file (IR 8, opset 13) that computes what the dlib network computes.
///
/// Input `data`: 1 × 3 × height × width, RGB 0..255 (the network's own mean and scale are part of the file).
/// Output `descriptor`: 1 × numbers, as dlib gives them (not scaled to length 1).
pub fn to_onnx(dlib: &[u8]) -> Result<Vec<u8>> {
    build::build(&layers::Network::read(dlib)?)
}

#[cfg(test)]
mod tests;
