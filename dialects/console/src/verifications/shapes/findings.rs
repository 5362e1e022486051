//! What the checks found, and what it came to.

use std::collections::BTreeMap;

use bonafide_core::{
    decision::{Assessment, Signal},
    finding::{Finding, ModelRef, Reason},
    policy::Policy,
};
use serde::Serialize;
use utoipa::ToSchema;

/// What one check found.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationFinding {
    #[schema(example = "face_match")]
    check: &'static str,
    /// The side of the document it speaks of.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    /// `clear`, `consider`, `fail` or `not_assessed`.
    outcome: &'static str,
    /// 0 (against the person) to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// At or above it is clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    reasons: Vec<Why>,
    /// What matched and what did not, of checks that compare part by part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<String, bool>,
    /// The networks and lists that gave the score.
    models: Vec<Model>,
    /// How long the check took, in milliseconds.
    ms: u64,
    /// What a failure leads to by the policy: `decline` or `review`.
    #[serde(skip_serializing_if = "Option::is_none")]
    consequence: Option<&'static str>,
}

/// A reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct Why {
    /// Stable, for programs.
    #[schema(example = "face_mismatch")]
    code: String,
    /// For people: what was measured, and what to do.
    detail: String,
}

impl Why {
    pub(super) fn all(reasons: &[Reason]) -> Vec<Self> {
        let of = |reason: &Reason| Self { code: reason.code.to_string(), detail: reason.detail.clone() };
        reasons.iter().map(of).collect()
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Model {
    name: String,
    sha256: String,
}

impl VerificationFinding {
    pub(crate) fn of(finding: &Finding, policy: Option<&Policy>) -> Self {
        let model = |m: &ModelRef| Model { name: m.name.clone(), sha256: m.sha256.clone() };
        Self {
            check: finding.check.as_str(),
            side: finding.side.map(|side| side.as_str()),
            outcome: finding.outcome.as_str(),
            score: finding.score,
            threshold: finding.threshold,
            reasons: Why::all(&finding.reasons),
            parts: finding.parts.clone(),
            models: finding.models.iter().map(model).collect(),
            ms: finding.ms,
            consequence: policy.map(|policy| policy.consequence(finding.check).as_str()),
        }
    }
}

/// What the findings came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Judged {
    /// `approve`, `decline`, `retry`, `review` or `give_up`.
    decision: &'static str,
    /// The points of all signals by all there are to have; absent when none has a weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    /// What the score has to reach.
    threshold: f64,
    signals: Vec<WeightedSignal>,
    /// Why it is no approval, the gravest first.
    reasons: Vec<Why>,
}

/// What counts towards the score.
#[derive(Serialize, ToSchema)]
pub(crate) struct WeightedSignal {
    /// The weight's name in the settings.
    #[schema(example = "passport_agreement_weight")]
    name: String,
    /// 0 (against the person) to 1.
    value: f64,
    /// How many points there are to have.
    weight: f64,
    /// How many it has: `weight` × `value`.
    points: f64,
}

impl Judged {
    pub(crate) fn of(assessment: &Assessment) -> Self {
        let signal = |s: &Signal| WeightedSignal {
            name: s.weight_name.clone(),
            value: s.value,
            weight: s.weight,
            points: s.weight * s.value,
        };
        Self {
            decision: assessment.decision.as_str(),
            score: assessment.score,
            threshold: assessment.threshold,
            signals: assessment.signals.iter().map(signal).collect(),
            reasons: Why::all(&assessment.reasons),
        }
    }
}
