//! Judges the findings of one submission and moves the verification on.

use bonafide_core::{
    decision::{Assessment, Decision, Facts, decide},
    event::EventType,
    finding::{Check, Code, Finding, Outcome, Reason},
    id::{AssessmentId, VerificationId},
    live::live,
    verification::{Action, Kind},
};
use bonafide_store::{Tx, assessments, findings, jobs::Job, organizations};
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
    identities::{person::is_known, resolve::look_ahead},
    sandbox::steer,
    tuning::weights::weights_of,
    verifications::transition::{apply, apply_after},
};

pub(crate) const WORK: Work = Work {
    kind: JobKind::Decide,
    run: |engine, job| Box::pin(run(engine, job)),
    give_up: |engine, tx, job| Box::pin(give_up(engine, tx, job)),
};

async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let _ahead = look_ahead(engine, job.organization, VerificationId::from_uuid(job.subject)).await?;
    let mut tx = engine.db().begin().await?;
    let mut screened = None;
    if let Some(mut record) = current(engine, &mut tx, job).await? {
        let judged = judge(&mut tx, &record).await?;
        let action = match judged.assessment.decision {
            Decision::Approve => Action::Approve,
            Decision::Decline => Action::Decline,
            Decision::Retry => Action::AskAgain,
            Decision::Review => Action::Refer,
            Decision::GiveUp => Action::GiveUp,
        };
        let action = match record.row.identity {
            // Until the end of this nobody forgets the identity.
            Some(identity) if record.kind() == Kind::FaceAuthentication && action == Action::Approve => {
                organizations::hold(&mut tx, job.organization).await?;
                if is_known(&mut tx, job.organization, identity).await? { action } else { Action::Cancel }
            }
            _ => action,
        };
        let first = told(&judged.findings, action);
        let detail = keep(engine, &mut tx, &mut record, judged).await?;
        apply_after(engine, &mut tx, &mut record, action, ("engine", detail), &first).await?;
        screened = Some(record).filter(|record| record.kind() == Kind::IdentityVerification);
    }
    finish(engine, tx, job).await?;
    if let Some(record) = screened {
        engine.screening.was_decided(record.private.screened.as_ref().map_or(&[], |s| &s.lists));
    }
    Ok(())
}

/// No decision could be made: a human has to.
pub(crate) async fn give_up(engine: &Engine, tx: &mut Tx, job: &Job) -> Result<()> {
    let Some(mut record) = current(engine, tx, job).await? else { return Ok(()) };
    // What cannot be read may be what was in the way.
    let weights = weights_of(tx, &record).await.unwrap_or_default();
    let findings = findings::list(tx, record.row.organization, record.row.id).await.unwrap_or_default();
    let why = Reason::new(Code::CheckFailed, "no decision could be made; a human has to look");
    let assessment = Assessment {
        decision: Decision::Review,
        score: None,
        threshold: weights.score_tolerance,
        signals: vec![],
        reasons: vec![why],
    };
    let judged = Stored {
        assessment,
        findings,
        weights,
        policy: record.policy().unwrap_or_default(),
        attempt: attempt(&record),
        document_type: record.document_type(),
        given_up: true,
    };
    let detail = keep(engine, tx, &mut record, judged).await?;
    apply(engine, tx, &mut record, Action::Refer, "worker", detail).await
}

/// Submissions that count, this one included.
fn attempt(record: &Record) -> u32 {
    record.private.attempt.saturating_sub(record.private.failed_before)
}

/// Judges what was found of a verification, as things are now.
pub(crate) async fn judge(tx: &mut Tx, record: &Record) -> Result<Stored> {
    let weights = weights_of(tx, record).await?;
    let findings = findings::list(tx, record.row.organization, record.row.id).await?;
    let facts =
        Facts { document_type: record.document_type(), findings: &findings, attempt: attempt(record) };
    let policy = steer::policy(tx, record, facts.attempt).await?;
    let assessment = decide(&policy, &weights, &facts);
    let (attempt, document_type) = (facts.attempt, facts.document_type);
    Ok(Stored { assessment, findings, weights, policy, attempt, document_type, given_up: false })
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
    let document = document_accepted(findings, action == Action::Decline)
        .map(|is| if is { EventType::DocumentAccepted } else { EventType::DocumentRejected });
    let liveness =
        live(findings).map(|is| if is { EventType::LivenessPassed } else { EventType::LivenessFailed });
    document.into_iter().chain(liveness).collect()
}

