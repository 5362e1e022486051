//! The stored words of enums.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// A stored word as the enum it was written from.
pub(crate) fn parse_word<T: DeserializeOwned>(word: Option<&str>) -> Option<T> {
    serde_json::from_value(Value::String(word?.to_owned())).ok()
}

/// The stored word of an enum.
pub(crate) fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
