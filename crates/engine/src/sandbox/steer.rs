//! Steering what the checks found.

use bonafide_core::finding::{Check, Finding, Outcome};
use bonafide_store::Tx;
use serde_json::Value;

use super::{
    clock::is_sandbox,
    scenarios::{CLEAR, SCENARIOS, STEPS},
};
use crate::base::{error::Result, jobs::JobKind, record::Record};

/// Puts the findings that the session's scenarios name in the place of what a job found.
pub(crate) async fn steer(
    tx: &mut Tx,
    record: &Record,
    job: JobKind,
    mut findings: Vec<Finding>,
) -> Result<Vec<Finding>> {
    let Some(asked) = record.private.settings.get("sandbox").and_then(Value::as_object) else {
        return Ok(findings);
    };
    if !is_sandbox(tx, record.row.organization).await? {
        return Ok(findings);
    }
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
                let steered = steered(*check, *outcome).because(code.clone(), "steered by settings.sandbox");
                findings.push(Finding { side, ..steered });
            }
        }
    }
    Ok(findings)
}

/// Whether a step's findings come with this job even where the pictures gave none.
fn is_home(step: &str, check: Check, job: JobKind) -> bool {
    match step {
        // A document's number is looked for together with the face.
        _ if check == Check::IdentityConflict => job == JobKind::MatchFaces,
        "document" | "screening" | "decision" => job == JobKind::ReadDocument,
        "face" => matches!(job, JobKind::MatchFaces | JobKind::MatchTemplate),
        "liveness" => job == JobKind::CheckLiveness,
        _ => false,
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
