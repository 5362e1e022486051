//! The result of one check, in the shape every part of the product shares.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::reason::{Code, Reason};
use crate::{document::Side, words::words};

words! {
    pub enum Check {
        // capture quality
        ImageQuality = "image_quality",
        // document
        IsIdentityDocument = "is_identity_document",
        /// The side that was asked for, of the type that was declared.
        DocumentAsAsked = "document_as_asked",
        DocumentReadable = "document_readable",
        DocumentExpired = "document_expired",
        /// The dates can be true together: birth before issue before expiry, none of them absurd.
        DateConsistency = "date_consistency",
        RequiredFields = "required_fields",
        SuspiciousWords = "suspicious_words",
        ImageManipulation = "image_manipulation",
        OnlineDuplication = "online_duplication",
        /// The policy takes documents of this country, type and age.
        DocumentAccepted = "document_accepted",
        /// The document's number came before, with another name, birth date or face.
        IdentityConflict = "identity_conflict",
        /// The holder is as old as the policy asks.
        MinimumAge = "minimum_age",
        /// The face, the document's number or the holder's name is on the organization's block list.
        BlockList = "block_list",
        PortraitFound = "portrait_found",
        MrzCheckDigits = "mrz_check_digits",
        /// The issuer's signature in the document's own code, and what it vouches for against the page: 2D-Doc.
        DocumentSeal = "document_seal",
        // cross-checks
        DocumentNumberCrosscheck = "document_number_crosscheck",
        NameCrosscheck = "name_crosscheck",
        AddressCrosscheck = "address_crosscheck",
        BirthDateCrosscheck = "birth_date_crosscheck",
        // face
        FaceQuality = "face_quality",
        FaceMatch = "face_match",
        /// The selfie is a photograph of its own, and not the document's picture or a part of it.
        SelfieSource = "selfie_source",
        /// The face is known under another name or birth date.
        KnownFace = "known_face",
        /// The age a network estimates against the document's, where it was given a weight; everywhere, whether a child's
        /// face came with an adult's document.
        AgeEstimate = "age_estimate",
        /// The gender a network estimates against the document's. Only where it was given a weight.
        GenderEstimate = "gender_estimate",
        // liveness
        PassiveLiveness = "passive_liveness",
        ActiveLiveness = "active_liveness",
        // outside sources
        Sanctions = "sanctions",
        Registry = "registry",
        /// Where the device said it was, where its address is used, and where the other captures were made.
        Location = "location",
        /// How often and how fast this person, device and address came lately.
        Activity = "activity",
        // steps
        /// What the person said of themselves against their document; also what they left open.
        Declaration = "declaration",
        /// Whether they said something that a human has to weigh: an office, somebody behind them, means that do not fit.
        DeclaredRisk = "declared_risk",
        /// The names that they gave beside their own, compared with the lists.
        RelatedScreening = "related_screening",
    }
}

words! {
    pub enum Outcome {
        Clear = "clear",
        /// A person should look.
        Consider = "consider",
        Fail = "fail",
        /// The check did not run, or could not tell. Never a reason to approve.
        NotAssessed = "not_assessed",
    }
}

/// What sums of many numbers may miss the ends of their range by.
const ROUNDING: f64 = 1e-6;

/// Whether a number reaches a limit. What is no number reaches none, and no limit that is none is reached.
pub fn reaches<T: PartialOrd>(value: T, least: T) -> bool {
    value >= least
}

/// The least of some scores, 1 where there are none. One that is no number is less than any other.
pub fn least(scores: impl IntoIterator<Item = f64>) -> f64 {
    scores.into_iter().map(|score| if score.is_nan() { 0.0 } else { score }).fold(1.0, f64::min)
}

/// A score as it counts: what is no number from 0 to 1 speaks for nobody.
pub fn sound(score: f64) -> f64 {
    if is_sound(score) { score.clamp(0.0, 1.0) } else { 0.0 }
}

