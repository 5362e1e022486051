use super::*;
use crate::{document::Side, policy::LivenessMode};

fn clear(check: Check) -> Finding {
    Finding::scored(check, 1.0, 0.5, Outcome::Fail)
}

fn good() -> Vec<Finding> {
    let checks = [
        Check::IsIdentityDocument,
        Check::DocumentReadable,
        Check::RequiredFields,
        Check::DocumentExpired,
        Check::FaceMatch,
        Check::SelfieSource,
        Check::PassiveLiveness,
        Check::SuspiciousWords,
        Check::NameCrosscheck,
        Check::MinimumAge,
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
        (Check::MinimumAge, Decision::Review),
        (Check::DocumentAccepted, Decision::Decline),
        (Check::IdentityConflict, Decision::Review),
        (Check::BlockList, Decision::Decline),
        (Check::KnownFace, Decision::Decline),
        (Check::OnlineDuplication, Decision::Review),
        (Check::Activity, Decision::Review),
    ];
    for (check, expected) in cases {
        let a = judge(&with(check, |f| f.outcome = Outcome::Fail));
        assert_eq!(a.decision, expected, "{check:?}");
        assert_eq!(a.reasons.is_empty(), expected == Decision::Approve, "{check:?}");
    }
}

#[test]
fn a_doubt_that_the_policy_names_has_its_consequence_whatever_the_score_is() {
    for check in Check::ALL {
        let judged =
            |policy: &Policy| judge_with(policy, &with(check, |f| f.outcome = Outcome::Consider), 1).decision;
        let standard = Policy::default();
        let quality = matches!(check, Check::ImageQuality | Check::FaceQuality);
        let named = standard.on_consider.iter().any(|(c, _)| *c == check) || standard.needs(check, None);
        let expected = if named { Decision::Review } else { Decision::Approve };
        assert_eq!(judged(&standard), expected, "{check}");
        let on_consider = vec![(check, Consequence::Decline)];
        let expected = match check {
            _ if quality => Decision::Approve,
            Check::Activity => Decision::Review,
            _ => Decision::Decline,
        };
        assert_eq!(judged(&Policy { on_consider, ..standard }), expected, "{check}");
    }
}

#[test]
fn a_policy_may_ask_again_until_the_attempts_are_used_up() {
    let asks = |check| Policy {
        on_fail: vec![(check, Consequence::Retry)],
        on_consider: vec![(check, Consequence::Retry)],
        ..Policy::default()
    };
    let check = Check::ImageManipulation;
    for outcome in [Outcome::Fail, Outcome::Consider] {
        let findings = with(check, |f| f.outcome = outcome);
        let judged = |attempt| judge_with(&asks(check), &findings, attempt).decision;
        assert_eq!(judged(1), Decision::Retry, "{outcome}");
        assert_eq!(judged(asks(check).max_attempts), Decision::Review, "{outcome}");
    }
    // What could not run is for a human, but where the policy asks again anyway.
    let check = Check::FaceMatch;
    let findings = with(check, |f| f.outcome = Outcome::NotAssessed);
    assert_eq!(judge(&findings).decision, Decision::Review);
    assert_eq!(judge_with(&asks(check), &findings, 1).decision, Decision::Retry);
    let decline = Policy { on_fail: vec![(check, Consequence::Decline)], ..Policy::default() };
    assert_eq!(judge_with(&decline, &findings, 1).decision, Decision::Review);
}

#[test]
fn a_policy_that_was_stored_before_doubts_had_consequences_decides_as_it_did() {
    let mut stored = serde_json::to_value(Policy::default()).unwrap();
    let fields = stored.as_object_mut().unwrap();
    fields.retain(|field, _| {
        !matches!(field.as_str(), "on_consider" | "accepted" | "minimum_age" | "screening" | "activity")
    });
    fields["on_fail"] = serde_json::json!([["face_match", "decline"], ["known_face", "decline"]]);
    let old: Policy = serde_json::from_value(stored).unwrap();
    for check in [Check::KnownFace, Check::DocumentAsAsked, Check::OnlineDuplication, Check::DateConsistency]
    {
        let findings = with(check, |f| f.outcome = Outcome::Consider);
        assert_eq!(judge_with(&old, &findings, 1).decision, Decision::Approve, "{check}");
    }
    let findings: Vec<_> = good().into_iter().filter(|f| f.check != Check::MinimumAge).collect();
    assert_eq!(judge_with(&old, &findings, 1).decision, Decision::Approve);
}

