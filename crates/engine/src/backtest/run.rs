//! What other weights would have decided.

use std::collections::BTreeMap;

use bonafide_core::{
    decision::{Assessment, Decision},
    finding::Reason,
    id::{OrganizationId, VerificationId},
    time::Timestamp,
    verification::Status,
    weights::Weights,
};
use bonafide_store::assessments as rows;
use serde::Serialize;

use crate::base::{
    engine::Engine,
    error::{Error, Result},
    stored::Stored,
};

/// A decision that would have been another.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedDecision {
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
    /// Of those judged again, how many by what was found then, as what was read is gone: the policy's rules about documents
    /// are not asked again.
    #[serde(skip_serializing_if = "is_zero")]
    pub unread: u64,
    /// How many came to each decision, as it was and as it would be.
    pub before: BTreeMap<Decision, u64>,
    pub after: BTreeMap<Decision, u64>,
    pub flips: Vec<ChangedDecision>,
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
    let mut tx = engine.db().read().await?;
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

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Backtest {
    pub(super) fn add(&mut self, past: &rows::Past, judged: Option<(Assessment, Assessment)>) {
        let Some((before, after)) = judged else {
            self.skipped += 1;
            return;
        };
        self.sessions += 1;
        *self.before.entry(before.decision).or_default() += 1;
        *self.after.entry(after.decision).or_default() += 1;
        let verdict = match (before.decision, past.status.known()) {
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
            self.flips.push(ChangedDecision {
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
