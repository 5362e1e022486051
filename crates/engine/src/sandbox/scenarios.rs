//! The sandbox: test keys belong to an organization of their own, whose outcomes may be steered and whose clock may
//! be set forward. The pictures run through the real checks; then the findings that a scenario names are replaced.

use bonafide_core::{
    document::FieldName,
    finding::{Check, Code, Outcome},
};
use serde::Serialize;

/// One way to steer a step: `settings.sandbox.<step> = "<word>"`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Scenario {
    /// `all`, `document`, `face`, `liveness`, `screening`, `registry` or `decision`.
    pub step: &'static str,
    pub word: &'static str,
    /// What comes of it when everything else is in order.
    pub leads_to: &'static str,
    pub description: &'static str,
    #[serde(skip)]
    pub(super) findings: &'static [(Check, Outcome, Code)],
}

const DOCUMENT: &[Check] = &[
    Check::ImageQuality,
    Check::IsIdentityDocument,
    Check::DocumentAsAsked,
    Check::DocumentReadable,
    Check::DocumentExpired,
    Check::DateConsistency,
    Check::RequiredFields,
    Check::DocumentAccepted,
    Check::MinimumAge,
    Check::SuspiciousWords,
    Check::ImageManipulation,
    Check::OnlineDuplication,
    Check::IdentityConflict,
    Check::PortraitFound,
    Check::MrzCheckDigits,
    Check::DocumentSeal,
    Check::DocumentNumberCrosscheck,
    Check::NameCrosscheck,
    Check::AddressCrosscheck,
    Check::BirthDateCrosscheck,
];
const FACE: &[Check] =
    &[Check::FaceQuality, Check::FaceMatch, Check::SelfieSource, Check::KnownFace, Check::BlockList];
const LIVENESS: &[Check] = &[Check::PassiveLiveness, Check::ActiveLiveness];
const SCREENING: &[Check] = &[Check::Sanctions];
const REGISTRY: &[Check] = &[Check::Registry];

/// The steps with the checks that `clear` makes clear.
pub(super) const STEPS: [(&str, &[Check]); 7] = [
    ("all", &Check::ALL),
    ("document", DOCUMENT),
    ("face", FACE),
    ("liveness", LIVENESS),
    ("screening", SCREENING),
    ("registry", REGISTRY),
    ("decision", &[]),
];

/// Makes every check of its step clear, whatever the pictures show.
pub(super) const CLEAR: &str = "clear";

