//! The result of one check, in the shape every part of the product shares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::Side;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    // capture quality
    ImageQuality,
    // document
    IsIdentityDocument,
    /// The side that was asked for, of the type that was declared.
    DocumentAsAsked,
    DocumentReadable,
    DocumentExpired,
    /// The dates can be true together: birth before issue before expiry, none of them absurd.
    DateConsistency,
    RequiredFields,
    SuspiciousWords,
    ImageManipulation,
    OnlineDuplication,
    PortraitFound,
    MrzCheckDigits,
    // cross-checks
    DocumentNumberCrosscheck,
    NameCrosscheck,
    AddressCrosscheck,
    BirthDateCrosscheck,
    // face
    FaceQuality,
    FaceMatch,
    /// The face is known under another name, or blocked.
    KnownFace,
    /// The age a network estimates against the document's. Only where it was given a weight.
    AgeEstimate,
    /// The gender a network estimates against the document's. Only where it was given a weight.
    GenderEstimate,
    // liveness
    PassiveLiveness,
    ActiveLiveness,
    // outside sources
    Sanctions,
    Registry,
    /// Where the device said it was, where its address is used, and where the other captures were made.
    Location,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Clear,
    /// A person should look.
    Consider,
    Fail,
    /// The check did not run, or could not tell. Never a reason to approve.
    NotAssessed,
}

/// A stable, machine-readable reason and what to do about it in words. Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `snake_case`, stable: programs switch on it.
    pub code: String,
    /// One sentence for people; says what was measured and, where it helps, what to do next.
    pub detail: String,
}

impl Reason {
    pub fn new(code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { code: code.into(), detail: detail.into() }
    }
}

/// The model that gave a score: enough to reproduce it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    pub name: String,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    /// The side of the document it speaks of, for checks that run per side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    pub outcome: Outcome,
    /// 0 (against the person) to 1 (for the person); absent when not assessed.
    pub score: Option<f64>,
    /// What the score was compared with: at or above is clear.
    pub threshold: Option<f64>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What matched and what did not, by name, of checks that compare part by part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelRef>,
    /// How long the check took.
    #[serde(default)]
    pub ms: u64,
}

impl Finding {
    pub fn new(check: Check, outcome: Outcome) -> Self {
        Self {
            check,
            side: None,
            outcome,
            score: None,
            threshold: None,
            reasons: vec![],
            parts: BTreeMap::new(),
            models: vec![],
            ms: 0,
        }
    }

    /// The check could not run or could not tell, and why.
    pub fn not_assessed(check: Check, code: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(check, Outcome::NotAssessed).because(code, detail)
    }

    /// Clear at or above the threshold, otherwise `below`.
    pub fn scored(check: Check, score: f64, threshold: f64, below: Outcome) -> Self {
        let outcome = if score >= threshold { Outcome::Clear } else { below };
        Self { score: Some(score), threshold: Some(threshold), ..Self::new(check, outcome) }
    }

    pub fn on(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    pub fn because(mut self, code: impl Into<String>, detail: impl Into<String>) -> Self {
        self.reasons.push(Reason::new(code, detail));
        self
    }

    pub fn by(mut self, model: ModelRef) -> Self {
        self.models.push(model);
        self
    }
}
