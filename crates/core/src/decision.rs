//! From findings to a decision: one pure function, so that a stored decision can be replayed.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    document::DocumentType,
    finding::{Check, Code, Finding, Outcome, Reason, reaches, sound},
    policy::{Consequence, Exhausted, Policy},
    weights::{Weights, name_of_today},
    words::words,
};

words! {
    pub enum Decision {
        Approve = "approve",
        Decline = "decline",
        /// The evidence was not good enough: ask the person again.
        Retry = "retry",
        /// Ask a human.
        Review = "review",
        /// The attempts are used up: the person has to wait.
        GiveUp = "give_up",
    }
}

/// One number that speaks for (1) or against (0) the person, and how much it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// The field of [`Weights`] that gave the weight.
    #[serde(deserialize_with = "weight_name")]
    pub weight_name: String,
    pub weight: f64,
    pub value: f64,
}

/// Decisions that were stored before the knobs got names of their own are still made again to the last bit.
fn weight_name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(name_of_today(&String::deserialize(from)?).to_owned())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    pub decision: Decision,
    /// Σ weight·value / Σ weight over the signals that are present; absent when none is.
    pub score: Option<f64>,
    /// The score was compared with this.
    pub threshold: f64,
    pub signals: Vec<Signal>,
    /// Why the decision is not an approval, the gravest first; empty for an approval.
    pub reasons: Vec<Reason>,
}

/// The facts of one submission.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub document_type: DocumentType,
    pub findings: &'a [Finding],
    /// Submissions so far, this one included.
    pub attempt: u32,
}

