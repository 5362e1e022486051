//! What another policy would have decided. What it asks of a document is asked again of what was read, where that is still
//! there; a check that was not made is not made up.

use std::collections::BTreeMap;

use bonafide_core::{
    acceptance::{self, Presented},
    decision::{Assessment, Decision, Facts, decide},
    document::{DocumentReading, Side},
    finding::{Check, Code, Finding},
    id::{CredentialId, OrganizationId, PolicyId},
    policy::{LivenessMode, Policy},
    reweigh::{self, Rules},
    time::Timestamp,
};
use bonafide_store::{Tx, assessments as rows, credentials, policies};

use super::run::Backtest;
use crate::{
    base::{engine::Engine, error::Result, record::Record, stored::Stored},
    tuning::{For, PolicyVersion},
};

/// A policy against the one that it would replace.
pub(crate) struct Change {
    pub(crate) new: Policy,
    pub(crate) old: Policy,
    pub(crate) of: For,
    /// The version of `old`; `None` for the product's own.
    pub(crate) in_force: Option<PolicyVersion>,
}

/// What came of looking back.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The fields that ask less than those in force.
    pub weaker: Vec<&'static str>,
    pub since: Timestamp,
    pub backtest: Backtest,
}

impl Tried {
    /// Sessions that were no approval and would be one.
    pub fn let_through(&self) -> usize {
        let now = |f: &&super::ChangedDecision| f.after == Decision::Approve;
        self.backtest.flips.iter().filter(now).count()
    }

    /// Sessions that were approved and would not be.
    pub fn stopped(&self) -> usize {
        self.backtest.flips.iter().filter(|f| f.before == Decision::Approve).count()
    }

    pub fn weakens(&self) -> bool {
        !self.weaker.is_empty() || self.let_through() > 0
    }
}

/// What is still known of a session that was judged.
struct Seen {
    /// `None` where it was read anew since, erased, or its outcome was steered.
    reading: Option<DocumentReading>,
    user_id: String,
    credential: Option<CredentialId>,
}

/// Judges the sessions that the policy in force was for, since a time, by the other one.
pub(crate) async fn backtest(
    engine: &Engine,
    organization: OrganizationId,
    change: Change,
    since: Timestamp,
) -> Result<Backtest> {
    const PAGE: i64 = 500;
    let mut tx = engine.db().read().await?;
    let lines = Lines::load(&mut tx, organization, &change).await?;
    let change = std::sync::Arc::new(change);
    let (mut report, mut after) = (Backtest::default(), None);
    loop {
        let page = rows::past(&mut tx, organization, since, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(report) };
        after = Some((last.created_at, last.id));
        let mut cases = vec![];
        for past in page {
            let Ok(stored) = serde_json::from_str::<Stored>(&past.detail) else {
                report.skipped += 1;
                continue;
            };
            if !lines.holds(stored.policy.id) {
                continue;
            }
            let seen = seen(engine, &mut tx, organization, &past, &stored).await?;
            if lines.is_of(seen.as_ref()) {
                cases.push((past, stored, seen.and_then(|s| s.reading)));
            }
        }
        let change = change.clone();
        let judge = move || -> Vec<_> {
            let each = cases.into_iter().map(|(past, stored, reading)| {
                let (after, whole) = again(&stored, &change, reading.as_ref(), past.created_at);
                (past, (stored.assessment, after), whole)
            });
            each.collect()
        };
        for (past, judged, whole) in tokio::task::spawn_blocking(judge).await? {
            report.unread += u64::from(!whole);
            report.add(&past, Some(judged));
        }
    }
}

async fn seen(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    past: &rows::Past,
    stored: &Stored,
) -> Result<Option<Seen>> {
    let Some(record) = Record::find(engine, tx, organization, past.verification).await? else {
        return Ok(None);
    };
    let attempt = record.private.attempt - record.private.failed_before.min(record.private.attempt);
    let steered = record.private.settings.get("sandbox").is_some();
    let same = attempt == stored.attempt && !steered;
    Ok(Some(Seen {
        reading: record.private.reading.filter(|_| same),
        user_id: record.row.user_id,
        credential: record.row.credential,
    }))
}

