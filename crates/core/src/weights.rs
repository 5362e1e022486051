//! The 27 numbers of scoring: tolerances (thresholds on a signal or a measure) and weights (how much a
//! signal counts). What each means, and where its default comes from, is in `docs/scoring.md`.

use serde::{Deserialize, Serialize};

use crate::{
    document::DocumentType,
    problem::{Problem, Rule},
};

/// What a knob's number is, and with it the range it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnobKind {
    /// A threshold on something between 0 and 1.
    Tolerance,
    /// A threshold in years.
    Years,
    /// How much a signal counts, 0 to 100.
    Weight,
}

impl KnobKind {
    /// The smallest and largest value accepted.
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::Tolerance => (0.0, 1.0),
            Self::Years => (0.0, 120.0),
            Self::Weight => (0.0, 100.0),
        }
    }
}

macro_rules! knobs {
    ($($(#[$doc:meta])* $name:ident: $kind:ident = $default:expr;)*) => {
        /// One version of an organization's knobs. The names are stored; the aliases read what was stored under the
        /// names of the API that they were first set through.
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        pub struct Weights {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// Every knob by name, with what kind of number it is.
        pub const KNOBS: &[(&str, KnobKind)] = &[$((stringify!($name), KnobKind::$kind)),*];

        impl Weights {
            /// Values in the order of [`KNOBS`].
            pub fn values(&self) -> [f64; KNOBS.len()] {
                [$(self.$name),*]
            }
        }
    };
}

knobs! {
    /// Largest calibrated face distance (1 − similarity) between selfie and document portrait that matches.
    #[serde(alias = "onboarding_face_encoding_tolerance")]
    portrait_match_tolerance: Tolerance = 0.5;
    /// The same between a new selfie and the stored template of a known person.
    #[serde(alias = "verified_account_face_encoding_tolerance")]
    known_face_match_tolerance: Tolerance = 0.4;
    /// Smallest agreement between the sources of one document for its cross-checks to pass, by type.
    #[serde(alias = "driver_license_fuzzy_match_tolerance")]
    driver_license_agreement_tolerance: Tolerance = 0.85;
    #[serde(alias = "driver_license_fuzzy_match_weight")]
    driver_license_agreement_weight: Weight = 20.0;
    #[serde(alias = "state_id_fuzzy_match_tolerance")]
    identification_card_agreement_tolerance: Tolerance = 0.85;
    #[serde(alias = "state_id_fuzzy_match_weight")]
    identification_card_agreement_weight: Weight = 20.0;
    #[serde(alias = "passport_fuzzy_match_tolerance")]
    passport_agreement_tolerance: Tolerance = 0.85;
    #[serde(alias = "passport_fuzzy_match_weight")]
    passport_agreement_weight: Weight = 20.0;
    #[serde(alias = "passport_card_fuzzy_match_tolerance")]
    passport_card_agreement_tolerance: Tolerance = 0.85;
    #[serde(alias = "passport_card_fuzzy_match_weight")]
    passport_card_agreement_weight: Weight = 20.0;
    /// Smallest screening score that is a possible match.
    #[serde(alias = "ofac_fuzzy_match_tolerance")]
    sanctions_tolerance: Tolerance = 0.8;
    #[serde(alias = "ofac_fuzzy_match_weight")]
    sanctions_weight: Weight = 10.0;
    suspicious_words_weight: Weight = 10.0;
    image_manipulation_weight: Weight = 5.0;
    online_duplication_weight: Weight = 5.0;
    is_identity_document_weight: Weight = 10.0;
    /// Share of registry fields that must match.
    #[serde(alias = "aamva_match_tolerance")]
    registry_tolerance: Tolerance = 0.8;
    #[serde(alias = "aamva_match_weight")]
    registry_weight: Weight = 20.0;
    /// Smallest score to be verified.
    #[serde(alias = "idv_session_tolerance")]
    score_tolerance: Tolerance = 0.75;
    /// Smallest passive liveness score.
    #[serde(alias = "minimum_liveness_tolerance")]
    passive_liveness_tolerance: Tolerance = 0.43;
    /// Passive score from which active steps are skipped; 1 never skips.
    #[serde(alias = "passive_active_skip_tolerance")]
    active_liveness_skip_tolerance: Tolerance = 1.0;
    /// A gender estimate counts only above this probability.
    gender_probability_tolerance: Tolerance = 0.9;
    /// Zero by default: estimates err unevenly between groups, and deciding on them is often unlawful.
    gender_weight: Weight = 0.0;
    /// Smallest probability that an asked expression is shown.
    expression_tolerance: Tolerance = 0.5;
    /// Years the estimate may differ from the document's age.
    age_tolerance: Years = 12.0;
    /// Zero by default, for the same reason as `gender_weight`.
    age_weight: Weight = 0.0;
    /// How far the head must follow an asked direction, as a share of the asked angle.
    direction_tolerance: Tolerance = 0.5;
}

/// The name of a knob that a stored decision names: one of those that [`Weights`] has as aliases is today's.
pub(crate) fn name_of_today(stored: &str) -> &str {
    match stored {
        "driver_license_fuzzy_match_weight" => "driver_license_agreement_weight",
        "state_id_fuzzy_match_weight" => "identification_card_agreement_weight",
        "passport_fuzzy_match_weight" => "passport_agreement_weight",
        "passport_card_fuzzy_match_weight" => "passport_card_agreement_weight",
        "ofac_fuzzy_match_weight" => "sanctions_weight",
        "aamva_match_weight" => "registry_weight",
        _ => stored,
    }
}

/// Tolerances that let more through when they are raised; of the others it is so when they are lowered.
const LOOSER_WHEN_HIGHER: [&str; 4] =
    ["portrait_match_tolerance", "known_face_match_tolerance", "sanctions_tolerance", "age_tolerance"];
/// How many times its default a weight may be: more and one signal outvotes the others.
const MOST_WEIGHT: f64 = 2.0;
/// The same of a weight that is zero by default.
const MOST_NEW_WEIGHT: f64 = 10.0;

/// Between which numbers a knob weakens no decision: from the product's default towards the stricter end.
pub fn safe_range(name: &str, kind: KnobKind, default: f64) -> (f64, f64) {
    let (low, high) = kind.range();
    match kind {
        KnobKind::Weight if default > 0.0 => (default, default * MOST_WEIGHT),
        KnobKind::Weight => (0.0, MOST_NEW_WEIGHT),
        // How sure an estimate of gender must be to count says nothing of how strict its counting is.
        _ if name == "gender_probability_tolerance" => (low, high),
        _ if LOOSER_WHEN_HIGHER.contains(&name) => (low, default),
        _ => (default, high),
    }
}

impl Weights {
    /// Every knob that lies outside of the range where it weakens no decision, and farther than before.
    pub fn weakened(&self, before: &Self) -> Vec<Problem> {
        let defaults = Self::default().values();
        let outside = |value: f64, (low, high): (f64, f64)| (low - value).max(value - high).max(0.0);
        let knobs = KNOBS.iter().zip(defaults).zip(self.values().into_iter().zip(before.values()));
        knobs
            .filter_map(|(((name, kind), default), (new, old))| {
                let safe = safe_range(name, *kind, default);
                let message =
                    || format!("must be between {} and {} without the scope policy", safe.0, safe.1);
                (outside(new, safe) > outside(old, safe)).then(|| Problem::new(*name, Rule::Range, message()))
            })
            .collect()
    }

    /// Smallest agreement between the sources of a document of this type.
    pub fn agreement_tolerance(&self, of: DocumentType) -> f64 {
        match of {
            DocumentType::DriverLicense => self.driver_license_agreement_tolerance,
            DocumentType::Passport | DocumentType::Visa => self.passport_agreement_tolerance,
            DocumentType::PassportCard => self.passport_card_agreement_tolerance,
            DocumentType::IdentificationCard
            | DocumentType::ResidencePermit
            | DocumentType::Other
            | DocumentType::Unknown => self.identification_card_agreement_tolerance,
        }
    }

    /// Every knob that is outside its range.
    pub fn problems(&self) -> Vec<Problem> {
        KNOBS
            .iter()
            .zip(self.values())
            .filter_map(|((name, kind), value)| {
                let (low, high) = kind.range();
                (!(low..=high).contains(&value))
                    .then(|| Problem::new(*name, Rule::Range, format!("must be between {low} and {high}")))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_27_and_the_defaults_are_in_range() {
        assert_eq!(KNOBS.len(), 27);
        assert_eq!(Weights::default().problems(), []);
    }

    #[test]
    fn what_was_stored_under_a_vendors_names_is_read() {
        let mut row = serde_json::to_value(Weights::default()).unwrap();
        let object = row.as_object_mut().unwrap();
        object.remove("sanctions_tolerance");
        object.insert("ofac_fuzzy_match_tolerance".into(), 0.9.into());
        let weights: Weights = serde_json::from_value(row).unwrap();
        assert_eq!(weights, Weights { sanctions_tolerance: 0.9, ..Weights::default() });
        assert!(serde_json::to_value(weights).unwrap().get("ofac_fuzzy_match_tolerance").is_none());
    }

    /// Every alias of a weight, as serde knows them, leads to the name that decisions are made under now.
    #[test]
    fn the_weights_of_stored_decisions_have_the_names_of_today() {
        for (name, _) in KNOBS.iter().filter(|(_, kind)| *kind == KnobKind::Weight) {
            assert_eq!(name_of_today(name), *name);
        }
        for vendors in [
            "driver_license_fuzzy_match_weight",
            "state_id_fuzzy_match_weight",
            "passport_fuzzy_match_weight",
            "passport_card_fuzzy_match_weight",
            "ofac_fuzzy_match_weight",
            "aamva_match_weight",
        ] {
            let mut row = serde_json::to_value(Weights::default()).unwrap();
            let object = row.as_object_mut().unwrap();
            object.remove(name_of_today(vendors)).unwrap();
            object.insert(vendors.into(), 1.5.into());
            let read = serde_json::to_value(serde_json::from_value::<Weights>(row).unwrap()).unwrap();
            assert_eq!(read[name_of_today(vendors)], 1.5, "{vendors}");
        }
    }

    #[test]
    fn what_weakens_is_named_and_what_was_weak_before_may_stay() {
        let is = Weights::default();
        assert_eq!(is.weakened(&is), []);
        let fields = |new: &Weights, old: &Weights| -> Vec<String> {
            new.weakened(old).into_iter().map(|p| p.field).collect()
        };
        let open = Weights { portrait_match_tolerance: 1.0, score_tolerance: 0.0, ..is };
        assert_eq!(fields(&open, &is), ["portrait_match_tolerance", "score_tolerance"]);
        let strict = Weights { portrait_match_tolerance: 0.4, score_tolerance: 0.9, ..is };
        assert_eq!(fields(&strict, &is), [""; 0]);
        assert_eq!(fields(&is, &strict), [""; 0], "the product's own is safe");
        let less = Weights { portrait_match_tolerance: 0.9, ..open };
        assert_eq!(fields(&less, &open), [""; 0]);
        assert_eq!(fields(&open, &less), ["portrait_match_tolerance"]);
        let outvoted = Weights { is_identity_document_weight: 100.0, ..is };
        assert_eq!(fields(&outvoted, &is), ["is_identity_document_weight"]);
        let silent = Weights { registry_weight: 0.0, ..is };
        assert_eq!(fields(&silent, &is), ["registry_weight"]);
        let deaf = Weights { sanctions_tolerance: 1.0, active_liveness_skip_tolerance: 0.1, ..is };
        assert_eq!(fields(&deaf, &is), ["sanctions_tolerance", "active_liveness_skip_tolerance"]);
        for (((name, kind), default), value) in KNOBS.iter().zip(is.values()).zip(is.values()) {
            let (low, high) = safe_range(name, *kind, default);
            assert!((low..=high).contains(&value), "{name}: the default is safe");
        }
    }

    #[test]
    fn out_of_range_names_the_knob() {
        let bad = Weights { age_weight: 101.0, direction_tolerance: f64::NAN, ..Weights::default() };
        let fields: Vec<_> = bad.problems().into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["age_weight", "direction_tolerance"]);
    }
}
