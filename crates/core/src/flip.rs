//! What would make a decision another one: what stands between it and an approval, and how little of the score is
//! missing. Everything is asked of [`decide`] itself, with one thing changed, so that it is true by construction.

use serde::Serialize;

use crate::{
    decision::{Assessment, Decision, Facts, decide},
    document::Side,
    finding::{Check, Code, Finding, Outcome, Reason},
    policy::Policy,
    reweigh::{self, Rules},
    weights::{KNOBS, KnobKind, Weights},
};

/// What would flip a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// What each of them has to become clear for an approval; empty where the score alone is short, and for an approval.
    pub obstacles: Vec<Obstacle>,
    /// What no check's outcome would mend: the policy itself forbids it.
    pub others: Vec<Reason>,
    /// Once the obstacles are gone: each of these alone brings the score to where the decision is another one. Empty
    /// where the score does not matter, or where no single one is enough.
    pub score: Vec<Change>,
    /// Of an approval: the checks that it depends on, and what the decision were if one had failed.
    pub depends_on: Vec<(Check, Decision)>,
}

/// What stands in the way of an approval, whatever the score is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Obstacle {
    pub check: Check,
    pub side: Option<Side>,
    /// Absent when the check did not run.
    pub outcome: Option<Outcome>,
    /// What it alone would lead to.
    pub leads_to: Decision,
    pub score: Option<f64>,
    pub threshold: Option<f64>,
    pub reasons: Vec<Code>,
    /// The smallest change of one tolerance that makes it clear, where one does.
    pub tolerance: Option<Change>,
}

/// The smallest change of one number that is enough.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub what: Number,
    pub from: f64,
    pub to: f64,
}

/// A number that a decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// The score of a check.
    Score { check: Check, side: Option<Side> },
    /// A tolerance by its name in [`Weights`].
    Tolerance { name: &'static str },
}

/// What would make this decision another one: an approval, or of an approval anything else.
pub fn flip(policy: &Policy, weights: &Weights, facts: &Facts<'_>) -> Flip {
    let judge = |policy: &Policy, weights: &Weights, findings: &[Finding]| {
        decide(policy, weights, &Facts { findings, ..*facts })
    };
    let approves = judge(policy, weights, facts.findings).decision == Decision::Approve;
    // Stops alone, without the score.
    let unscored = Policy { scored: false, ..policy.clone() };
    let mut clear: Vec<Finding> = facts.findings.iter().map(cleared).collect();
    let mut obstacles = vec![];
    let Assessment { decision: leads_to, reasons, .. } = judge(&unscored, weights, &clear);
    for check in missing(&reasons, facts.findings) {
        obstacles.push(Obstacle {
            check,
            side: None,
            outcome: None,
            leads_to,
            score: None,
            threshold: None,
            reasons: vec![Code::NotAssessed(check)],
            tolerance: None,
        });
        clear.push(Finding::new(check, Outcome::Clear));
    }
    let others = judge(&unscored, weights, &clear).reasons;
    for (i, finding) in facts.findings.iter().enumerate() {
        let mut alone = clear.clone();
        alone[i] = finding.clone();
        let Assessment { decision: leads_to, reasons, .. } = judge(&unscored, weights, &alone);
        if finding.outcome == Outcome::Clear || reasons == others {
            continue;
        }
        obstacles.push(Obstacle {
            check: finding.check,
            side: finding.side,
            outcome: Some(finding.outcome),
            leads_to,
            score: finding.score,
            threshold: finding.threshold,
            reasons: finding.reasons.iter().map(|r| r.code.clone()).collect(),
            tolerance: tolerance(policy, weights, facts, finding),
        });
    }
    obstacles.sort_by_key(|o| (o.leads_to, o.check, o.side));
    let ready = without_obstacles(facts.findings, &obstacles);
    let is_other = |weights: &Weights, findings: &[Finding]| {
        (judge(policy, weights, findings).decision == Decision::Approve) != approves
    };
    let score = if policy.scored && others.is_empty() && (approves || !is_other(weights, &ready)) {
        by_score(weights, &ready, approves, &judge(policy, weights, &ready), &is_other)
    } else {
        vec![]
    };
    let mut depends_on: Vec<(Check, Decision)> = vec![];
    if approves {
        for (i, finding) in facts.findings.iter().enumerate() {
            let mut failed = facts.findings.to_vec();
            failed[i].outcome = Outcome::Fail;
            let to = judge(policy, weights, &failed).decision;
            if to != Decision::Approve && !depends_on.contains(&(finding.check, to)) {
                depends_on.push((finding.check, to));
            }
        }
    }
    Flip { obstacles, others, score, depends_on }
}

