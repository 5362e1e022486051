//! What a stored finding would have said under other tolerances or another policy: for looking back before a setting is
//! changed.

use crate::{
    document::DocumentType,
    finding::{Check, Finding, Outcome},
    policy::Policy,
    weights::Weights,
};

/// The tolerances that are not looked back on: what they judge was measured with them and is not stored.
pub const NOT_REWEIGHED: [&str; 5] = [
    "active_liveness_skip_tolerance",
    "direction_tolerance",
    "expression_tolerance",
    "age_tolerance",
    "gender_probability_tolerance",
];

/// What a finding is held against.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub policy: &'a Policy,
    pub weights: &'a Weights,
}

/// The same score compared with the tolerances of `new` where it was compared with those of `old`.
///
/// A lower `sanctions_tolerance` changes nothing here: hits below the old one were not kept.
pub fn finding(finding: &Finding, document_type: DocumentType, old: Rules<'_>, new: Rules<'_>) -> Finding {
    let mut again = finding.clone();
    let limit = |of: Rules<'_>| limit(finding.check, of.policy, document_type, &of.policy.over(*of.weights));
    let limits = limit(old).zip(limit(new));
    let (Some((before, _)), Some((after, below)), Some(score)) =
        (limits.map(|l| l.0), limits.map(|l| l.1), finding.score)
    else {
        return again;
    };
    let held_against_it = finding.threshold.is_some_and(|t| (t - before).abs() < 1e-9);
    // A failure above the limit has another cause, which stays.
    let by_score = (score >= before) == (finding.outcome == Outcome::Clear);
    if finding.outcome == Outcome::NotAssessed || !held_against_it || !by_score {
        return again;
    }
    let of_lists = matches!(finding.check, Check::Sanctions | Check::RelatedScreening);
    if of_lists && after > before {
        return again;
    }
    again.threshold = Some(after);
    again.outcome = match (score >= after, finding.outcome) {
        (true, _) => Outcome::Clear,
        (false, Outcome::Clear) => below,
        (false, outcome) => outcome,
    };
    if of_lists && again.outcome == Outcome::Clear {
        // No hit is left that could count against the person.
        again.score = Some(1.0);
    }
    again
}

/// What a check's score has to reach by these weights, and what it is below.
fn limit(check: Check, policy: &Policy, of: DocumentType, weights: &Weights) -> Option<(f64, Outcome)> {
    Some(match check {
        Check::FaceMatch if policy.scored => (1.0 - weights.portrait_match_tolerance, Outcome::Fail),
        Check::FaceMatch => (1.0 - weights.known_face_match_tolerance, Outcome::Fail),
        Check::PassiveLiveness => (weights.passive_liveness_tolerance, Outcome::Fail),
        Check::Sanctions | Check::RelatedScreening => (1.0 - weights.sanctions_tolerance, Outcome::Consider),
        Check::Registry => (weights.registry_tolerance, Outcome::Fail),
        Check::DocumentNumberCrosscheck
        | Check::NameCrosscheck
        | Check::BirthDateCrosscheck
        | Check::AddressCrosscheck => (weights.agreement_tolerance(of), Outcome::Consider),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Code;

    fn under(f: &Finding, change: impl FnOnce(&mut Weights)) -> Finding {
        let (old, policy) = (Weights::default(), Policy::default());
        let mut new = old;
        change(&mut new);
        let under = |weights| Rules { policy: &policy, weights };
        finding(f, DocumentType::Passport, under(&old), under(&new))
    }

    #[test]
    fn a_score_is_held_against_the_new_tolerance() {
        let face = Finding::scored(Check::FaceMatch, 0.55, 0.5, Outcome::Fail);
        let stricter = under(&face, |w| w.portrait_match_tolerance = 0.4);
        assert_eq!((stricter.outcome, stricter.threshold), (Outcome::Fail, Some(0.6)));
        assert_eq!(under(&face, |w| w.portrait_match_tolerance = 0.45).outcome, Outcome::Clear);
        assert_eq!(under(&face, |w| w.known_face_match_tolerance = 0.1), face);
        let name = Finding::scored(Check::NameCrosscheck, 0.8, 0.85, Outcome::Consider);
        assert_eq!(under(&name, |w| w.passport_agreement_tolerance = 0.75).outcome, Outcome::Clear);
        assert_eq!(under(&name, |w| w.identification_card_agreement_tolerance = 0.75), name);
    }

    #[test]
    fn a_policys_floor_holds_whatever_the_tolerance_is() {
        let weights = Weights::default();
        let (old, floor) = (Policy::default(), Policy { liveness_floor: Some(0.8), ..Policy::default() });
        let tolerance = weights.passive_liveness_tolerance;
        let live = Finding::scored(Check::PassiveLiveness, 0.7, tolerance, Outcome::Fail);
        let rules = |policy| Rules { policy, weights: &weights };
        let again = finding(&live, DocumentType::Passport, rules(&old), rules(&floor));
        assert_eq!((again.outcome, again.threshold), (Outcome::Fail, Some(0.8)));
        let back = finding(&again, DocumentType::Passport, rules(&floor), rules(&old));
        assert_eq!((back.outcome, back.threshold), (Outcome::Clear, Some(tolerance)));
    }

    #[test]
    fn what_the_score_did_not_decide_stays() {
        let changed_face = Finding {
            outcome: Outcome::Fail,
            ..Finding::scored(
                Check::PassiveLiveness,
                0.9,
                Weights::default().passive_liveness_tolerance,
                Outcome::Fail,
            )
        };
        assert_eq!(under(&changed_face, |w| w.passive_liveness_tolerance = 0.1), changed_face);
        let unsure = Finding::not_assessed(Check::FaceMatch, Code::NoFace, "no face");
        assert_eq!(under(&unsure, |w| w.portrait_match_tolerance = 1.0), unsure);
    }

    #[test]
    fn a_hit_below_a_raised_tolerance_is_none() {
        for check in [Check::Sanctions, Check::RelatedScreening] {
            let mut hit = Finding::scored(check, 0.15, 0.2, Outcome::Consider);
            hit.threshold = Some(1.0 - Weights::default().sanctions_tolerance);
            let raised = under(&hit, |w| w.sanctions_tolerance = 0.9);
            assert_eq!((raised.outcome, raised.score), (Outcome::Clear, Some(1.0)));
            assert_eq!(under(&hit, |w| w.sanctions_tolerance = 0.7), hit);
        }
    }
}
