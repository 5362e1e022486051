//! A weak sign.

use bonafide_core::reason::Code;
use serde::{Deserialize, Serialize};

/// One thing that speaks for an edit or a recapture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    pub code: Code,
    /// 0 (says nothing) to 1 (proof).
    pub strength: f64,
    /// What was measured, in words. From fixed texts and numbers, never text of the file.
    pub detail: String,
}

impl Cue {
    pub(crate) fn new(code: Code, strength: f64, detail: impl Into<String>) -> Self {
        Self { code, strength: strength.clamp(0.0, 1.0), detail: detail.into() }
    }
}
