//! How much of their own data callers may put into what we keep for them, whichever way it comes in.

use bonafide_core::problem::{Problem, Rule};
use serde_json::Value;

use super::error::{Error, Result};

/// Most bytes of one such value, as JSON.
pub(crate) const MOST: usize = 64 << 10;

/// What is wrong with a value that is too large.
pub(crate) fn too_large(field: &str, value: &Value) -> Option<Problem> {
    let message = || format!("must be at most {MOST} bytes as JSON");
    (value.to_string().len() > MOST).then(|| Problem::new(field, Rule::Length, message()))
}

/// # Errors
/// [`Error::Invalid`] naming the field, where the value is too large.
pub(crate) fn own_data(field: &str, value: &Value) -> Result<()> {
    too_large(field, value).map_or(Ok(()), |problem| Err(Error::Invalid(vec![problem])))
}