/// The findings with every obstacle out of the way.
pub fn without_obstacles(findings: &[Finding], obstacles: &[Obstacle]) -> Vec<Finding> {
    let stands = |f: &Finding| {
        obstacles.iter().any(|o| o.outcome == Some(f.outcome) && (o.check, o.side) == (f.check, f.side))
    };
    let mut all: Vec<Finding> =
        findings.iter().map(|f| if stands(f) { cleared(f) } else { f.clone() }).collect();
    let absent = obstacles.iter().filter(|o| o.outcome.is_none());
    all.extend(absent.map(|o| Finding::new(o.check, Outcome::Clear)));
    all
}

/// The findings and weights after one of the changes.
pub fn after(change: &Change, findings: &[Finding], weights: &Weights) -> (Vec<Finding>, Weights) {
    match change.what {
        Number::Tolerance { name } => (findings.to_vec(), with(weights, name, change.to)),
        Number::Score { check, side } => (scored(findings, check, side, change.to), *weights),
    }
}

fn scored(findings: &[Finding], check: Check, side: Option<Side>, to: f64) -> Vec<Finding> {
    let mut all = findings.to_vec();
    if let Some(finding) = all.iter_mut().find(|f| f.check == check && f.side == side && f.score.is_some()) {
        finding.score = Some(to);
    }
    all
}

/// The checks that are needed and did not run, of the reasons why nobody is approved whatever else was found.
fn missing(reasons: &[Reason], findings: &[Finding]) -> Vec<Check> {
    let mut missing = vec![];
    for reason in reasons {
        if let Code::NotAssessed(check) = reason.code
            && !findings.iter().any(|f| f.check == check)
            && !missing.contains(&check)
        {
            missing.push(check);
        }
    }
    missing
}

/// As if the check had found nothing wrong.
fn cleared(finding: &Finding) -> Finding {
    let score = match (finding.score, finding.threshold) {
        (Some(score), Some(threshold)) => Some(score.max(threshold)),
        (score, _) => score,
    };
    Finding { outcome: Outcome::Clear, score, ..finding.clone() }
}

/// The single numbers by which the score is brought over its tolerance, or under it.
fn by_score(
    weights: &Weights,
    findings: &[Finding],
    approves: bool,
    judged: &Assessment,
    is_other: &dyn Fn(&Weights, &[Finding]) -> bool,
) -> Vec<Change> {
    let mut changes = vec![];
    for finding in findings.iter().filter(|f| f.outcome != Outcome::NotAssessed) {
        let Some(from) = finding.score.map(|s| s.clamp(0.0, 1.0)) else { continue };
        let (check, side) = (finding.check, finding.side);
        let end = if approves { 0.0 } else { 1.0 };
        let is = |to: f64| is_other(weights, &scored(findings, check, side, to));
        if let Some(to) = least(from, end, &is) {
            changes.push(Change { what: Number::Score { check, side }, from, to });
        }
    }
    // The smallest first.
    changes.sort_by(|a, b| (a.to - a.from).abs().total_cmp(&(b.to - b.from).abs()));
    if let Some(score) = judged.score {
        let name = "score_tolerance";
        // Lower by nothing more than what the score is short of; higher by a hair more than it is over.
        let end = if approves { 1.0 } else { 0.0 };
        let is = |to: f64| is_other(&with(weights, name, to), findings);
        let to = if is(score) { Some(score) } else { least(weights.score_tolerance, end, &is) };
        changes.extend(to.map(|to| Change {
            what: Number::Tolerance { name },
            from: weights.score_tolerance,
            to,
        }));
    }
    changes
}

