//! Judges the findings of one submission and moves the verification on.

use bonafide_core::{
    decision::{Decision, Facts, decide},
    event::EventType,
    finding::{Check, Finding, Outcome},
    id::AssessmentId,
    verification::Action,
};
use bonafide_store::{Tx, assessments, findings, jobs::Job};
use serde_json::json;

use super::job::current;
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{JobKind, Work, finish},
        record::Record,
        stored::Stored,
    },
    tuning::weights::weights_of,
    verifications::transition::apply_after,
};

pub(crate) const WORK: Work = Work::new(JobKind::Decide, |engine, job| Box::pin(run(engine, job)));

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    if let Some(mut record) = current(engine, &mut tx, job).await? {
        let judged = judge(&mut tx, &record).await?;
        let action = match judged.assessment.decision {
            Decision::Approve => Action::Approve,
            Decision::Decline => Action::Decline,
            Decision::Retry => Action::AskAgain,
            Decision::Review => Action::Refer,
            Decision::GiveUp => Action::GiveUp,
        };
        let first = told(&judged.findings, action);
        let detail = keep(engine, &mut tx, &mut record, judged).await?;
        apply_after(engine, &mut tx, &mut record, action, ("engine", detail), &first).await?;
    }
    finish(engine, tx, job).await
}

/// Judges what was found of a verification, as things are now.
pub(crate) async fn judge(tx: &mut Tx, record: &Record) -> Result<Stored> {
    let weights = weights_of(tx, record).await?;
    let findings = findings::list(tx, record.row.organization, record.row.id).await?;
    let facts = Facts {
        document_type: record.document_type(),
        findings: &findings,
        attempt: record.private.attempt - record.private.failed_before.min(record.private.attempt),
    };
    let policy = record.policy();
    let assessment = decide(&policy, &weights, &facts);
    let (attempt, document_type) = (facts.attempt, facts.document_type);
    Ok(Stored { assessment, findings, weights, policy, attempt, document_type })
}

/// Stores a decision with everything `decide` saw and said, enough to replay it; what is noted of it.
pub(crate) async fn keep(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    judged: Stored,
) -> Result<serde_json::Value> {
    let (now, organization) = (engine.now(), record.row.organization);
    let row = assessments::Assessment {
        id: AssessmentId::new(now, &*engine.entropy),
        organization,
        verification: record.row.id,
        weights: record.row.weights,
        outcome: judged.assessment.decision.into(),
        score: judged.assessment.score,
        detail: json!(judged),
        created_at: now,
    };
    assessments::insert(tx, organization, &row).await?;
    record.row.score = judged.assessment.score;
    Ok(json!({"score": judged.assessment.score, "reasons": judged.assessment.reasons}))
}

/// What is emitted of the document and of the living person, once the findings decide; nothing where they are not assessed.
fn told(findings: &[Finding], action: Action) -> Vec<EventType> {
    if !matches!(action, Action::Approve | Action::Decline) {
        return vec![];
    }
    let outcomes = |checks: &[Check]| -> Vec<Outcome> {
        findings.iter().filter(|f| checks.contains(&f.check)).map(|f| f.outcome).collect()
    };
    let verdict = |needed: &[Outcome], all: &[Outcome]| {
        let clear = !needed.is_empty() && needed.iter().all(|o| *o == Outcome::Clear);
        if all.contains(&Outcome::Fail) { Some(false) } else { clear.then_some(true) }
    };
    let document = outcomes(&DOCUMENT);
    let document = verdict(&document, &document)
        .map(|ok| if ok { EventType::DocumentAccepted } else { EventType::DocumentRejected });
    // Movements are not asked of everybody.
    let passive = outcomes(&[Check::PassiveLiveness]);
    let liveness = verdict(&passive, &[passive.clone(), outcomes(&[Check::ActiveLiveness])].concat())
        .map(|ok| if ok { EventType::LivenessPassed } else { EventType::LivenessFailed });
    document.into_iter().chain(liveness).collect()
}

/// The checks that a document has to pass to be one that is accepted.
const DOCUMENT: [Check; 4] =
    [Check::IsIdentityDocument, Check::DocumentReadable, Check::DocumentExpired, Check::SuspiciousWords];
