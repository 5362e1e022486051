//! The rows of both tables.

use std::{fmt, pin::Pin};

use super::walk::{Seen, Walk};

/// What is done, from the first request to the result.
pub type Go = for<'a> fn(&'a Walk) -> Pin<Box<dyn Future<Output = Seen> + 'a>>;

/// One attempt to be taken for somebody else, or for somebody whom the policy would not take.
pub struct Attempt {
    pub attempt: &'static str,
    /// How it is made here.
    pub made: &'static str,
    pub under: Under,
    pub ends: Ends,
    /// Codes of reasons that are told, all of them; of a refused request the code and the fields it names.
    pub because: &'static [&'static str],
    pub faces: Faces,
    pub go: Go,
}

/// One honest person whom something makes less usual.
pub struct Variation {
    pub variation: &'static str,
    pub under: Under,
    pub ends: Ends,
    pub faces: Faces,
    pub go: Go,
}

/// Whose faces it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Faces {
    /// The sample person's, which everybody has who ran `./setup`.
    Sample,
    /// Volunteers' of the test data.
    Volunteers,
}

/// The organization's policy.
#[derive(Clone, Copy)]
pub enum Under {
    /// What a new organization has.
    Standard,
    /// That with these changes: members of the policy, as JSON.
    With(&'static str),
}

impl fmt::Display for Under {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => f.write_str("standard"),
            Self::With(changes) => write!(f, "standard with `{changes}`"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Approved,
    Declined,
    /// A person has to look.
    Review,
    /// The person is asked for better pictures.
    Again,
    /// A request is refused, and so nothing is decided.
    Refused,
}

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Review => "review",
            Self::Again => "asked again",
            Self::Refused => "request refused",
        })
    }
}

/// `go!(|w| …)`: what a row does, as [`Go`].
macro_rules! go {
    (|$walk:ident| $does:expr) => {
        |$walk| Box::pin(async move { $does })
    };
}
pub(super) use go;
