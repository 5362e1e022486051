//! Judges the findings of one submission and moves the verification on.

use bonafide_core::{
    decision::{Decision, Facts, decide},
    event::EventType,
    finding::{Check, Outcome},
    id::AssessmentId,
    verification::Action,
};
use bonafide_store::{assessments, findings, jobs::Job};
use serde_json::json;

use super::job::current;
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{JobKind, Work, finish},
        stored::Stored,
    },
    tuning::weights::weights_of,
    verifications::transition::apply_after,
};

pub(crate) const WORK: Work = Work::new(JobKind::Decide, |engine, job| Box::pin(run(engine, job)));

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    if let Some(mut record) = current(engine, &mut tx, job).await? {
        let id = record.row.id;
        let weights = weights_of(&mut tx, &record).await?;
        let findings = findings::list(&mut tx, job.organization, id).await?;
        let facts = Facts {
            document_type: record.document_type(),
            findings: &findings,
            attempt: record.private.attempt - record.private.failed_before.min(record.private.attempt),
        };
        let judged = decide(&record.policy(), &weights, &facts);
        let now = engine.now();
        let row = assessments::Assessment {
            id: AssessmentId::new(now, &*engine.entropy),
            organization: job.organization,
            verification: id,
            weights: record.row.weights,
            outcome: judged.decision.into(),
            score: judged.score,
            // Everything `decide` saw and said: enough to replay it.
            detail: json!(Stored {
                attempt: facts.attempt,
                document_type: facts.document_type,
                policy: record.policy(),
                assessment: judged.clone(),
                findings: findings.clone(),
                weights,
            }),
            created_at: now,
        };
        assessments::insert(&mut tx, job.organization, &row).await?;
        record.row.score = judged.score;
        let action = match judged.decision {
            Decision::Approve => Action::Approve,
            Decision::Decline => Action::Decline,
            Decision::Retry => Action::AskAgain,
            Decision::Review => Action::Refer,
            Decision::GiveUp => Action::GiveUp,
        };
        let detail = json!({"score": judged.score, "reasons": judged.reasons});
        let first = told(&facts, action);
        apply_after(engine, &mut tx, &mut record, action, ("engine", detail), &first).await?;
    }
    finish(engine, tx, job).await
}

/// What is emitted of the document and of the living person, once the findings decide; nothing where they are not assessed.
fn told(facts: &Facts<'_>, action: Action) -> Vec<EventType> {
    if !matches!(action, Action::Approve | Action::Decline) {
        return vec![];
    }
    let outcomes = |checks: &[Check]| -> Vec<Outcome> {
        facts.findings.iter().filter(|f| checks.contains(&f.check)).map(|f| f.outcome).collect()
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