/// The smallest change of one tolerance by which a finding were clear.
fn tolerance(policy: &Policy, weights: &Weights, facts: &Facts<'_>, finding: &Finding) -> Option<Change> {
    let is_clear = |to: &Weights| {
        let rules = |weights| Rules { policy, weights };
        let again = reweigh::finding(finding, facts.document_type, rules(weights), rules(to));
        again.outcome == Outcome::Clear && finding.outcome != Outcome::Clear
    };
    let knobs = KNOBS.iter().zip(weights.values()).filter(|((_, kind), _)| *kind == KnobKind::Tolerance);
    for (&(name, _), from) in knobs {
        for end in [0.0, 1.0] {
            if let Some(to) = least(from, end, &|to| is_clear(&with(weights, name, to))) {
                return Some(Change { what: Number::Tolerance { name }, from, to });
            }
        }
    }
    None
}

/// The value nearest to `from`, on the way to `end`, from which on something is so; `None` when it is not so at the end.
/// It has to be so from some point on.
fn least(from: f64, end: f64, is: &dyn Fn(f64) -> bool) -> Option<f64> {
    if !is(end) {
        return None;
    }
    let (mut no, mut yes) = (from, end);
    // As exact as a double is, and never on the wrong side.
    for _ in 0..60 {
        let middle = no + (yes - no) / 2.0;
        if is(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    Some(yes)
}

/// The weights with one knob turned.
fn with(weights: &Weights, name: &str, to: f64) -> Weights {
    let mut row = serde_json::to_value(weights).unwrap_or_default();
    row[name] = to.into();
    serde_json::from_value(row).unwrap_or(*weights)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        document::DocumentType,
        policy::{Accepted, Consequence, ScreeningRule},
    };

    fn clear(check: Check) -> Finding {
        Finding::scored(check, 1.0, 0.5, Outcome::Fail)
    }

    fn good() -> Vec<Finding> {
        let checks = [
            Check::IsIdentityDocument,
            Check::DocumentReadable,
            Check::RequiredFields,
            Check::FaceMatch,
            Check::PassiveLiveness,
            Check::SuspiciousWords,
            Check::NameCrosscheck,
            Check::Sanctions,
        ];
        checks.into_iter().map(clear).collect()
    }

    fn facts(findings: &[Finding]) -> Facts<'_> {
        Facts { document_type: DocumentType::Passport, findings, attempt: 1 }
    }

    fn of(policy: &Policy, findings: &[Finding]) -> Flip {
        flip(policy, &Weights::default(), &facts(findings))
    }

    /// What the tests judge by: what the decision is asked for, and no more.
    fn policy() -> Policy {
        let required = [Check::DocumentReadable, Check::FaceMatch, Check::PassiveLiveness].to_vec();
        Policy {
            required,
            on_fail: vec![(Check::FaceMatch, Consequence::Decline), (Check::Sanctions, Consequence::Review)],
            accepted: Accepted::default(),
            minimum_age: None,
            screening: ScreeningRule::default(),
            ..Policy::default()
        }
    }

    #[test]
    fn a_face_that_does_not_match_is_what_stands_in_the_way() {
        let mut findings = good();
        let face =
            Finding::scored(Check::FaceMatch, 0.42, 0.5, Outcome::Fail).because(Code::FaceMismatch, "");
        findings[3] = face;
        let told = of(&policy(), &findings);
        assert_eq!(told.obstacles.len(), 1);
        let obstacle = &told.obstacles[0];
        assert_eq!((obstacle.check, obstacle.leads_to), (Check::FaceMatch, Decision::Decline));
        assert_eq!(obstacle.reasons, [Code::FaceMismatch]);
        // A tolerance is a distance: 0.58 is what this face needs.
        let change = obstacle.tolerance.as_ref().unwrap();
        assert_eq!(change.what, Number::Tolerance { name: "portrait_match_tolerance" });
        assert!(change.from == 0.5 && (change.to - 0.58).abs() < 1e-9, "{change:?}");
        assert!(told.score.is_empty(), "the score is high enough");
    }

    #[test]
    fn what_did_not_run_is_named_too() {
        let findings: Vec<Finding> =
            good().into_iter().filter(|f| f.check != Check::PassiveLiveness).collect();
        let told = of(&policy(), &findings);
        let missing = &told.obstacles[0];
        assert_eq!(
            (missing.check, missing.outcome, missing.leads_to),
            (Check::PassiveLiveness, None, Decision::Review)
        );
    }

    #[test]
    fn a_score_that_is_short_says_by_how_much() {
        let mut findings = good();
        findings[5].score = Some(0.0);
        findings[6].score = Some(0.4);
        let told = of(&policy(), &findings);
        assert!(told.obstacles.is_empty() && !told.score.is_empty(), "{told:?}");
        let tolerance = told.score.last().unwrap();
        assert_eq!(tolerance.what, Number::Tolerance { name: "score_tolerance" });
        for change in &told.score {
            let (findings, weights) = after(change, &findings, &Weights::default());
            assert_eq!(
                decide(&policy(), &weights, &facts(&findings)).decision,
                Decision::Approve,
                "{change:?}"
            );
        }
    }

    #[test]
    fn an_approval_says_what_it_depends_on() {
        let told = of(&policy(), &good());
        assert!(told.obstacles.is_empty() && told.others.is_empty());
        assert!(told.depends_on.contains(&(Check::FaceMatch, Decision::Decline)), "{told:?}");
        assert!(told.depends_on.contains(&(Check::DocumentReadable, Decision::Review)), "{told:?}");
        assert!(!told.depends_on.iter().any(|(check, _)| *check == Check::SuspiciousWords), "{told:?}");
        for change in &told.score {
            let (findings, weights) = after(change, &good(), &Weights::default());
            assert_ne!(
                decide(&policy(), &weights, &facts(&findings)).decision,
                Decision::Approve,
                "{change:?}"
            );
        }
    }

    proptest! {
        /// Applying what is said really flips the decision, and less of it does not.
        #[test]
        fn the_flip_flips(
            outcomes in proptest::collection::vec(0u8..6, 8),
            scores in proptest::collection::vec(0.0f64..1.0, 8),
            tolerance in 0.2f64..1.0,
            scored in proptest::bool::ANY,
            attempt in 1u32..5,
        ) {
            let findings: Vec<Finding> = good().into_iter().zip(outcomes.iter().zip(&scores)).filter_map(|(mut f, (o, s))| {
                f.score = Some(*s);
                f.outcome = match o {
                    0 | 1 => Outcome::Clear,
                    2 => Outcome::Consider,
                    3 => Outcome::Fail,
                    4 => Outcome::NotAssessed,
                    _ => return None,
                };
                if *o == 2 && attempt == 2 {
                    f.reasons.push(Reason::new(Code::TooBlurry, ""));
                }
                Some(f)
            }).collect();
            let weights = Weights { score_tolerance: tolerance, ..Weights::default() };
            let policy = Policy { scored, ..policy() };
            let facts = Facts { document_type: DocumentType::Passport, findings: &findings, attempt };
            let judged = decide(&policy, &weights, &facts);
            let told = flip(&policy, &weights, &facts);
            let again = |weights: &Weights, findings: &[Finding]| decide(&policy, weights, &Facts { findings, ..facts }).decision;
            let approves = judged.decision == Decision::Approve;
            prop_assert!(!approves || told.obstacles.is_empty());
            let ready = without_obstacles(&findings, &told.obstacles);
            let unscored = Policy { scored: false, ..policy.clone() };
            prop_assert_eq!(decide(&unscored, &weights, &Facts { findings: &ready, ..facts }).decision, Decision::Approve);
            // Every obstacle is one: with all the others gone and this one left, nobody is approved.
            for i in 0..told.obstacles.len() {
                let mut others = told.obstacles.clone();
                others.remove(i);
                prop_assert_ne!(again(&weights, &without_obstacles(&findings, &others)), Decision::Approve);
            }
            for change in &told.score {
                let (findings, weights) = after(change, &ready, &weights);
                prop_assert_eq!(again(&weights, &findings) == Decision::Approve, !approves, "{:?}", change);
            }
            // Nothing is left unsaid: either the obstacles are all there is, or the score is short and a change is named,
            // unless nothing that was scored is left.
            if !approves && again(&weights, &ready) != Decision::Approve {
                let short = decide(&policy, &weights, &Facts { findings: &ready, ..facts });
                prop_assert!(!told.score.is_empty() || short.score.is_none());
            }
        }
    }
}
