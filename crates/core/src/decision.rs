//! From findings to a decision: one pure function, so that a stored decision can be replayed.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    document::{DocumentType, Side},
    finding::{Check, Code, Finding, Outcome, Reason},
    policy::{Consequence, Exhausted, LivenessMode, Policy},
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
    let stopped = !stops.is_empty();
    match score {
        _ if !policy.scored => {}
        None => {
            stops.push((Decision::Review, Reason::new(Code::NoScore, "no weighted signal could be assessed")))
        }
        Some(score) if score < threshold => stops.push((
            match policy.below_tolerance {
                Consequence::Decline => Decision::Decline,
                Consequence::Review => Decision::Review,
            },
            Reason::new(Code::ScoreBelowTolerance, format!("the score {score:.3} is below {threshold:.3}")),
        )),
        Some(_) => {}
    }
    if !stopped && stops.is_empty() {
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
    let mut required = policy.required.clone();
    if policy.liveness_mode == LivenessMode::PassiveActive {
        required.push(Check::ActiveLiveness);
    }
    for check in &required {
        if !facts.findings.iter().any(|f| f.check == *check) {
            stops.push((Decision::Review, Reason::new(Code::NotAssessed(*check), "the check did not run")));
        }
    }
    for finding in facts.findings {
        // What is required of a document is required of its front; a back may carry little to judge by.
        let must = required.contains(&finding.check) && finding.side != Some(Side::Back);
        let capture = finding.reasons.iter().any(|r| r.code.is_capture());
        let to = match finding.outcome {
            Outcome::Clear => continue,
            Outcome::NotAssessed if !must => continue,
            Outcome::NotAssessed if capture => Decision::Retry,
            Outcome::NotAssessed => Decision::Review,
            // A hint about picture quality alone stops nobody: if the picture was good enough to read
            // and to match, it was good enough.
            Outcome::Consider if matches!(finding.check, Check::ImageQuality | Check::FaceQuality) => {
                continue;
            }
            // A name like one on a list is nothing a weight may outvote.
            Outcome::Consider if finding.check == Check::Sanctions => Decision::Review,
            Outcome::Consider if must && capture => Decision::Retry,
            Outcome::Consider if must => Decision::Review,
            Outcome::Consider => continue,
            Outcome::Fail if capture => Decision::Retry,
            Outcome::Fail if finding.check == Check::RequiredFields && poor_picture(facts) => Decision::Retry,
            Outcome::Fail => match policy.consequence(finding.check) {
                Consequence::Decline => Decision::Decline,
                Consequence::Review if must || policy.on_fail.iter().any(|(c, _)| *c == finding.check) => {
                    Decision::Review
                }
                // Weak signals (wording, image integrity, cross-checks) count through their weight.
                Consequence::Review => continue,
            },
        };
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
            .filter_map(|f| f.score)
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
        let value = value?.clamp(0.0, 1.0);
        (weight > 0.0).then(|| Signal { weight_name: name.to_owned(), weight, value })
    })
    .collect()
}

