//! What is wrong with a request, independent of any dialect's envelope.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Required,
    Unknown,
    Type,
    Enum,
    Length,
    Range,
    Pattern,
    Format,
    NotJson,
    Other,
}

/// Most problems that one answer tells of: whoever sends a thousand wrong words is not sent a thousand sentences.
pub const MAX_PROBLEMS: usize = 50;

/// One thing that is wrong with one field. The message never repeats the value: values are personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Dotted path of the field; empty for the body as a whole.
    pub field: String,
    pub rule: Rule,
    pub message: String,
}

impl Problem {
    pub fn new(field: impl Into<String>, rule: Rule, message: impl Into<String>) -> Self {
        Self { field: field.into(), rule, message: message.into() }
    }
}

/// An error and what caused it, on one line; a cause that its error repeats is left out.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text += &format!(": {cause_text}");
        }
        source = cause.source();
    }
    text
}
