//! What a policy asks of somebody who goes through certain steps.

use super::{Accepted, Consequence, LivenessMode, Policy, ScreeningRule};
use crate::{finding::Check, step::StepKind};

/// What speaks of a live face.
const FACE: [Check; 7] = [
    Check::FaceQuality,
    Check::PassiveLiveness,
    Check::ActiveLiveness,
    Check::KnownFace,
    Check::AgeEstimate,
    Check::GenderEstimate,
    Check::SelfieSource,
];

/// What speaks of a document.
const DOCUMENT: [Check; 20] = [
    Check::ImageQuality,
    Check::IsIdentityDocument,
    Check::DocumentAsAsked,
    Check::DocumentReadable,
    Check::DocumentExpired,
    Check::DateConsistency,
    Check::RequiredFields,
    Check::SuspiciousWords,
    Check::ImageManipulation,
    Check::OnlineDuplication,
    Check::DocumentAccepted,
    Check::IdentityConflict,
    Check::PortraitFound,
    Check::MrzCheckDigits,
    Check::DocumentSeal,
    Check::DocumentNumberCrosscheck,
    Check::NameCrosscheck,
    Check::AddressCrosscheck,
    Check::BirthDateCrosscheck,
    Check::Registry,
];

/// What compares a face with a document.
const BOTH: [Check; 4] = [Check::FaceMatch, Check::SelfieSource, Check::AgeEstimate, Check::GenderEstimate];

/// What speaks of what the person said.
const SAID: [Check; 3] = [Check::Declaration, Check::DeclaredRisk, Check::RelatedScreening];

impl Policy {
    /// The same for somebody who goes through these steps. What speaks of a face or of a document falls away where it is not
    /// asked for; with both nothing of them changes. What is asked of the person stays: a least age or a comparison with lists
    /// that no step tells enough for is for a human.
    ///
    /// Steps with data add [`Check::Declaration`]. It is not assessed without a document, so nobody is approved on their
    /// word alone: such a verification ends with a human, and so does one that would otherwise require nothing at all.
    #[must_use]
    pub fn for_steps(mut self, steps: &[StepKind]) -> Self {
        let face = steps.contains(&StepKind::BiometricFace);
        let document = steps.contains(&StepKind::Document);
        let data = steps.iter().any(|step| step.has_data());
        self.required.retain(|check| {
            (face || !FACE.contains(check))
                && (document || !DOCUMENT.contains(check))
                && (face && document || !BOTH.contains(check))
        });
        if !face {
            self.liveness_mode = LivenessMode::Passive;
        }
        if !document {
            self.scored = false;
            self.requirements = vec![];
            self.accepted = Accepted::default();
        }
        if data || self.required.is_empty() {
            self.add(Check::Declaration);
        }
        if data {
            for check in SAID {
                for rules in [&mut self.on_fail, &mut self.on_consider] {
                    if !rules.iter().any(|(named, _)| *named == check) {
                        rules.push((check, Consequence::Review));
                    }
                }
            }
        }
        self
    }

    /// The same for somebody whom the caller named beforehand: who is another on their document is declined, unless the
    /// organization wants that otherwise.
    #[must_use]
    pub fn comparing_declared(mut self) -> Self {
        self.add(Check::Declaration);
        for (rules, consequence) in
            [(&mut self.on_fail, Consequence::Decline), (&mut self.on_consider, Consequence::Review)]
        {
            if !rules.iter().any(|(named, _)| *named == Check::Declaration) {
                rules.push((Check::Declaration, consequence));
            }
        }
        self
    }

    /// What is asked of a document that shows where somebody lives: that it can be read, is one and is recent; and that it is the
    /// declared person's and address, where they were declared. Any other is declined, and so is a forged seal; of a page that
    /// says otherwise than its seal a human judges.
    #[must_use]
    pub fn for_address(self) -> Self {
        let accepted = Accepted {
            countries: self.accepted.countries.clone(),
            max_age_days: self.accepted.max_age_days,
            ..Accepted::default()
        };
        let mut fits =
            Self { accepted, minimum_age: None, screening: ScreeningRule::default(), ..self.for_steps(&[]) };
        fits.required = vec![Check::DocumentReadable, Check::RequiredFields, Check::DocumentAccepted];
        let declined =
            [Check::DocumentAccepted, Check::NameCrosscheck, Check::AddressCrosscheck, Check::DocumentSeal];
        fits.on_fail.retain(|(check, _)| !declined.contains(check));
        fits.on_fail.extend(declined.map(|check| (check, Consequence::Decline)));
        if !fits.on_consider.iter().any(|(check, _)| *check == Check::DocumentSeal) {
            fits.on_consider.push((Check::DocumentSeal, Consequence::Review));
        }
        fits
    }

