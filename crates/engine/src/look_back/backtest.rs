//! Looking back: the same decision made again from what was stored, and what other weights would have decided.

use std::collections::BTreeMap;

use bonafide_core::{
    decision::{Assessment, Decision, Facts, decide},
    document::DocumentType,
    finding::{Finding, Reason},
    id::{OrganizationId, VerificationId},
    policy::Policy,
    reweigh,
    time::Timestamp,
    verification::Status,
    weights::Weights,
};
use bonafide_store::{assessments as rows, organizations, verifications};
use serde::{Deserialize, Serialize};

use crate::{Engine, Error, Result, record::parse_word};

/// What was stored with a decision: everything that `decide` saw, and what it said.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) assessment: Assessment,
    pub(crate) findings: Vec<Finding>,
    pub(crate) weights: Weights,
    pub(crate) policy: Policy,
    pub(crate) attempt: u32,
    pub(crate) document_type: DocumentType,
}

impl Stored {
    fn again(&self) -> Assessment {
        self.decide(&self.weights, &self.findings)
    }

    fn under(&self, weights: &Weights) -> Assessment {
        let findings: Vec<Finding> = self
            .findings
            .iter()
            .map(|f| reweigh::finding(f, &self.policy, self.document_type, &self.weights, weights))
            .collect();
        self.decide(weights, &findings)
    }

    fn decide(&self, weights: &Weights, findings: &[Finding]) -> Assessment {
        let facts = Facts { document_type: self.document_type, findings, attempt: self.attempt };
        decide(&self.policy, weights, &facts)
    }
}

/// One decision, stored and made again.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    pub at: Timestamp,
    pub stored: Assessment,
    pub again: Assessment,
    /// Whether they are equal to the last bit.
    pub same: bool,
}

/// Makes every decision of a verification again from what was stored with it, oldest first.
///
/// # Errors
/// [`Error::NotFound`]; a conflict when what was stored is not understood.
pub async fn replay(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Vec<Replayed>> {
    let mut tx = engine.db.read().await?;
    verifications::get(&mut tx, organization, id).await?.ok_or(Error::NotFound("session"))?;
    let all = rows::list(&mut tx, organization, id).await?;
    all.into_iter()
        .map(|row| {
            let stored: Stored = serde_json::from_value(row.detail).map_err(|_| not_understood())?;
            let again = stored.again();
            let same = text(&stored.assessment) == text(&again);
            Ok(Replayed { at: row.created_at, stored: stored.assessment, again, same })
        })
        .collect()
}

/// Everything of an assessment. Two numbers have the same text only when they are the same to the last bit.
fn text(assessment: &Assessment) -> String {
    serde_json::json!(assessment).to_string()
}

fn not_understood() -> Error {
    Error::conflict("not_understood", "what was stored with this decision is not understood by this program")
}

/// The organization that has a verification: for the operator, who need not know.
pub async fn organization_of(engine: &Engine, id: VerificationId) -> Result<OrganizationId> {
    let mut tx = engine.db.read().await?;
    for organization in organizations::list(&mut tx).await? {
        if verifications::get(&mut tx, organization.id, id).await?.is_some() {
            return Ok(organization.id);
        }
    }
    Err(Error::NotFound("session"))
}

/// A decision that would have been another.
#[derive(Debug, Clone, Serialize)]
pub struct Flip {
    pub verification: VerificationId,
    pub at: Timestamp,
    pub before: Decision,
    pub after: Decision,
    pub score_before: Option<f64>,
    pub score_after: Option<f64>,
    /// Why it would not be an approval; when it would be one, why it was none.
    pub reasons: Vec<Reason>,
    /// What a human decided, where one had to: true for an approval.
    pub verdict: Option<bool>,
}

/// What other weights would have decided.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Backtest {
    /// Verifications that were judged again.
    pub sessions: u64,
    /// Those whose stored decision this program does not understand.
    pub skipped: u64,
    /// How many came to each decision, as it was and as it would be.
    pub before: BTreeMap<Decision, u64>,
    pub after: BTreeMap<Decision, u64>,
    pub flips: Vec<Flip>,
    /// Of those a human decided: how many the machine would now decide the same way, the other way, or leave to a
    /// human as before.
    pub verdicts: Verdicts,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Verdicts {
    pub same: u64,
    pub opposite: u64,
    pub undecided: u64,
}

/// Judges the verifications since a time again under other weights. `progress` is told how many there are and how
/// many are done.
pub async fn backtest(
    engine: &Engine,
    organization: OrganizationId,
    weights: &Weights,
    since: Timestamp,
    mut progress: impl FnMut(u64, u64),
) -> Result<Backtest> {
    const PAGE: i64 = 500;
    let problems = weights.problems();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut tx = engine.db.read().await?;
    let total = rows::count_since(&mut tx, organization, since).await?;
    let (mut report, mut after) = (Backtest::default(), None);
    loop {
        let page = rows::past(&mut tx, organization, since, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(report) };
        after = Some((last.created_at, last.id));
        let weights = *weights;
        let judged = tokio::task::spawn_blocking(move || {
            page.into_iter().map(|past| (judge(&past, &weights), past)).collect::<Vec<_>>()
        });
        for (judged, past) in judged.await? {
            report.add(&past, judged);
        }
        progress(total, report.sessions + report.skipped);
    }
}

fn judge(past: &rows::Past, weights: &Weights) -> Option<(Assessment, Assessment)> {
    let stored: Stored = serde_json::from_str(&past.detail).ok()?;
    let after = stored.under(weights);
    Some((stored.assessment, after))
}

impl Backtest {
    fn add(&mut self, past: &rows::Past, judged: Option<(Assessment, Assessment)>) {
        let Some((before, after)) = judged else {
            self.skipped += 1;
            return;
        };
        self.sessions += 1;
        *self.before.entry(before.decision).or_default() += 1;
        *self.after.entry(after.decision).or_default() += 1;
        let verdict = match (before.decision, parse_word(Some(&past.status))) {
            (Decision::Review | Decision::GiveUp, Some(Status::Approved)) => Some(true),
            (Decision::Review | Decision::GiveUp, Some(Status::Declined)) => Some(false),
            _ => None,
        };
        match (verdict, after.decision) {
            (None, _) => {}
            (Some(approved), Decision::Approve | Decision::Decline) => {
                let same = approved == (after.decision == Decision::Approve);
                *(if same { &mut self.verdicts.same } else { &mut self.verdicts.opposite }) += 1;
            }
            (Some(_), _) => self.verdicts.undecided += 1,
        }
        if before.decision != after.decision {
            self.flips.push(Flip {
                verification: past.verification,
                at: past.created_at,
                before: before.decision,
                after: after.decision,
                score_before: before.score,
                score_after: after.score,
                reasons: if after.reasons.is_empty() { before.reasons } else { after.reasons },
                verdict,
            });
        }
    }
}