/// Judges one submission.
///
/// The order of gravity is decline, review, retry, approve: a hard stop decides whatever the score is,
/// and a check that was required but could not run never leads to an approval.
pub fn decide(policy: &Policy, weights: &Weights, facts: &Facts<'_>) -> Assessment {
    let signals = signals(weights, facts);
    let score = score(&signals);
    let threshold = weights.score_tolerance;
    let mut stops = hard_stops(policy, facts);
    if !weights.problems().is_empty() {
        let detail = "a weight or a tolerance is outside of its range";
        stops.push((Decision::Review, Reason::new(Code::NoScore, detail)));
    }
    match score {
        _ if !policy.scored => {}
        None => {
            stops.push((Decision::Review, Reason::new(Code::NoScore, "no weighted signal could be assessed")))
        }
        Some(score) if !reaches(score, threshold) => stops.push((
            match policy.below_tolerance {
                Consequence::Decline => Decision::Decline,
                Consequence::Review => Decision::Review,
                Consequence::Retry => Decision::Retry,
            },
            Reason::new(Code::ScoreBelowTolerance, format!("the score {score:.3} is below {threshold:.3}")),
        )),
        Some(_) => {}
    }
    if stops.is_empty() {
        return Assessment { decision: Decision::Approve, score, threshold, signals, reasons: vec![] };
    }
    // A poor picture explains other failures, so asking again comes before bothering a human; a failed
    // hard check stays a failed check however poor the other picture was.
    let has = |d| stops.iter().any(|(stop, _)| *stop == d);
    let decision = if has(Decision::Decline) {
        Decision::Decline
    } else if has(Decision::Retry) && facts.attempt < policy.max_attempts {
        Decision::Retry
    } else if has(Decision::Retry) && policy.exhausted == Exhausted::Block {
        Decision::GiveUp
    } else {
        Decision::Review
    };
    let told = if decision == Decision::GiveUp { Decision::Retry } else { decision };
    stops.sort_by_key(|(stop, _)| (*stop != told, *stop as u8));
    let mut reasons: Vec<Reason> = vec![];
    for (_, reason) in stops {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Assessment { decision, score, threshold, signals, reasons }
}

/// Everything that forbids an approval whatever the score is.
fn hard_stops(policy: &Policy, facts: &Facts<'_>) -> Vec<(Decision, Reason)> {
    let mut stops = vec![];
    for check in policy.needed() {
        if !facts.findings.iter().any(|f| f.check == check) {
            stops.push((Decision::Review, Reason::new(Code::NotAssessed(check), "the check did not run")));
        }
    }
    for finding in facts.findings {
        let Some(to) = leads_to(policy, finding, facts) else { continue };
        let code = match finding.outcome {
            Outcome::Fail => Code::Failed,
            Outcome::Consider => Code::Unsure,
            Outcome::NotAssessed | Outcome::Clear => Code::NotAssessed,
        };
        stops.push((to, Reason::new(code(finding.check), detail(finding))));
        stops.extend(finding.reasons.iter().map(|r| (to, r.clone())));
    }
    stops
}

/// What one finding leads to, whatever the score is. `None`: it stops nobody, and counts through its weight where it has
/// one. That is so of
///
/// - what is clear;
/// - what could not be assessed and is not needed;
/// - quality of a picture that was good enough to read and to match;
/// - a doubt or failure of a check that the policy neither needs nor names in `on_consider` or `on_fail`.
///
/// Everything else has its consequence: to be asked again where better pictures can mend it, else the policy's.
fn leads_to(policy: &Policy, finding: &Finding, facts: &Facts<'_>) -> Option<Decision> {
    let (check, side) = (finding.check, finding.side);
    let mends = finding.reasons.iter().any(|r| r.code.is_capture());
    let to = match finding.outcome {
        Outcome::Clear => None,
        Outcome::NotAssessed => {
            let listless = finding.reasons.iter().any(|r| r.code == Code::NoLists);
            let once = policy.screening.once_imported && !listless;
            let screened = match check {
                Check::Sanctions => once,
                // Is there where a name was given, and then the rule for the person's own is its own.
                Check::RelatedScreening => once || policy.screening.required,
                _ => false,
            };
            let needed = policy.needs(check, side) && !policy.excuses(finding);
            // Nobody is declined for what could not run; who is asked again anyway is so here too.
            let again = policy.on_failure(check, side).filter(|to| *to == Consequence::Retry);
            (needed || screened).then_some(again.unwrap_or(Consequence::Review))
        }
        Outcome::Consider if matches!(check, Check::ImageQuality | Check::FaceQuality) => None,
        Outcome::Consider => policy.on_doubt(check, side),
        // A poor picture is no reason to think worse of its owner.
        Outcome::Fail if mends => Some(Consequence::Review),
        Outcome::Fail if check == Check::RequiredFields && poor_picture(facts) => {
            return Some(Decision::Retry);
        }
        Outcome::Fail => policy.on_failure(check, side),
    };
    Some(match to? {
        _ if mends => Decision::Retry,
        Consequence::Decline => Decision::Decline,
        Consequence::Review => Decision::Review,
        Consequence::Retry => Decision::Retry,
    })
}

fn poor_picture(facts: &Facts<'_>) -> bool {
    facts.findings.iter().any(|f| f.check == Check::ImageQuality && f.outcome != Outcome::Clear)
}

fn detail(finding: &Finding) -> String {
    match (finding.score, finding.threshold) {
        (Some(score), Some(threshold)) => format!("scored {score:.3}, needs {threshold:.3}"),
        _ => "see the finding".to_owned(),
    }
}

fn signals(weights: &Weights, facts: &Facts<'_>) -> Vec<Signal> {
    let (agreement_name, agreement_weight) = match facts.document_type {
        DocumentType::DriverLicense => {
            ("driver_license_agreement_weight", weights.driver_license_agreement_weight)
        }
        DocumentType::Passport | DocumentType::Visa => {
            ("passport_agreement_weight", weights.passport_agreement_weight)
        }
        DocumentType::PassportCard => {
            ("passport_card_agreement_weight", weights.passport_card_agreement_weight)
        }
        DocumentType::IdentificationCard
        | DocumentType::ResidencePermit
        | DocumentType::Other
        | DocumentType::Unknown => {
            ("identification_card_agreement_weight", weights.identification_card_agreement_weight)
        }
    };
    let crosschecks = [
        Check::DocumentNumberCrosscheck,
        Check::NameCrosscheck,
        Check::BirthDateCrosscheck,
        Check::AddressCrosscheck,
    ];
    let of = |checks: &[Check]| {
        let scores: Vec<f64> = facts
            .findings
            .iter()
            .filter(|f| checks.contains(&f.check) && f.outcome != Outcome::NotAssessed)
            .filter_map(|f| f.score.map(sound))
            .collect();
        (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64)
    };
    [
        (agreement_name, agreement_weight, of(&crosschecks)),
        ("sanctions_weight", weights.sanctions_weight, of(&[Check::Sanctions])),
        ("suspicious_words_weight", weights.suspicious_words_weight, of(&[Check::SuspiciousWords])),
        ("image_manipulation_weight", weights.image_manipulation_weight, of(&[Check::ImageManipulation])),
        ("online_duplication_weight", weights.online_duplication_weight, of(&[Check::OnlineDuplication])),
        (
            "is_identity_document_weight",
            weights.is_identity_document_weight,
            of(&[Check::IsIdentityDocument]),
        ),
        ("registry_weight", weights.registry_weight, of(&[Check::Registry])),
        ("age_weight", weights.age_weight, of(&[Check::AgeEstimate])),
        ("gender_weight", weights.gender_weight, of(&[Check::GenderEstimate])),
    ]
    .into_iter()
    .filter_map(|(name, weight, value)| {
        let value = value?;
        (weight > 0.0).then(|| Signal { weight_name: name.to_owned(), weight, value })
    })
    .collect()
}

fn score(signals: &[Signal]) -> Option<f64> {
    let total: f64 = signals.iter().map(|s| s.weight).sum();
    (total > 0.0).then(|| signals.iter().map(|s| s.weight * s.value).sum::<f64>() / total)
}

#[cfg(test)]
mod tests;