#[test]
fn who_asks_for_screening_gets_nobody_approved_without_lists() {
    let with_lists =
        |code| with(Check::Sanctions, |f| *f = Finding::not_assessed(f.check, code, "no search"));
    let mut policy = Policy::default();
    assert_eq!(judge_with(&policy, &with_lists(Code::NoLists), 1).decision, Decision::Approve);
    for told in [Code::ListsStale, Code::ListsDamaged, Code::NoName] {
        assert_eq!(judge_with(&policy, &with_lists(told), 1).decision, Decision::Review);
    }
    policy.screening.required = true;
    assert_eq!(judge_with(&policy, &with_lists(Code::NoLists), 1).decision, Decision::Review);
    assert_eq!(judge_with(&policy, &good(), 1).decision, Decision::Review, "nobody looked");
    policy.screening = crate::policy::ScreeningRule::default();
    assert_eq!(judge_with(&policy, &with_lists(Code::ListsStale), 1).decision, Decision::Approve);
}

#[test]
fn a_back_that_is_missing_is_asked_for_and_never_approved() {
    let mut findings = good();
    findings.push(
        Finding::new(Check::DocumentAsAsked, Outcome::Fail)
            .on(Side::Back)
            .because(Code::BackNotCaptured, "turn it over"),
    );
    assert_eq!(judge(&findings).decision, Decision::Retry);
    assert_eq!(judge_with(&Policy::default(), &findings, 3).decision, Decision::Review);
}

#[test]
fn requirement_15_a_required_check_that_did_not_run_never_approves() {
    for check in Policy::default().needed() {
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
    findings
        .push(Finding::new(Check::DocumentReadable, Outcome::Fail).because(Code::TooBlurry, "hold still"));
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
    let good = [clear(Check::FaceMatch), clear(Check::SelfieSource), clear(Check::PassiveLiveness)];
    assert_eq!(policy.needed(), good.clone().map(|f| f.check));
    assert_eq!(judge_with(&policy, &good, 1).decision, Decision::Approve);
    let mut other = good.clone();
    other[0] = Finding::new(Check::FaceMatch, Outcome::Fail);
    assert_eq!(judge_with(&policy, &other, 1).decision, Decision::Decline);
    assert_eq!(judge_with(&policy, &good[..1], 1).decision, Decision::Review);
    // Edges around the face ask for a look, and what could not be judged is not approved; but nobody is locked out whose
    // document was deleted.
    let source = |finding| judge_with(&policy, &[good[0].clone(), finding, good[2].clone()], 1).decision;
    assert_eq!(source(Finding::new(Check::SelfieSource, Outcome::Consider)), Decision::Review);
    assert_eq!(source(Finding::new(Check::SelfieSource, Outcome::Fail)), Decision::Decline);
    for (code, expected) in [
        (Code::NothingToCompareWith, Decision::Approve),
        (Code::ModelMissing, Decision::Review),
        (Code::NotSure, Decision::Review),
    ] {
        assert_eq!(source(Finding::not_assessed(Check::SelfieSource, code, "")), expected);
    }
    let gone = Finding::not_assessed(Check::SelfieSource, Code::NothingToCompareWith, "");
    let findings: Vec<_> =
        self::good().into_iter().filter(|f| f.check != Check::SelfieSource).chain([gone]).collect();
    assert_eq!(
        judge(&findings).decision,
        Decision::Review,
        "where there is a document it has to be compared"
    );
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
    fn nothing_fails_open(outcomes in proptest::collection::vec(0u8..5, 10), scores in proptest::collection::vec(0.0f64..1.0, 10)) {
        let findings: Vec<Finding> = good().into_iter().zip(outcomes.iter().zip(&scores)).filter_map(|(mut f, (o, s))| {
            f.score = Some(*s);
            f.outcome = match o { 0 => Outcome::Clear, 1 => Outcome::Consider, 2 => Outcome::Fail, 3 => Outcome::NotAssessed, _ => return None };
            Some(f)
        }).collect();
        let a = judge(&findings);
        let sound = Policy::default().needed().iter().all(|c| findings.iter().any(|f| f.check == *c && f.outcome == Outcome::Clear));
        if a.decision == Decision::Approve {
            proptest::prop_assert!(sound && a.score >= Some(a.threshold));
        }
        proptest::prop_assert_eq!(a.decision == Decision::Approve, a.reasons.is_empty());
    }
}

/// Numbers of every kind, those that are none among them.
fn any_number() -> impl proptest::strategy::Strategy<Value = f64> {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1.5, 1e9];
    proptest::prop_oneof![
        proptest::num::f64::ANY,
        proptest::sample::select(odd.to_vec()),
        0.0..=1.0f64,
        0.9..=1.0f64
    ]
}

