//! Steering what comes of a submission.

use bonafide_core::{
    finding::{Check, Code, Finding, Outcome},
    policy::Policy,
};
use bonafide_store::Tx;
use serde_json::{Map, Value};

use super::{
    clock::is_sandbox,
    scenarios::{CLEAR, SCENARIOS, STEPS},
    steering::{Steered, allowing, of_submission, reason},
};
use crate::base::{error::Result, jobs::JobKind, record::Record};

/// Told beside a finding that was steered.
const STEERED: &str = "steered by settings.sandbox";

/// What is asked of a submission that comes `after` those so far; nothing outside a sandbox.
async fn asked<'a>(tx: &mut Tx, record: &'a Record, after: u32) -> Result<Option<&'a Map<String, Value>>> {
    let private = &record.private;
    let submission = private.attempt.saturating_add(private.aborted).saturating_add(after);
    match of_submission(&private.settings, submission) {
        Some(asked) if is_sandbox(tx, record.row.organization).await? => Ok(Some(asked)),
        _ => Ok(None),
    }
}

/// Puts the findings that the session's scenarios name in the place of what a job found.
pub(crate) async fn steer(
    tx: &mut Tx,
    record: &Record,
    job: JobKind,
    mut findings: Vec<Finding>,
) -> Result<Vec<Finding>> {
    let Some(asked) = asked(tx, record, 0).await? else { return Ok(findings) };
    let chosen = SCENARIOS.iter().filter(|s| asked.get(s.step).is_some_and(|word| *word == s.word));
    for scenario in chosen {
        if scenario.word == CLEAR {
            let checks = STEPS.iter().find(|(step, _)| *step == scenario.step).map_or(&[][..], |(_, c)| c);
            for finding in findings.iter_mut().filter(|f| checks.contains(&f.check)) {
                *finding = Finding { side: finding.side, ..steered(finding.check, Outcome::Clear) };
            }
            continue;
        }
        for (check, outcome, code) in scenario.findings {
            let before = findings.len();
            let side = findings.iter().find(|f| f.check == *check).and_then(|f| f.side);
            findings.retain(|f| f.check != *check || f.side != side);
            if findings.len() < before || is_home(scenario.step, *check, job) {
                let steered = steered(*check, *outcome).because(code.clone(), STEERED);
                findings.push(Finding { side, ..steered });
            }
        }
    }
    if let Some((code, Steered::Retry(check, outcome) | Steered::Decline(check, outcome))) =
        reason(record.kind(), asked)
    {
        let before = findings.len();
        let side = findings.iter().find(|f| f.check == check).and_then(|f| f.side);
        findings.retain(|f| f.check != check);
        if findings.len() < before || comes_with(check).contains(&job) {
            // Without a score: this reason alone decides, and no weight beside it.
            let found = Finding::new(check, outcome).because(code, STEERED);
            findings.push(Finding { side, ..found });
        }
    }
    Ok(findings)
}

/// The policy that a submission is judged by: the verification's own, with what it is steered to.
pub(crate) async fn policy(tx: &mut Tx, record: &Record, attempt: u32) -> Result<Policy> {
    let policy = record.policy()?;
    let to = asked(tx, record, 0).await?.and_then(|asked| reason(record.kind(), asked)).map(|(_, to)| to);
    Ok(match to {
        Some(to) => allowing(policy, to, attempt),
        None => policy,
    })
}

/// Why the next submission is to end before it is handed in; none where it goes its way.
pub(crate) async fn aborted(tx: &mut Tx, record: &Record) -> Result<Option<Code>> {
    let asked = asked(tx, record, 1).await?.and_then(|asked| reason(record.kind(), asked));
    Ok(asked.filter(|(_, to)| *to == Steered::Abort).map(|(code, _)| code))
}

/// Whether a step's findings come with this job even where the pictures gave none.
fn is_home(step: &str, check: Check, job: JobKind) -> bool {
    match step {
        // A document's number is looked for together with the face.
        _ if check == Check::IdentityConflict => job == JobKind::MatchFaces,
        "document" | "screening" | "decision" => matches!(job, JobKind::ReadDocument | JobKind::ReadAddress),
        "face" => matches!(job, JobKind::MatchFaces | JobKind::MatchTemplate),
        "liveness" => job == JobKind::CheckLiveness,
        _ => false,
    }
}

/// The jobs that a check's finding comes with; of them one is done for a submission.
const fn comes_with(check: Check) -> &'static [JobKind] {
    match check {
        Check::ImageQuality
        | Check::IsIdentityDocument
        | Check::DocumentAsAsked
        | Check::DocumentReadable
        | Check::DocumentExpired
        | Check::DateConsistency
        | Check::RequiredFields
        | Check::SuspiciousWords
        | Check::ImageManipulation
        | Check::OnlineDuplication
        | Check::DocumentAccepted
        | Check::MinimumAge
        | Check::PortraitFound
        | Check::MrzCheckDigits
        | Check::DocumentSeal
        | Check::DocumentNumberCrosscheck
        | Check::NameCrosscheck
        | Check::AddressCrosscheck
        | Check::BirthDateCrosscheck
        | Check::Sanctions
        | Check::Location => &[JobKind::ReadDocument, JobKind::ReadAddress],
        Check::FaceQuality
        | Check::FaceMatch
        | Check::SelfieSource
        | Check::KnownFace
        | Check::IdentityConflict
        | Check::BlockList
        | Check::AgeEstimate
        | Check::GenderEstimate
        | Check::Activity => &[JobKind::MatchFaces, JobKind::MatchTemplate],
        Check::PassiveLiveness | Check::ActiveLiveness => &[JobKind::CheckLiveness],
        Check::Registry => &[JobKind::AskRegistry],
        Check::Declaration | Check::DeclaredRisk | Check::RelatedScreening => &[JobKind::CheckSteps],
    }
}

fn steered(check: Check, outcome: Outcome) -> Finding {
    let score = match outcome {
        Outcome::Clear => Some(1.0),
        Outcome::Consider | Outcome::Fail => Some(0.0),
        Outcome::NotAssessed => None,
    };
    Finding { score, threshold: score.map(|_| 0.5), ..Finding::new(check, outcome) }
}