fn score(signals: &[Signal]) -> Option<f64> {
    let total: f64 = signals.iter().map(|s| s.weight).sum();
    (total > 0.0).then(|| signals.iter().map(|s| s.weight * s.value).sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear(check: Check) -> Finding {
        Finding::scored(check, 1.0, 0.5, Outcome::Fail)
    }

    fn good() -> Vec<Finding> {
        let checks = [
            Check::IsIdentityDocument,
            Check::DocumentReadable,
            Check::RequiredFields,
            Check::FaceMatch,
            Check::SelfieSource,
            Check::PassiveLiveness,
            Check::SuspiciousWords,
            Check::NameCrosscheck,
        ];
        checks.into_iter().map(clear).collect()
    }

    fn judge(findings: &[Finding]) -> Assessment {
        judge_with(&Policy::default(), findings, 1)
    }

    fn judge_with(policy: &Policy, findings: &[Finding], attempt: u32) -> Assessment {
        let facts = Facts { document_type: DocumentType::Passport, findings, attempt };
        decide(policy, &Weights::default(), &facts)
    }

    fn with(check: Check, change: impl FnOnce(&mut Finding)) -> Vec<Finding> {
        let mut findings = good();
        if !findings.iter().any(|f| f.check == check) {
            findings.push(clear(check));
        }
        change(findings.iter_mut().find(|f| f.check == check).unwrap());
        findings
    }

    #[test]
    fn all_clear_is_approved() {
        let a = judge(&good());
        assert_eq!((a.decision, a.score, a.reasons.len()), (Decision::Approve, Some(1.0), 0));
    }

    #[test]
    fn each_failed_check_and_its_consequence() {
        let cases = [
            (Check::FaceMatch, Decision::Decline),
            (Check::SelfieSource, Decision::Decline),
            (Check::PassiveLiveness, Decision::Decline),
            (Check::IsIdentityDocument, Decision::Decline),
            (Check::DocumentExpired, Decision::Decline),
            (Check::DocumentReadable, Decision::Review),
            (Check::RequiredFields, Decision::Review),
            (Check::Sanctions, Decision::Review),
            (Check::ImageManipulation, Decision::Approve),
        ];
        for (check, expected) in cases {
            let a = judge(&with(check, |f| f.outcome = Outcome::Fail));
            assert_eq!(a.decision, expected, "{check:?}");
            assert_eq!(a.reasons.is_empty(), expected == Decision::Approve, "{check:?}");
        }
    }

    #[test]
    fn a_required_check_that_did_not_run_never_approves() {
        for check in Policy::default().required {
            let absent: Vec<_> = good().into_iter().filter(|f| f.check != check).collect();
            assert_eq!(judge(&absent).decision, Decision::Review, "{check:?} absent");
            let unsure = with(check, |f| *f = Finding::not_assessed(check, Code::ModelMissing, "no model"));
            assert_eq!(judge(&unsure).decision, Decision::Review, "{check:?} not assessed");
        }
    }

    #[test]
    fn a_poor_picture_is_asked_for_again_until_attempts_run_out() {
        let findings = with(Check::PassiveLiveness, |f| {
            *f = Finding::not_assessed(f.check, Code::FaceTooDark, "more light")
        });
        assert_eq!(judge(&findings).decision, Decision::Retry);
        assert_eq!(judge_with(&Policy::default(), &findings, 3).decision, Decision::Review);
        let blocking = Policy { exhausted: Exhausted::Block, ..Policy::default() };
        assert_eq!(judge_with(&blocking, &findings, 2).decision, Decision::Retry);
        let given_up = judge_with(&blocking, &findings, 3);
        assert_eq!(
            (given_up.decision, &given_up.reasons[0].code),
            (Decision::GiveUp, &Code::NotAssessed(Check::PassiveLiveness))
        );
        let reasons = judge(&findings).reasons;
        assert!(reasons.iter().any(|r| r.code == Code::FaceTooDark && r.detail == "more light"));
    }

    #[test]
    fn a_decision_stored_under_a_vendors_names_is_made_again_the_same() {
        let judged = judge(&good());
        let text = serde_json::to_string(&judged).unwrap();
        let stored = text.replace("passport_agreement_weight", "passport_fuzzy_match_weight");
        assert_ne!(stored, text);
        assert_eq!(serde_json::from_str::<Assessment>(&stored).unwrap(), judged);
    }

    #[test]
    fn a_decline_is_not_hidden_by_a_retry() {
        let mut findings = with(Check::FaceMatch, |f| f.outcome = Outcome::Fail);
        findings.push(
            Finding::new(Check::DocumentReadable, Outcome::Fail).because(Code::TooBlurry, "hold still"),
        );
        assert_eq!(judge(&findings).decision, Decision::Decline);
    }

    #[test]
    fn a_plain_back_stops_nobody_but_a_wrong_one_does() {
        let mut findings = good();
        findings.push(Finding::scored(Check::IsIdentityDocument, 0.4, 0.5, Outcome::Consider).on(Side::Back));
        assert_eq!(judge(&findings).decision, Decision::Approve);
        findings.push(Finding::new(Check::IsIdentityDocument, Outcome::Fail).on(Side::Back));
        assert_eq!(judge(&findings).decision, Decision::Decline);
    }

    #[test]
    fn active_liveness_is_required_when_asked_for() {
        let policy = Policy { liveness_mode: LivenessMode::PassiveActive, ..Policy::default() };
        assert_eq!(judge_with(&policy, &good(), 1).decision, Decision::Review);
        let mut findings = good();
        findings.push(clear(Check::ActiveLiveness));
        assert_eq!(judge_with(&policy, &findings, 1).decision, Decision::Approve);
    }

    #[test]
    fn somebody_known_needs_no_score_but_every_check() {
        let policy = Policy::authentication(LivenessMode::Passive);
        let good = [clear(Check::FaceMatch), clear(Check::PassiveLiveness)];
        assert_eq!(judge_with(&policy, &good, 1).decision, Decision::Approve);
        let other = [Finding::new(Check::FaceMatch, Outcome::Fail), clear(Check::PassiveLiveness)];
        assert_eq!(judge_with(&policy, &other, 1).decision, Decision::Decline);
        assert_eq!(judge_with(&policy, &good[..1], 1).decision, Decision::Review);
    }

    #[test]
    fn no_signal_no_approval() {
        let findings: Vec<_> = good()
            .into_iter()
            .map(|mut f| {
                f.score = None;
                f
            })
            .collect();
        let a = judge(&findings);
        assert_eq!((a.decision, a.score), (Decision::Review, None));
    }

    #[test]
    fn a_low_score_follows_the_policy() {
        let mut findings = with(Check::SuspiciousWords, |f| f.score = Some(0.0));
        findings.iter_mut().find(|f| f.check == Check::NameCrosscheck).unwrap().score = Some(0.3);
        assert_eq!(judge(&findings).decision, Decision::Review);
        let policy = Policy { below_tolerance: Consequence::Decline, ..Policy::default() };
        assert_eq!(judge_with(&policy, &findings, 1).decision, Decision::Decline);
    }

    proptest::proptest! {
        /// Whatever the findings are, an approval means: nothing required is missing, failed or unsure.
        #[test]
        fn nothing_fails_open(outcomes in proptest::collection::vec(0u8..5, 8), scores in proptest::collection::vec(0.0f64..1.0, 8)) {
            let findings: Vec<Finding> = good().into_iter().zip(outcomes.iter().zip(&scores)).filter_map(|(mut f, (o, s))| {
                f.score = Some(*s);
                f.outcome = match o { 0 => Outcome::Clear, 1 => Outcome::Consider, 2 => Outcome::Fail, 3 => Outcome::NotAssessed, _ => return None };
                Some(f)
            }).collect();
            let a = judge(&findings);
            let sound = Policy::default().required.iter().all(|c| findings.iter().any(|f| f.check == *c && f.outcome == Outcome::Clear));
            if a.decision == Decision::Approve {
                proptest::prop_assert!(sound && a.score >= Some(a.threshold));
            }
            proptest::prop_assert_eq!(a.decision == Decision::Approve, a.reasons.is_empty());
        }
    }
}