/// Every scenario. The order is the order of the steps: what comes later has the last word.
pub const SCENARIOS: &[Scenario] = &[
    scenario("all", CLEAR, "approved", "every check is clear, whatever it is about", &[]),
    scenario("document", CLEAR, "approved", "every check of the document is clear", &[]),
    scenario(
        "document",
        "glare",
        "retry",
        "light reflects on the document: the person is asked again",
        &[(Check::DocumentReadable, Outcome::Fail, Code::Glare)],
    ),
    scenario(
        "document",
        "blurry",
        "retry",
        "the document cannot be read: the person is asked again",
        &[(Check::DocumentReadable, Outcome::Fail, Code::TooBlurry)],
    ),
    scenario(
        "document",
        "expired",
        "declined",
        "the document has expired",
        &[(Check::DocumentExpired, Outcome::Fail, Code::Expired)],
    ),
    scenario(
        "document",
        "minor",
        "review",
        "the holder is younger than the policy asks",
        &[(Check::MinimumAge, Outcome::Fail, Code::BelowMinimumAge)],
    ),
    scenario(
        "document",
        "unknown_country",
        "review",
        "no country issues documents under the code that this one names",
        &[(Check::DocumentAccepted, Outcome::Consider, Code::IssuingCountryUnknown)],
    ),
    scenario(
        "document",
        "not_a_document",
        "retry",
        "the picture shows no identity document: the person is asked again",
        &[(Check::IsIdentityDocument, Outcome::Fail, Code::NoDocument)],
    ),
    scenario(
        "document",
        "field_missing",
        "review",
        "a required field is not there",
        &[(Check::RequiredFields, Outcome::Fail, Code::Missing(FieldName::BirthDate))],
    ),
    scenario(
        "document",
        "duplicate",
        "approved with a lower score",
        "the picture was submitted before, for somebody else",
        &[(Check::OnlineDuplication, Outcome::Consider, Code::PictureSeenBefore)],
    ),
    scenario(
        "document",
        "manipulated",
        "approved with a lower score",
        "the picture shows traces of editing",
        &[(Check::ImageManipulation, Outcome::Consider, Code::EditingSoftware)],
    ),
    scenario(
        "document",
        "number_of_another",
        "review",
        "the document's number came before, with another name",
        &[(Check::IdentityConflict, Outcome::Consider, Code::NumberOfAnotherName)],
    ),
    scenario("face", CLEAR, "approved", "the selfie is the person of the portrait", &[]),
    scenario(
        "face",
        "mismatch",
        "declined",
        "the selfie shows somebody else",
        &[(Check::FaceMatch, Outcome::Fail, Code::FaceMismatch)],
    ),
    scenario(
        "face",
        "no_face",
        "retry",
        "the selfie shows no face",
        &[(Check::FaceMatch, Outcome::NotAssessed, Code::NoFace)],
    ),
    scenario(
        "face",
        "duplicate",
        "review",
        "the face is known under another name",
        &[(Check::KnownFace, Outcome::Consider, Code::FaceOfAnotherHolder)],
    ),
    scenario(
        "face",
        "blocked",
        "declined",
        "the face is on your block list",
        &[(Check::BlockList, Outcome::Fail, Code::FaceBlocked)],
    ),
    scenario("liveness", CLEAR, "approved", "a live person", &[]),
    scenario(
        "liveness",
        "spoof",
        "declined",
        "a picture of a person",
        &[(Check::PassiveLiveness, Outcome::Fail, Code::NotLive)],
    ),
    scenario(
        "liveness",
        "too_dark",
        "retry",
        "too dark to tell",
        &[(Check::PassiveLiveness, Outcome::NotAssessed, Code::FaceTooDark)],
    ),
    scenario("screening", CLEAR, "approved", "nobody of the lists", &[]),
    scenario(
        "screening",
        "possible_hit",
        "review",
        "the name is like one on a list",
        &[(Check::Sanctions, Outcome::Consider, Code::PossiblyListed)],
    ),
    scenario(
        "screening",
        "hit",
        "review",
        "name and birth date are on a list",
        &[(Check::Sanctions, Outcome::Fail, Code::Listed)],
    ),
    scenario("registry", CLEAR, "approved", "the registry confirms the document", &[]),
    scenario(
        "registry",
        "mismatch",
        "review",
        "the registry knows the document otherwise",
        &[(Check::Registry, Outcome::Fail, Code::RegistryDiffers)],
    ),
    scenario(
        "registry",
        "timeout",
        "approved",
        "the registry does not answer: not assessed",
        &[(Check::Registry, Outcome::NotAssessed, Code::Timeout)],
    ),
    scenario(
        "decision",
        "review",
        "review",
        "a human has to look",
        &[(Check::DocumentReadable, Outcome::NotAssessed, Code::ModelMissing)],
    ),
    scenario(
        "decision",
        "timeout",
        "review",
        "the checks of the document do not come to an end",
        &[(Check::DocumentReadable, Outcome::NotAssessed, Code::CheckFailed)],
    ),
];

const fn scenario(
    step: &'static str,
    word: &'static str,
    leads_to: &'static str,
    description: &'static str,
    findings: &'static [(Check, Outcome, Code)],
) -> Scenario {
    Scenario { step, word, leads_to, description, findings }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_its_own_name_and_a_step() {
        for (i, scenario) in SCENARIOS.iter().enumerate() {
            assert!(STEPS.iter().any(|(step, _)| *step == scenario.step), "{scenario:?}");
            let same = |s: &&Scenario| s.step == scenario.step && s.word == scenario.word;
            assert_eq!(SCENARIOS.iter().position(|s| same(&s)), Some(i));
            assert_eq!(scenario.findings.is_empty(), scenario.word == CLEAR, "{scenario:?}");
        }
    }

    /// What a developer learns to expect here is what the checks say: debug builds check `Check::may_say` of
    /// every finding that a job records.
    #[test]
    fn only_what_the_checks_say_is_steered() {
        for scenario in SCENARIOS {
            for (check, _, code) in scenario.findings {
                assert!(check.may_say(code), "{scenario:?}: {check} never says {code}");
            }
        }
    }
}
