//! Converts small TFLite vision networks to ONNX, so that one file format is left to run.
//!
//! TFLite keeps pictures as batch, height, width, channel (NHWC); ONNX as batch, channel, height, width
//! (NCHW). The converted file takes NCHW and gives four-dimensional outputs back as NHWC, so that decoders
//! written for the TFLite file stay right. Paddings are written out, so every runtime reads them alike.
//! The same input gives the same bytes: the manifest pins the hash of the result.

mod constant;
mod convert;
mod flatbuffer;
mod schema;

/// A TFLite file that could not be converted, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// The bytes are not a TFLite file, or a damaged one.
    #[error("not a readable TFLite file: {0}")]
    Malformed(&'static str),
    /// A feature of TFLite that the converter does not know.
    #[error("the TFLite file uses {0}, which the converter does not know")]
    Unsupported(String),
}

/// The bytes of an ONNX file (IR 8, opset 13) that computes what the TFLite file computes.
///
/// One float input of shape `[1, height, width, channels]` is expected.
pub fn to_onnx(tflite: &[u8]) -> Result<Vec<u8>, ConvertError> {
    convert::convert(&schema::Model::read(tflite)?)
}

#[cfg(test)]
mod tests;