    /// The same for a session that another policy was made to fit: an authentication, or one of certain steps.
    #[must_use]
    pub fn for_session_of(self, made: &Self) -> Self {
        let has = |check| made.required.contains(&check);
        if has(Check::FaceMatch) && !has(Check::DocumentReadable) {
            return self.for_authentication();
        }
        if has(Check::DocumentReadable) && !has(Check::IsIdentityDocument) {
            return self.for_address();
        }
        let steps = [
            (StepKind::Document, Check::DocumentReadable),
            (StepKind::BiometricFace, Check::PassiveLiveness),
            // Any step with data asks the same.
            (StepKind::Attestation, Check::Declaration),
        ];
        let steps = steps.into_iter().filter(|(_, check)| has(*check)).map(|(step, _)| step);
        // Of what a person says themselves there is more to judge than of what was declared of them.
        let declared = has(Check::Declaration) && !made.rules_on(Check::DeclaredRisk);
        let steps: Vec<StepKind> = steps.filter(|step| !declared || !step.has_data()).collect();
        let fits = self.for_steps(&steps);
        if declared { fits.comparing_declared() } else { fits }
    }

    fn rules_on(&self, check: Check) -> bool {
        self.on_fail.iter().chain(&self.on_consider).any(|(named, _)| *named == check)
    }