proptest::proptest! {
    /// Whatever numbers a check comes to, and whatever it compares them with: an approval means that all that was needed was
    /// clear by scores from 0 to 1, and that the score of all is one that reaches its tolerance.
    #[test]
    fn nothing_that_is_no_number_passes(numbers in proptest::collection::vec((any_number(), any_number()), 10)) {
        let range = -1e-6..=1.0 + 1e-6;
        let findings: Vec<Finding> = good().into_iter().zip(&numbers)
            .map(|(f, (score, threshold))| Finding::scored(f.check, *score, *threshold, Outcome::Fail)).collect();
        let a = judge(&findings);
        if a.decision == Decision::Approve {
            for (f, (score, threshold)) in findings.iter().zip(&numbers) {
                let sound = range.contains(score) && range.contains(threshold) && score >= threshold;
                proptest::prop_assert!(sound || !Policy::default().needs(f.check, None), "{f:?}");
            }
            proptest::prop_assert!(a.score.is_some_and(|s| s >= a.threshold && (0.0..=1.0).contains(&s)));
        }
        proptest::prop_assert!(a.score.is_none_or(|s| (0.0..=1.0).contains(&s)));
    }

    /// The same of scores that came from a database, beside outcomes that say clear.
    #[test]
    fn a_stored_score_that_is_no_number_speaks_for_nobody(scores in proptest::collection::vec(any_number(), 10)) {
        let findings: Vec<Finding> =
            good().into_iter().zip(&scores).map(|(f, score)| Finding { score: Some(*score), ..f }).collect();
        let a = judge(&findings);
        proptest::prop_assert!(a.score.is_none_or(|s| (0.0..=1.0).contains(&s)));
        if a.decision == Decision::Approve {
            proptest::prop_assert!(a.score.is_some_and(|s| s >= a.threshold));
        }
    }

    /// Nobody is approved by weights or tolerances that nobody could have set.
    #[test]
    fn numbers_out_of_their_range_approve_nobody(knob in 0..crate::weights::KNOBS.len(), number in any_number()) {
        let (name, kind) = crate::weights::KNOBS[knob];
        let mut row = serde_json::to_value(Weights::default()).unwrap();
        row[name] = serde_json::json!(number);
        // What is no number is stored as null, and not read back.
        if let Ok(weights) = serde_json::from_value::<Weights>(row) {
            let findings = good();
            let facts = Facts { document_type: DocumentType::Passport, findings: &findings, attempt: 1 };
            let (low, high) = kind.range();
            let a = decide(&Policy::default(), &weights, &facts);
            proptest::prop_assert!((low..=high).contains(&number) || a.decision == Decision::Review, "{name} {number}");
            let known = Policy::authentication(LivenessMode::Passive);
            let a = decide(&known, &weights, &facts);
            proptest::prop_assert!((low..=high).contains(&number) || a.decision == Decision::Review, "{name} {number}");
        }
    }
}

#[test]
fn tolerances_that_are_no_numbers_approve_nobody() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5] {
        let facts = Facts { document_type: DocumentType::Passport, findings: &good(), attempt: 1 };
        for weights in [
            Weights { score_tolerance: odd, ..Weights::default() },
            Weights { passport_agreement_weight: odd, ..Weights::default() },
            Weights { portrait_match_tolerance: odd, ..Weights::default() },
        ] {
            assert_eq!(decide(&Policy::default(), &weights, &facts).decision, Decision::Review, "{odd}");
        }
    }
}

#[test]
fn a_date_of_expiry_that_was_not_read_is_for_a_human() {
    let unread = |f: &mut Finding| *f = Finding::not_assessed(f.check, Code::NoExpiryDate, "none was found");
    let a = judge(&with(Check::DocumentExpired, unread));
    assert_eq!(a.decision, Decision::Review);
    assert!(a.reasons.iter().any(|r| r.code == Code::NoExpiryDate));
}