/// Whether the document is one that is accepted, by every finding that speaks of it; `None` where that is not known.
pub(crate) fn document_accepted(findings: &[Finding], declined: bool) -> Option<bool> {
    let outcomes = |wanted: &dyn Fn(Check) -> bool| -> Vec<Outcome> {
        findings.iter().filter(|f| wanted(f.check)).map(|f| f.outcome).collect()
    };
    let needed = outcomes(&|check| NEEDED.contains(&check));
    let failed = |outcomes: &[Outcome]| outcomes.contains(&Outcome::Fail);
    // What only counts by its weight rejects no document of somebody who is approved, and lets none pass as clear.
    let failed_elsewhere = failed(&outcomes(&is_of_document));
    if failed(&needed) || failed_elsewhere && declined {
        return Some(false);
    }
    let clear = !needed.is_empty() && needed.iter().all(|o| *o == Outcome::Clear) && !failed_elsewhere;
    clear.then_some(true)
}

/// The checks that a document has to pass to be one that is accepted.
const NEEDED: [Check; 4] =
    [Check::IsIdentityDocument, Check::DocumentReadable, Check::DocumentExpired, Check::SuspiciousWords];

/// Whether a check speaks of the document.
const fn is_of_document(check: Check) -> bool {
    match check {
        Check::IsIdentityDocument
        | Check::DocumentAsAsked
        | Check::DocumentReadable
        | Check::DocumentExpired
        | Check::DateConsistency
        | Check::RequiredFields
        | Check::SuspiciousWords
        | Check::ImageManipulation
        | Check::OnlineDuplication
        | Check::DocumentAccepted
        | Check::IdentityConflict
        | Check::BlockList
        | Check::PortraitFound
        | Check::MrzCheckDigits
        | Check::DocumentSeal
        | Check::DocumentNumberCrosscheck
        | Check::NameCrosscheck
        | Check::AddressCrosscheck
        | Check::BirthDateCrosscheck
        | Check::Registry => true,
        Check::ImageQuality
        | Check::MinimumAge
        | Check::FaceQuality
        | Check::FaceMatch
        | Check::SelfieSource
        | Check::KnownFace
        | Check::AgeEstimate
        | Check::GenderEstimate
        | Check::PassiveLiveness
        | Check::ActiveLiveness
        | Check::Sanctions
        | Check::Location
        | Check::Activity
        | Check::Declaration
        | Check::DeclaredRisk
        | Check::RelatedScreening => false,
    }
}

#[cfg(test)]
mod tests {
    use bonafide_core::finding::Code;

    use super::*;

    fn findings(others: &[(Check, Outcome)]) -> Vec<Finding> {
        let clear = NEEDED.into_iter().chain([Check::PassiveLiveness]).map(|check| (check, Outcome::Clear));
        clear.chain(others.iter().copied()).map(|(check, outcome)| Finding::new(check, outcome)).collect()
    }

    #[test]
    fn what_is_told_speaks_of_every_finding() {
        use EventType::{DocumentAccepted, DocumentRejected, LivenessFailed, LivenessPassed};
        use Outcome::{Consider, Fail};
        for (others, action, expected) in [
            (vec![], Action::Approve, vec![DocumentAccepted, LivenessPassed]),
            (vec![(Check::ImageManipulation, Fail)], Action::Approve, vec![LivenessPassed]),
            (vec![(Check::MrzCheckDigits, Fail)], Action::Decline, vec![DocumentRejected, LivenessPassed]),
            (
                vec![(Check::OnlineDuplication, Consider)],
                Action::Approve,
                vec![DocumentAccepted, LivenessPassed],
            ),
            (vec![(Check::FaceMatch, Fail)], Action::Decline, vec![DocumentAccepted, LivenessPassed]),
            (vec![(Check::ActiveLiveness, Fail)], Action::Decline, vec![DocumentAccepted, LivenessFailed]),
            (vec![(Check::SelfieSource, Fail)], Action::Decline, vec![DocumentAccepted, LivenessFailed]),
            (vec![(Check::DocumentExpired, Fail)], Action::Decline, vec![DocumentRejected, LivenessPassed]),
            (vec![(Check::SelfieSource, Fail)], Action::Refer, vec![]),
        ] {
            assert_eq!(told(&findings(&others), action), expected, "{others:?}");
        }
        // A capture that came before shows nobody alive today, and is no attack where that is only told.
        let replay =
            Finding::not_assessed(Check::ActiveLiveness, Code::NotAsked, "").because(Code::Replayed, "");
        let all: Vec<Finding> = findings(&[]).into_iter().chain([replay]).collect();
        assert_eq!(told(&all, Action::Approve), [DocumentAccepted]);
        assert!(told(&[], Action::Decline).is_empty());
    }
}
