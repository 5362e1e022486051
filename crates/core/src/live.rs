//! Whether a live person was in front of the camera, by all findings that speak of it: one answer for readers and events.

use crate::finding::{Check, Code, Finding, Outcome};

/// The checks that can tell that nobody alive was there.
const CHECKS: [Check; 3] = [Check::PassiveLiveness, Check::ActiveLiveness, Check::SelfieSource];

/// `Some(true)` only when everything that had to tell it is clear: the frames alone, the movements where they were asked
/// for, and the selfie as a photograph of its own. `Some(false)` when one of them failed. `None` when it is not known:
/// not judged, not assessed, unsure, or a capture that was handed in before.
pub fn live(findings: &[Finding]) -> Option<bool> {
    let of = |check| findings.iter().filter(move |f| f.check == check);
    if CHECKS.into_iter().flat_map(of).any(|f| f.outcome == Outcome::Fail) {
        return Some(false);
    }
    let says = |f: &Finding, code: Code| f.reasons.iter().any(|r| r.code == code);
    let clear = |f: &Finding| f.outcome == Outcome::Clear;
    let unasked = |f: &Finding, code| f.outcome == Outcome::NotAssessed && says(f, code);
    let frames = of(Check::PassiveLiveness).next().is_some() && of(Check::PassiveLiveness).all(clear);
    let movements = of(Check::ActiveLiveness)
        .all(|f| (clear(f) || unasked(f, Code::NotAsked)) && !says(f, Code::Replayed));
    let source = of(Check::SelfieSource).all(|f| clear(f) || unasked(f, Code::NothingToCompareWith));
    (frames && movements && source).then_some(true)
}

/// The same as a reader is told it: once the frames were judged, whoever is not known to be alive was not detected.
pub fn detected(findings: &[Finding]) -> Option<bool> {
    let judged = findings.iter().any(|f| f.check == Check::PassiveLiveness);
    live(findings).or_else(|| judged.then_some(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(check: Check, outcome: Outcome) -> Finding {
        Finding::new(check, outcome)
    }

    fn both(findings: &[Finding]) -> (Option<bool>, Option<bool>) {
        (live(findings), detected(findings))
    }

    #[test]
    fn only_a_live_person_is_detected() {
        let passive = || finding(Check::PassiveLiveness, Outcome::Clear);
        let asked = |outcome| finding(Check::ActiveLiveness, outcome);
        let unasked = || Finding::not_assessed(Check::ActiveLiveness, Code::NotAsked, "");
        let source = |outcome| finding(Check::SelfieSource, outcome);
        let nothing = || Finding::not_assessed(Check::SelfieSource, Code::NothingToCompareWith, "");
        for (findings, expected) in [
            (vec![], (None, None)),
            (vec![passive()], (Some(true), Some(true))),
            (vec![passive(), unasked()], (Some(true), Some(true))),
            (vec![passive(), asked(Outcome::Clear), source(Outcome::Clear)], (Some(true), Some(true))),
            (vec![passive(), unasked(), nothing()], (Some(true), Some(true))),
            // A still before moving frames, a replay: the frames alone looked alive.
            (vec![passive(), asked(Outcome::Fail)], (Some(false), Some(false))),
            (vec![passive(), asked(Outcome::Consider)], (None, Some(false))),
            (vec![passive(), asked(Outcome::NotAssessed)], (None, Some(false))),
            (vec![passive(), unasked().because(Code::Replayed, "")], (None, Some(false))),
            // The document's own picture as the selfie.
            (vec![passive(), unasked(), source(Outcome::Fail)], (Some(false), Some(false))),
            (vec![passive(), unasked(), source(Outcome::Consider)], (None, Some(false))),
            (vec![passive(), unasked(), source(Outcome::NotAssessed)], (None, Some(false))),
            (vec![finding(Check::PassiveLiveness, Outcome::Fail), unasked()], (Some(false), Some(false))),
            (vec![finding(Check::PassiveLiveness, Outcome::NotAssessed)], (None, Some(false))),
            (vec![finding(Check::PassiveLiveness, Outcome::Consider)], (None, Some(false))),
            // Movements alone vouch for nobody.
            (vec![asked(Outcome::Clear)], (None, None)),
        ] {
            assert_eq!(both(&findings), expected, "{findings:?}");
        }
    }
}