    fn add(&mut self, check: Check) {
        if !self.required.contains(&check) {
            self.required.push(check);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        decision::{Decision, Facts, decide},
        document::DocumentType,
        finding::{Code, Finding, Outcome},
        policy::{Preset, ScreeningRule},
        weights::Weights,
    };

    use StepKind::{BiometricFace, Consent, Contact, Document, PepHio, Person};

    fn decided(policy: &Policy, findings: &[Finding]) -> Decision {
        let facts = Facts { document_type: DocumentType::Passport, findings, attempt: 1 };
        decide(policy, &Weights::default(), &facts).decision
    }

    fn clear(checks: &[Check]) -> Vec<Finding> {
        checks.iter().map(|check| Finding::scored(*check, 1.0, 0.5, Outcome::Fail)).collect()
    }

    #[test]
    fn a_document_and_a_face_are_asked_for_as_ever() {
        for preset in Preset::ALL {
            let policy = preset.policy();
            assert_eq!(policy.clone().for_steps(&[Document, BiometricFace]), policy, "{preset}");
            let said = policy.clone().for_steps(&[Document, Person, BiometricFace]);
            assert_eq!(said.weaker_than(&policy), [""; 0], "{preset}");
            assert!(said.needs(Check::Declaration, None));
            for check in SAID {
                assert!(said.on_fail.contains(&(check, Consequence::Review)), "{check}");
                assert!(said.on_consider.contains(&(check, Consequence::Review)), "{check}");
            }
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_required() {
        let strict = || Preset::Strict.policy();
        let alone = strict().for_steps(&[Document]);
        assert!(
            alone.needed().iter().all(|c| !FACE.contains(c) && !BOTH.contains(c)),
            "{:?}",
            alone.needed()
        );
        assert!(alone.needs(Check::DocumentReadable, None) && alone.scored);
        let mut seen = clear(&alone.needed());
        seen.extend(clear(&[Check::NameCrosscheck]));
        assert_eq!(decided(&alone, &seen), Decision::Approve);
        let face = Preset::Basic.policy().for_steps(&[BiometricFace]);
        assert_eq!(face.needed(), [Check::PassiveLiveness]);
        assert!(!face.scored && face.requirements.is_empty());
        assert_eq!(decided(&face, &clear(&face.needed())), Decision::Approve);
        assert_eq!(decided(&face, &[]), Decision::Review);
        let moved = strict().for_steps(&[BiometricFace, Contact]).needed();
        assert!(moved.contains(&Check::ActiveLiveness) && moved.contains(&Check::Declaration));
        // A least age and lists speak of the person, whatever is asked for.
        assert!(moved.contains(&Check::MinimumAge) && moved.contains(&Check::Sanctions));
    }

    #[test]
    fn nobody_is_approved_on_their_word_alone() {
        for preset in Preset::ALL {
            for steps in [&[][..], &[Consent], &[Person], &[Contact, PepHio], &[Person, BiometricFace]] {
                let policy = preset.policy().for_steps(steps);
                let findings: Vec<Finding> = policy
                    .needed()
                    .into_iter()
                    .map(|check| match check {
                        Check::Declaration => {
                            Finding::not_assessed(check, Code::NothingToCompareWith, "no document")
                        }
                        other => Finding::scored(other, 1.0, 0.5, Outcome::Fail),
                    })
                    .collect();
                assert_eq!(decided(&policy, &findings), Decision::Review, "{preset} {steps:?}");
                assert_eq!(decided(&policy, &[]), Decision::Review, "{preset} {steps:?}: nothing ran");
            }
        }
    }

    #[test]
    fn what_was_said_has_its_consequence() {
        let policy = Policy::default().for_steps(&[Document, BiometricFace, Person, PepHio]);
        let good = || {
            let mut good = clear(&policy.needed());
            good.extend(clear(&[Check::NameCrosscheck]));
            good
        };
        assert_eq!(decided(&policy, &good()), Decision::Approve);
        for check in SAID {
            for outcome in [Outcome::Fail, Outcome::Consider] {
                let mut findings = good();
                findings.retain(|f| f.check != check);
                findings.push(Finding::new(check, outcome));
                assert_eq!(decided(&policy, &findings), Decision::Review, "{check} {outcome}");
            }
        }
    }

    #[test]
    fn who_is_another_than_was_declared_is_declined() {
        let judged = |policy: &Policy, outcome: Outcome| {
            let mut findings = clear(&policy.needed());
            findings.extend(clear(&[Check::NameCrosscheck]));
            findings.retain(|f| f.check != Check::Declaration);
            findings.push(Finding::new(Check::Declaration, outcome));
            decided(policy, &findings)
        };
        let policy = Policy::default().comparing_declared();
        assert_eq!(judged(&policy, Outcome::Clear), Decision::Approve);
        assert_eq!(judged(&policy, Outcome::Fail), Decision::Decline);
        assert_eq!(judged(&policy, Outcome::Consider), Decision::Review);
        assert_eq!(judged(&policy, Outcome::NotAssessed), Decision::Review);
        // The organization's own word goes first, and another policy is made to fit.
        let mut gentle = Policy::default();
        gentle.on_fail.push((Check::Declaration, Consequence::Review));
        assert_eq!(judged(&gentle.clone().comparing_declared(), Outcome::Fail), Decision::Review);
        let strict = Preset::Strict.policy();
        assert_eq!(strict.clone().for_session_of(&policy), strict.comparing_declared());
    }

    #[test]
    fn another_policy_is_made_to_fit_the_same_session() {
        let (old, new) = (Policy::default(), Preset::Strict.policy());
        let fits = |old: Policy| new.clone().for_session_of(&old);
        assert_eq!(fits(old.clone()), new);
        assert_eq!(fits(old.clone().for_authentication()), new.clone().for_authentication());
        for steps in [
            &[Document, BiometricFace][..],
            &[Document],
            &[BiometricFace],
            &[Contact],
            &[Document, Person],
            &[BiometricFace, PepHio],
            &[Document, BiometricFace, Consent],
        ] {
            assert_eq!(fits(old.clone().for_steps(steps)), new.clone().for_steps(steps), "{steps:?}");
        }
    }

    #[test]
    fn names_that_were_given_are_screened_where_the_person_is() {
        let with = |screening, code| {
            let policy = Policy { screening, ..Policy::default() };
            let policy = policy.for_steps(&[Document, BiometricFace, PepHio]);
            let mut findings = clear(&policy.needed());
            findings.extend(clear(&[Check::NameCrosscheck]));
            findings.push(Finding::not_assessed(Check::RelatedScreening, code, ""));
            decided(&policy, &findings)
        };
        let once = ScreeningRule { once_imported: true, ..ScreeningRule::default() };
        let always = ScreeningRule { required: true, ..ScreeningRule::default() };
        assert_eq!(with(ScreeningRule::default(), Code::ListsStale), Decision::Approve);
        assert_eq!(with(once, Code::NoLists), Decision::Approve);
        assert_eq!(with(once, Code::ListsStale), Decision::Review);
        assert_eq!(with(always, Code::NoLists), Decision::Review);
    }
}
