//! What the person is asked to agree with where the organization has no text of its own.

use serde::Serialize;

use super::StepKind;

/// The version of the texts below. Who changes one of them changes it.
pub(super) const VERSION: &str = "2026-11";

/// A text in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Text<'a> {
    /// ISO 639-1, with a country where needed.
    pub language: &'a str,
    pub title: &'a str,
    pub text: &'a str,
}

static TEXTS: [(StepKind, Text<'static>); 4] = [
    (
        StepKind::Consent,
        Text {
            language: "en",
            title: "Consent",
            text: "I agree that what I give here is used to verify who I am and is kept for as long as the law asks. \
                   I can withdraw my consent at any time; what was decided until then stays.",
        },
    ),
    (
        StepKind::Consent,
        Text {
            language: "fr",
            title: "Consentement",
            text: "J'accepte que les renseignements donnés ici servent à vérifier mon identité et soient conservés \
                   aussi longtemps que la loi l'exige. Je peux retirer mon consentement à tout moment; les décisions \
                   prises jusque-là demeurent.",
        },
    ),
    (
        StepKind::Attestation,
        Text {
            language: "en",
            title: "Attestation",
            text: "I declare that everything that I said here is true and complete to the best of my knowledge, and \
                   that I will say so if it changes.",
        },
    ),
    (
        StepKind::Attestation,
        Text {
            language: "fr",
            title: "Attestation",
            text: "Je déclare que tout ce que j'ai dit ici est, à ma connaissance, vrai et complet, et que je \
                   signalerai tout changement.",
        },
    ),
];

/// The texts of a step, by language.
pub(super) fn built_in(kind: StepKind) -> impl Iterator<Item = Text<'static>> {
    TEXTS.iter().filter(move |(of, _)| *of == kind).map(|(_, text)| *text)
}
