//! `POST /console/policies/backtest`

use std::collections::BTreeMap;

use axum::extract::State;
use bonafide_core::decision::Decision;
use bonafide_engine::{Engine, backtest::Tried, tuning};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

use super::NewPolicy;

/// Most changed decisions in one answer; the counts are of all.
const SHOWN: usize = 100;

/// What a policy would have decided about past sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyBacktest {
    /// The fields that ask less than those in force.
    weaker: Vec<&'static str>,
    since: String,
    /// Sessions that the policy in force was for, judged again.
    sessions: u64,
    /// Left out: stored by another version of this program.
    skipped: u64,
    /// Of those judged again, how many by what was found then: what was read from the document is gone.
    unread: u64,
    /// How many came to each decision.
    before: BTreeMap<&'static str, u64>,
    /// How many would come to each.
    after: BTreeMap<&'static str, u64>,
    /// That were no approval and would be one.
    let_through: u64,
    /// That were approved and would not be.
    stopped: u64,
    /// Decisions that would be others, oldest first, at most 100.
    changed: Vec<ChangedDecision>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ChangedDecision {
    /// The verification.
    id: String,
    at: String,
    before: &'static str,
    after: &'static str,
    /// Codes: why it would not be an approval; when it would be one, why it was none.
    reasons: Vec<String>,
}

impl PolicyBacktest {
    pub(super) fn of(tried: Tried) -> Self {
        let (let_through, stopped) = (tried.let_through() as u64, tried.stopped() as u64);
        let words =
            |counts: BTreeMap<Decision, u64>| counts.into_iter().map(|(d, n)| (d.as_str(), n)).collect();
        let report = tried.backtest;
        let changed = report.flips.into_iter().take(SHOWN).map(|flip| ChangedDecision {
            id: flip.verification.to_string(),
            at: flip.at.to_string(),
            before: flip.before.as_str(),
            after: flip.after.as_str(),
            reasons: flip.reasons.iter().map(|r| r.code.to_string()).collect(),
        });
        Self {
            weaker: tried.weaker,
            since: tried.since.to_string(),
            sessions: report.sessions,
            skipped: report.skipped,
            unread: report.unread,
            let_through,
            stopped,
            changed: changed.collect(),
            before: words(report.before),
            after: words(report.after),
        }
    }
}

/// Try a policy
///
/// What it would have decided about the sessions that the policy in force was for. Nothing is changed.
#[operation(post, "/console/policies/backtest", tag = "Policies", id = "policy_backtest", scope = "policy")]
pub(crate) async fn backtest(
    State(engine): State<Engine>,
    caller: Caller,
    Json(new): Json<NewPolicy>,
) -> Result<Json<PolicyBacktest>> {
    Ok(Json(PolicyBacktest::of(tuning::try_policy(&engine, &caller, &new.proposal()?).await?)))
}
