//! A decision as it is stored.

use bonafide_core::{
    decision::{Assessment, Facts, decide},
    document::DocumentType,
    finding::Finding,
    policy::Policy,
    reweigh::{self, Rules},
    weights::Weights,
};
use serde::{Deserialize, Serialize};

/// What was stored with a decision: everything that `decide` saw, and what it said.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) assessment: Assessment,
    pub(crate) findings: Vec<Finding>,
    pub(crate) weights: Weights,
    pub(crate) policy: Policy,
    pub(crate) attempt: u32,
    pub(crate) document_type: DocumentType,
    /// Nobody decided: the job came to no end, and a human was asked. There is nothing to decide again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) given_up: bool,
}

impl Stored {
    pub(crate) fn again(&self) -> Assessment {
        self.decide(&self.weights, &self.findings)
    }

    pub(crate) fn under(&self, weights: &Weights) -> Assessment {
        let [old, new] = [&self.weights, weights].map(|weights| Rules { policy: &self.policy, weights });
        let reweighed = |f: &Finding| reweigh::finding(f, self.document_type, old, new);
        let findings: Vec<Finding> = self.findings.iter().map(reweighed).collect();
        self.decide(weights, &findings)
    }

    fn decide(&self, weights: &Weights, findings: &[Finding]) -> Assessment {
        if self.given_up {
            return self.assessment.clone();
        }
        let facts = Facts { document_type: self.document_type, findings, attempt: self.attempt };
        decide(&self.policy, weights, &facts)
    }
}
