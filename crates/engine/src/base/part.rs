//! How a part of this process stands, and what was found when it was last asked.

use std::collections::BTreeMap;

use bonafide_core::time::Timestamp;
use tokio::sync::Mutex;

/// The state of one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub ok: bool,
    /// `ok` or `error`; of the lists also `missing`, `stale`, `damaged` or `not_updated`.
    pub state: &'static str,
    /// What is wrong and what to do; "ok" otherwise.
    pub detail: String,
    /// Whether that may name folders and addresses: it is for the operator alone.
    pub(crate) inside: bool,
}

impl Part {
    pub(crate) fn well() -> Self {
        Self { ok: true, state: "ok", detail: "ok".to_owned(), inside: false }
    }

    /// One that is not well, in words that name nothing of the installation.
    pub(crate) fn ill(state: &'static str, detail: String) -> Self {
        Self { ok: false, state, detail, inside: false }
    }

    /// One that is well where this is, and otherwise has this error.
    pub(crate) fn of<E: std::fmt::Display>(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Self::well(),
            Err(error) => Self { inside: true, ..Self::ill("error", error.to_string()) },
        }
    }

    /// What is wrong, for whoever asks.
    pub fn told(&self) -> &str {
        if self.inside {
            "does not work; the log says why, and `bonafide doctor` looks again"
        } else {
            &self.detail
        }
    }
}

/// Every part, by name.
pub type Parts = BTreeMap<&'static str, Part>;

/// What was found last, and when. Of many who ask at once one looks.
pub(crate) type LastSeen = Mutex<Option<(Timestamp, Parts)>>;
