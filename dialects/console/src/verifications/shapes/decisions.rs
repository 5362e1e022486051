//! Every decision, of machine and humans.

use bonafide_core::recapture::Capture;
use bonafide_engine::{reviews::Decided, verifications::Whole};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::findings::{Judged, VerificationFinding};

/// A decision. It is never changed: what comes later stands beside it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decision {
    id: String,
    at: String,
    /// `machine` or `human`.
    by: &'static str,
    /// Of the machine: `approve`, `decline`, `retry`, `review` or `give_up`. Of a human: `approve`, `decline`, `ask_again`,
    /// `cancel` or `reopen`.
    outcome: String,
    /// Whether it took effect; a proposal waits for another credential's word.
    decided: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<Box<MachineDecision>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    human: Option<HumanDecision>,
}

/// Everything that the machine's decision was made of, enough to make it again.
#[derive(Serialize, ToSchema)]
pub(crate) struct MachineDecision {
    /// Submissions so far, this one included.
    attempt: u32,
    document_type: &'static str,
    judged: Judged,
    findings: Vec<VerificationFinding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights_id: Option<String>,
    /// Weights and tolerances by name.
    #[schema(value_type = Object)]
    weights: Value,
    #[schema(value_type = Object)]
    policy: Value,
}

/// What a reviewer said.
#[derive(Serialize, ToSchema)]
pub(crate) struct HumanDecision {
    reason: String,
    /// Absent where there is none, and after the person was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    captures: Vec<&'static str>,
    /// How the verification stood after it.
    status: String,
    /// The proposal that it agrees with.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirms: Option<String>,
    /// The key or client that said so.
    reviewer: String,
}

impl Decision {
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
                machine: judged.basis.as_ref().map(|basis| {
                    Box::new(MachineDecision {
                        attempt: basis.attempt,
                        document_type: basis.document_type.as_str(),
                        judged: Judged::of(&basis.assessment),
                        findings: basis
                            .findings
                            .iter()
                            .map(|finding| VerificationFinding::of(finding, Some(&basis.policy)))
                            .collect(),
                        weights_id: judged.weights_id.map(|id| id.to_string()),
                        weights: serde_json::to_value(basis.weights).unwrap_or_default(),
                        policy: serde_json::to_value(&basis.policy).unwrap_or_default(),
                    })
                }),
                human: None,
            },
            Decided::Human(said) => {
                let name = whole.names.iter().find(|(id, _)| *id == said.credential);
                Self {
                    id,
                    at,
                    by: "human",
                    outcome: said.verdict.clone(),
                    decided: said.decided,
                    machine: None,
                    human: Some(HumanDecision {
                        reason: said.grounds.clone(),
                        note: said.note.clone(),
                        captures: said.captures.iter().map(|c| Capture::as_str(*c)).collect(),
                        status: said.status.clone(),
                        confirms: said.confirms.map(|id| id.to_string()),
                        reviewer: name.map_or_else(|| said.credential.to_string(), |(_, name)| name.clone()),
                    }),
                }
            }
        }
    }
}
