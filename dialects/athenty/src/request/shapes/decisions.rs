//! What was decided, by whom, and what the score is made of.

use bonafide_core::decision::Signal;
use bonafide_engine::{
    reviews::{Basis, Decided},
    verifications::Whole,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::Why;

/// What the last checks came to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Score {
    /// 0 to 1: the points of all signals by all there are to have. Absent when none has a weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<f64>,
    /// What the total has to reach.
    threshold: f64,
    breakdown: Vec<ScorePart>,
}

/// What counts towards the score.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScorePart {
    #[schema(example = "passport_agreement_weight")]
    name: String,
    /// 0 (against the person) to 1.
    value: f64,
    /// How many points there are to have.
    weight: f64,
    /// How many it has: `weight` × `value`.
    points: f64,
}

impl Score {
    /// Of the machine's last decision; absent before there is one.
    pub(crate) fn of(whole: &Whole) -> Option<Self> {
        let basis = whole.decisions.iter().rev().find_map(|decided| match decided {
            Decided::Machine(judged) => judged.basis.as_ref(),
            Decided::Human(_) => None,
        });
        let Basis { assessment, .. } = basis?;
        let part = |signal: &Signal| ScorePart {
            name: signal.weight_name.clone(),
            value: signal.value,
            weight: signal.weight,
            points: signal.weight * signal.value,
        };
        Some(Self {
            total: assessment.score,
            threshold: assessment.threshold,
            breakdown: assessment.signals.iter().map(part).collect(),
        })
    }
}

/// A decision. It is never changed: what comes later stands beside it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decision {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// `machine` or `human`.
    by: &'static str,
    /// Of the machine: `approve`, `decline`, `retry`, `review` or `give_up`. Of a human: `approve`, `decline`, `ask_again`,
    /// `cancel` or `reopen`.
    outcome: String,
    /// Whether it took effect; a proposal waits for another reviewer's word.
    decided: bool,
    /// Of the machine: why it is no approval, the gravest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Why>,
    /// Of a human: the reason they gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Absent where there is none, and after the person was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The key or client that said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reviewer: Option<String>,
}

impl Decision {
    /// Oldest first.
    pub(crate) fn all(whole: &Whole) -> Vec<Self> {
        whole.decisions.iter().map(|decided| Self::of(whole, decided)).collect()
    }

    fn of(whole: &Whole, decided: &Decided) -> Self {
        let (id, at) = (decided.id(), decided.at().to_string());
        match decided {
            Decided::Machine(judged) => Self {
                id,
                at,
                by: "machine",
                outcome: judged.outcome.clone(),
                decided: true,
                reasons: judged.basis.as_ref().map(|b| Why::all(&b.assessment.reasons)).unwrap_or_default(),
                reason: None,
                note: None,
                reviewer: None,
            },
            Decided::Human(said) => {
                let name = whole.names.iter().find(|(id, _)| *id == said.credential);
                Self {
                    id,
                    at,
                    by: "human",
                    outcome: said.verdict.clone(),
                    decided: said.decided,
                    reasons: vec![],
                    reason: Some(said.grounds.clone()),
                    note: said.note.clone(),
                    reviewer: Some(
                        name.map_or_else(|| said.credential.to_string(), |(_, name)| name.clone()),
                    ),
                }
            }
        }
    }
}