fn is_sound(score: f64) -> bool {
    (-ROUNDING..=1.0 + ROUNDING).contains(&score)
}

/// The model that gave a score: enough to reproduce it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRef {
    pub name: String,
    pub sha256: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    /// The side of the document it speaks of, for checks that run per side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    pub outcome: Outcome,
    /// 0 (against the person) to 1 (for the person); absent when not assessed.
    pub score: Option<f64>,
    /// What the score was compared with: at or above is clear.
    pub threshold: Option<f64>,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What matched and what did not, by name, of checks that compare part by part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelRef>,
    /// How long the check took.
    #[serde(default)]
    pub ms: u64,
}

impl Finding {
    pub fn new(check: Check, outcome: Outcome) -> Self {
        Self {
            check,
            side: None,
            outcome,
            score: None,
            threshold: None,
            reasons: vec![],
            parts: BTreeMap::new(),
            models: vec![],
            ms: 0,
        }
    }

    /// The check could not run or could not tell, and why.
    pub fn not_assessed(check: Check, code: Code, detail: impl Into<String>) -> Self {
        Self::new(check, Outcome::NotAssessed).because(code, detail)
    }

    /// Clear at or above the threshold, otherwise `below`. A score or a threshold that is no number from 0 to 1 clears nobody.
    pub fn scored(check: Check, score: f64, threshold: f64, below: Outcome) -> Self {
        let clear = is_sound(score) && is_sound(threshold) && reaches(score, threshold);
        let outcome = if clear { Outcome::Clear } else { below };
        Self { score: Some(sound(score)), threshold: Some(threshold), ..Self::new(check, outcome) }
    }

    pub fn on(mut self, side: Side) -> Self {
        self.side = Some(side);
        self
    }

    pub fn because(mut self, code: Code, detail: impl Into<String>) -> Self {
        self.reasons.push(Reason::new(code, detail));
        self
    }

    pub fn by(mut self, model: ModelRef) -> Self {
        self.models.push(model);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers of every kind, those that are none among them.
    fn any_number() -> impl Strategy<Value = f64> {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1.5, f64::MAX, f64::MIN];
        prop_oneof![any::<f64>(), proptest::sample::select(odd.to_vec()), 0.0..=1.0f64]
    }

    proptest! {
        #[test]
        fn nothing_but_a_score_that_reaches_its_threshold_is_clear(score in any_number(), threshold in any_number()) {
            for below in [Outcome::Fail, Outcome::Consider, Outcome::NotAssessed] {
                let finding = Finding::scored(Check::FaceMatch, score, threshold, below);
                let range = -ROUNDING..=1.0 + ROUNDING;
                let clear = range.contains(&score) && range.contains(&threshold) && score >= threshold;
                prop_assert_eq!(finding.outcome, if clear { Outcome::Clear } else { below });
                prop_assert!(finding.score.is_some_and(|score| (0.0..=1.0).contains(&score)));
            }
        }

        #[test]
        fn what_is_no_number_is_the_least(scores in proptest::collection::vec(any_number(), 0..6)) {
            let lowest = least(scores.iter().copied());
            prop_assert!(scores.iter().all(|score| score.is_nan() || lowest <= *score));
            prop_assert!(!scores.iter().any(|score| score.is_nan()) || lowest <= 0.0);
        }
    }

    #[test]
    fn no_number_reaches_nothing() {
        for (value, limit) in
            [(f64::NAN, 0.5), (0.5, f64::NAN), (f64::NAN, f64::NAN), (f64::NEG_INFINITY, 0.0)]
        {
            assert!(!reaches(value, limit), "{value} {limit}");
        }
        assert!(reaches(0.5, 0.5) && !reaches(0.4f32, 0.5));
        assert_eq!([f64::NAN, f64::INFINITY, 2.0, -0.5].map(sound), [0.0; 4]);
        assert_eq!([0.0, 0.3, 1.0, 1.0 + 1e-9].map(sound), [0.0, 0.3, 1.0, 1.0]);
    }
}