/// Which sessions a change is about.
struct Lines {
    /// Whose policy each version is.
    of: BTreeMap<PolicyId, (String, String, String)>,
    /// Whose the one in force is; `None` for the product's own.
    line: Option<(String, String, String)>,
    /// Whether sessions without a version of the organization's were judged by what stood here before.
    product: bool,
    user_id: String,
    client: Option<Option<CredentialId>>,
}

impl Lines {
    async fn load(tx: &mut Tx, organization: OrganizationId, change: &Change) -> Result<Self> {
        let all = policies::list(tx, organization, None, 0, i64::MAX).await?;
        let of = all.into_iter().map(|p| (p.id, (p.name, p.client, p.user_id))).collect();
        let line = change.in_force.as_ref().map(|v| (v.name.clone(), v.client_id.clone(), v.user_id.clone()));
        let everybody = |(name, client, user): &(String, String, String)| {
            name == crate::tuning::DEFAULT && client.is_empty() && user.is_empty()
        };
        let client = match &change.of.client_id {
            None => None,
            Some(public) => {
                let known = credentials::list(tx, organization).await?;
                Some(known.into_iter().find(|c| c.public_id == *public).map(|c| c.id))
            }
        };
        let product = line.as_ref().is_none_or(everybody);
        Ok(Self { of, line, product, user_id: change.of.user_id.clone().unwrap_or_default(), client })
    }

    fn holds(&self, id: Option<PolicyId>) -> bool {
        match id {
            None => self.product,
            Some(id) => self.line.is_some() && self.of.get(&id) == self.line.as_ref(),
        }
    }

    /// Of somebody who was forgotten it is not known whose they were.
    fn is_of(&self, seen: Option<&Seen>) -> bool {
        let of_user = self.user_id.is_empty() || seen.is_some_and(|s| s.user_id == self.user_id);
        of_user && self.client.is_none_or(|client| seen.is_some_and(|s| s.credential == client))
    }
}

/// The decision under the new policy, and whether everything that it asks was asked again.
fn again(
    stored: &Stored,
    change: &Change,
    reading: Option<&DocumentReading>,
    at: Timestamp,
) -> (Assessment, bool) {
    let mut policy = change.new.clone().for_session_of(&stored.policy);
    // What the session asked for beyond the policy it asks for still.
    if stored.policy.liveness_mode > change.old.liveness_mode {
        policy.liveness_mode = LivenessMode::PassiveActive;
    }
    policy.exhausted = policy.exhausted.max(stored.policy.exhausted);
    let old = Rules { policy: &stored.policy, weights: &stored.weights };
    let new = Rules { policy: &policy, weights: &stored.weights };
    let reweighed = |f: &Finding| reweigh::finding(f, stored.document_type, old, new);
    let mut findings: Vec<Finding> = stored.findings.iter().map(reweighed).collect();
    let same = (&stored.policy.accepted, stored.policy.minimum_age, &stored.policy.requirements)
        == (&policy.accepted, policy.minimum_age, &policy.requirements);
    let whole = match reading {
        Some(reading) if !same => {
            findings.retain(|f| !of_reading(f));
            findings.push(policy.required_fields(reading));
            // No picture of a back, no word about a back.
            let back = findings.iter().any(|f| f.side == Some(Side::Back));
            findings.extend(acceptance::findings(&policy, &Presented { reading, back, today: at.date() }));
            true
        }
        _ => same,
    };
    if stored.given_up {
        return (stored.assessment.clone(), false);
    }
    let facts = Facts { document_type: stored.document_type, findings: &findings, attempt: stored.attempt };
    (decide(&policy, &stored.weights, &facts), whole)
}

/// Whether a finding follows from the policy and what was read, so that it can be made again.
fn of_reading(finding: &Finding) -> bool {
    match finding.check {
        Check::RequiredFields | Check::DocumentAccepted | Check::MinimumAge => true,
        Check::DocumentAsAsked => {
            // That there is no back, not that the picture of it shows another side.
            finding.side == Some(Side::Back)
                && finding.score.is_none()
                && finding
                    .reasons
                    .iter()
                    .any(|r| r.code == Code::BackNotCaptured && r.detail == acceptance::NO_BACK)
        }
        _ => false,
    }
}
