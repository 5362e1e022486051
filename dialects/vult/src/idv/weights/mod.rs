//! The 27 weights and tolerances under this API's names. What each means is in `docs/scoring.md` under the core's.

pub(crate) mod by_id;
pub(crate) mod get;
pub(crate) mod update;

use bonafide_core::{problem::Problem, weights::Weights};
use bonafide_engine::{Error, tuning::Version};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Whose settings. Absent: everybody's of your organization.
#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// One of your clients.
    pub(crate) client_id: Option<String>,
    /// Your word for one of your users.
    #[param(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
    pub(crate) user_id: Option<String>,
}

macro_rules! knobs {
    ($($(#[$attribute:meta])* $name:ident = $core:ident,)*) => {
        /// Tolerances are shares between 0 and 1 (`age_tolerance`: years), weights lie between 0 and 100.
        #[derive(Debug, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Knobs {
            /// The client these are for; absent for all of yours.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) client_id: Option<String>,
            /// Your user these are for; absent for all.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(max_length = 64, pattern = "^[A-Za-z0-9._:-]*$")]
            pub(crate) user_id: Option<String>,
            $($(#[$attribute])* pub(crate) $name: f64,)*
        }

        impl Knobs {
            /// The numbers alone.
            pub(crate) fn weights(&self) -> Weights {
                Weights { $($core: self.$name,)* }
            }

            fn new(client_id: Option<String>, user_id: Option<String>, weights: &Weights) -> Self {
                Self { client_id, user_id, $($name: weights.$core,)* }
            }
        }

        /// This API's name of each knob, and the core's.
        const NAMES: &[(&str, &str)] = &[$((stringify!($name), stringify!($core))),*];
    };
}

knobs! {
    #[schema(minimum = 0, maximum = 1)] onboarding_face_encoding_tolerance = portrait_match_tolerance,
    #[schema(minimum = 0, maximum = 1)] verified_account_face_encoding_tolerance = known_face_match_tolerance,
    #[schema(minimum = 0, maximum = 1)] driver_license_fuzzy_match_tolerance = driver_license_agreement_tolerance,
    #[schema(minimum = 0, maximum = 100)] driver_license_fuzzy_match_weight = driver_license_agreement_weight,
    #[schema(minimum = 0, maximum = 1)] state_id_fuzzy_match_tolerance = identification_card_agreement_tolerance,
    #[schema(minimum = 0, maximum = 100)] state_id_fuzzy_match_weight = identification_card_agreement_weight,
    #[schema(minimum = 0, maximum = 1)] passport_fuzzy_match_tolerance = passport_agreement_tolerance,
    #[schema(minimum = 0, maximum = 100)] passport_fuzzy_match_weight = passport_agreement_weight,
    #[schema(minimum = 0, maximum = 1)] passport_card_fuzzy_match_tolerance = passport_card_agreement_tolerance,
    #[schema(minimum = 0, maximum = 100)] passport_card_fuzzy_match_weight = passport_card_agreement_weight,
    #[schema(minimum = 0, maximum = 1)] ofac_fuzzy_match_tolerance = sanctions_tolerance,
    #[schema(minimum = 0, maximum = 100)] ofac_fuzzy_match_weight = sanctions_weight,
    #[schema(minimum = 0, maximum = 100)] suspicious_words_weight = suspicious_words_weight,
    #[schema(minimum = 0, maximum = 100)] image_manipulation_weight = image_manipulation_weight,
    #[schema(minimum = 0, maximum = 100)] online_duplication_weight = online_duplication_weight,
    #[schema(minimum = 0, maximum = 100)] is_identity_document_weight = is_identity_document_weight,
    #[schema(minimum = 0, maximum = 1)] aamva_match_tolerance = registry_tolerance,
    #[schema(minimum = 0, maximum = 100)] aamva_match_weight = registry_weight,
    #[schema(minimum = 0, maximum = 1)] idv_session_tolerance = score_tolerance,
    #[schema(minimum = 0, maximum = 1)] minimum_liveness_tolerance = passive_liveness_tolerance,
    #[schema(minimum = 0, maximum = 1)] passive_active_skip_tolerance = active_liveness_skip_tolerance,
    #[schema(minimum = 0, maximum = 1)] gender_probability_tolerance = gender_probability_tolerance,
    #[schema(minimum = 0, maximum = 100)] gender_weight = gender_weight,
    #[schema(minimum = 0, maximum = 1)] expression_tolerance = expression_tolerance,
    #[schema(minimum = 0, maximum = 120)] age_tolerance = age_tolerance,
    #[schema(minimum = 0, maximum = 100)] age_weight = age_weight,
    #[schema(minimum = 0, maximum = 1)] direction_tolerance = direction_tolerance,
}

/// A refusal with this API's names for the knobs it names.
pub(crate) fn in_our_words(error: Error) -> Error {
    let Error::Weakens(problems) = error else { return error };
    let named = |problem: Problem| {
        let name = NAMES.iter().find(|(_, core)| *core == problem.field).map(|(ours, _)| (*ours).to_owned());
        Problem { field: name.unwrap_or(problem.field), ..problem }
    };
    Error::Weakens(problems.into_iter().map(named).collect())
}

impl From<Version> for Knobs {
    fn from(version: Version) -> Self {
        let given = |text: String| Some(text).filter(|t| !t.is_empty());
        Self::new(given(version.client_id), given(version.user_id), &version.weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published limits are those of the core.
    #[test]
    fn every_knob_has_its_limits() {
        let knobs = serde_json::to_value(<Knobs as utoipa::PartialSchema>::schema()).unwrap();
        for (name, kind) in bonafide_core::weights::KNOBS {
            let (low, high) = kind.range();
            let (vendors, _) = NAMES.iter().find(|(_, core)| core == name).unwrap();
            let published = &knobs["properties"][vendors];
            assert_eq!(
                (published["minimum"].as_f64(), published["maximum"].as_f64()),
                (Some(low), Some(high)),
                "{name}"
            );
        }
        assert_eq!(knobs["required"].as_array().unwrap().len(), 27);
    }
}
