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
    /// What the rule asks for, for an API that has words of its own for it.
    #[serde(skip)]
    pub wanted: Option<Wanted>,
}

/// What a rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A value of this JSON type, and the type that came.
    Type {
        expected: String,
        received: &'static str,
    },
    /// One of these words.
    OneOf(Vec<String>),
    AtLeast(Measure, String),
    AtMost(Measure, String),
    MoreThan(String),
    LessThan(String),
    /// A text of this format of JSON Schema.
    Format(String),
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The number itself.
    Number,
    Characters,
    Items,
}

impl Problem {
    pub fn new(field: impl Into<String>, rule: Rule, message: impl Into<String>) -> Self {
        Self { field: field.into(), rule, message: message.into(), wanted: None }
    }

    /// The same, with what is asked for.
    pub fn wanting(self, wanted: Wanted) -> Self {
        Self { wanted: Some(wanted), ..self }
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
