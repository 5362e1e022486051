//! A policy as JSON: whole, as it is answered, and in part, as it is laid over a preset.

use std::collections::BTreeMap;

use bonafide_core::{
    document::{DocumentType, FieldName},
    finding::Check,
    policy::{
        Accepted, ActivityLimits, Consequence, DataSource, Exhausted, LivenessMode, Policy, Requirements,
        SWITCHABLE, ScreeningRule, TypeRequirements,
    },
    problem::{Problem, Rule},
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

bonafide_http::vocabulary!(pub(crate) PolicyCheck: "One thing that is looked at.", Check::ALL.map(Check::as_str));
bonafide_http::vocabulary!(
    pub(crate) PolicyConsequence: "What follows; `none`: it counts through its weight, where it has one.",
    Consequence::ALL.map(Consequence::as_str).into_iter().chain([NONE])
);
bonafide_http::vocabulary!(
    pub(crate) PolicyGravity: "What follows.",
    Consequence::ALL.map(Consequence::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) PolicyLiveness: "Whether movements are asked for beside the frames.",
    LivenessMode::ALL.map(LivenessMode::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) PolicyExhausted: "What comes when the attempts are used up.",
    Exhausted::ALL.map(Exhausted::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) PolicyDocument: "A type of document.",
    DocumentType::ALL.map(DocumentType::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) PolicySource: "Where a field has to come from.",
    DataSource::ALL.map(DataSource::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) PolicyField: "A field that a document may be required to give.",
    SWITCHABLE.map(FieldName::as_str)
);

const NONE: &str = "none";

/// What a verification must have, and what follows when it has not.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyRules {
    liveness_mode: &'static str,
    /// Checks without which nobody is approved.
    required: Vec<&'static str>,
    /// What a failed check leads to; one that is named neither here nor as required counts through its weight.
    on_fail: BTreeMap<&'static str, &'static str>,
    /// What a check leads to that asks for a look.
    on_consider: BTreeMap<&'static str, &'static str>,
    /// What a score below the tolerance leads to.
    below_tolerance: &'static str,
    max_attempts: u32,
    exhausted: &'static str,
    requirements: Vec<PolicyRequirement>,
    accepted: PolicyAccepted,
    minimum_age: Option<u32>,
    screening: PolicyScreening,
    liveness_floor: Option<f64>,
    activity: PolicyActivity,
    retention_days: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRequirement {
    #[schema(value_type = PolicyDocument)]
    document_type: DocumentType,
    #[schema(value_type = PolicySource)]
    source: DataSource,
    #[schema(value_type = Vec<PolicyField>, max_items = 23)]
    fields: Vec<FieldName>,
    /// The barcode has to decode; false when absent.
    #[serde(default)]
    #[schema(required = false)]
    raw_barcode: bool,
    /// A portrait has to be found; false when absent.
    #[serde(default)]
    #[schema(required = false)]
    face_encoding: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyAccepted {
    /// Every country that there is, where null.
    countries: Option<Vec<String>>,
    /// Every type, where null.
    #[schema(value_type = Option<Vec<PolicyDocument>>)]
    types: Option<Vec<DocumentType>>,
    max_age_days: Option<u32>,
    both_sides: bool,
    as_declared: bool,
    refuse_specimens: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyScreening {
    required: bool,
    once_imported: bool,
    max_list_age_days: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyActivity {
    window_s: u32,
    attempts_per_person: Option<u32>,
    people_per_device: Option<u32>,
    people_per_address: Option<u32>,
    fastest_s: Option<u32>,
}

impl PolicyRules {
    pub(super) fn of(policy: &Policy) -> Self {
        let words = |rules: &[(Check, Consequence)]| {
            rules.iter().map(|(check, to)| (check.as_str(), to.as_str())).collect()
        };
        let requirement = |of: &TypeRequirements| PolicyRequirement {
            document_type: of.document_type,
            source: of.source,
            fields: of.requirements.fields.clone(),
            raw_barcode: of.requirements.raw_barcode,
            face_encoding: of.requirements.face_encoding,
        };
        let Accepted { countries, types, max_age_days, both_sides, as_declared, refuse_specimens } =
            policy.accepted.clone();
        let ScreeningRule { required, once_imported, max_list_age_days } = policy.screening;
        let ActivityLimits {
            window_s,
            attempts_per_person,
            people_per_device,
            people_per_address,
            fastest_s,
        } = policy.activity;
        Self {
            liveness_mode: policy.liveness_mode.as_str(),
            required: policy.required.iter().map(|check| check.as_str()).collect(),
            on_fail: words(&policy.on_fail),
            on_consider: words(&policy.on_consider),
            below_tolerance: policy.below_tolerance.as_str(),
            max_attempts: policy.max_attempts,
            exhausted: policy.exhausted.as_str(),
            requirements: policy.requirements.iter().map(requirement).collect(),
            accepted: PolicyAccepted {
                countries,
                types,
                max_age_days,
                both_sides,
                as_declared,
                refuse_specimens,
            },
            minimum_age: policy.minimum_age,
            screening: PolicyScreening { required, once_imported, max_list_age_days },
            liveness_floor: policy.liveness_floor,
            activity: PolicyActivity {
                window_s,
                attempts_per_person,
                people_per_device,
                people_per_address,
                fastest_s,
            },
            retention_days: policy.retention_days,
        }
    }
}

/// A member that may be there and null: null takes away what the preset has.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// What differs from the preset. Members that are left out are the preset's.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyChange {
    #[schema(value_type = Option<PolicyLiveness>)]
    liveness_mode: Option<LivenessMode>,
    /// All of them: `is_identity_document`, `document_readable`, `required_fields`, `face_match`, `selfie_source` and
    /// `passive_liveness` have to be among them.
    #[schema(value_type = Option<Vec<PolicyCheck>>, max_items = 100)]
    required: Option<Vec<Check>>,
    /// By check; those that are left out are the preset's.
    #[schema(value_type = Option<BTreeMap<String, PolicyConsequence>>)]
    on_fail: Option<BTreeMap<String, String>>,
    /// By check; those that are left out are the preset's.
    #[schema(value_type = Option<BTreeMap<String, PolicyConsequence>>)]
    on_consider: Option<BTreeMap<String, String>>,
    #[schema(value_type = Option<PolicyGravity>)]
    below_tolerance: Option<Consequence>,
    #[schema(minimum = 1, maximum = 20)]
    max_attempts: Option<u32>,
    #[schema(value_type = Option<PolicyExhausted>)]
    exhausted: Option<Exhausted>,
    /// Each takes the place of the preset's for the same type and source, or is added.
    #[schema(max_items = 100)]
    requirements: Option<Vec<PolicyRequirement>>,
    accepted: Option<AcceptedChange>,
    /// Full years; null for no such rule.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 120)]
    minimum_age: Option<Option<u32>>,
    screening: Option<ScreeningChange>,
    /// The least score of a living person, where it is above the tolerance of the weights.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1)]
    liveness_floor: Option<Option<f64>>,
    activity: Option<ActivityChange>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 36_500)]
    retention_days: Option<Option<u32>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptedChange {
    /// Issuing countries, ISO 3166-1 alpha-3 or a code of ICAO 9303; null for every country that there is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 300)]
    countries: Option<Option<Vec<String>>>,
    /// Null for every type.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<PolicyDocument>>, min_items = 1, max_items = 20)]
    types: Option<Option<Vec<DocumentType>>>,
    /// Days since the day of issue.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 36_500)]
    max_age_days: Option<Option<u32>>,
    /// A card needs its back too.
    both_sides: Option<bool>,
    /// The document has to be of the type that was declared.
    as_declared: Option<bool>,
    /// Documents of Utopia, the state of ICAO's specimens, are those of a country that does not exist.
    refuse_specimens: Option<bool>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScreeningChange {
    /// Nobody is approved without being compared with lists.
    required: Option<bool>,
    /// The same as soon as there is any list.
    once_imported: Option<bool>,
    /// Days since a list was imported or confirmed to be unchanged.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3_650)]
    max_list_age_days: Option<Option<u32>>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivityChange {
    /// How far back is counted.
    #[schema(minimum = 60, maximum = 2_592_000)]
    window_s: Option<u32>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    attempts_per_person: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    people_per_device: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100_000)]
    people_per_address: Option<Option<u32>>,
    /// The least seconds from the consent to the submission.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 3_600)]
    fastest_s: Option<Option<u32>>,
}

/// Puts what is there in the place of what was.
fn put<T>(new: Option<T>, old: &mut T) {
    if let Some(new) = new {
        *old = new;
    }
}

impl PolicyChange {
    /// Lays this over a preset's policy.
    pub(super) fn lay_over(self, policy: &mut Policy) -> Result<(), Vec<Problem>> {
        let mut problems = vec![];
        let mut rules =
            |field: &str, new: Option<BTreeMap<String, String>>, old: &mut Vec<(Check, Consequence)>| {
                for (word, to) in new.unwrap_or_default() {
                    let Some(check) = Check::parse(&word) else {
                        let field = format!("policy.{field}");
                        let message = "names something that is no check; see docs/policy.md";
                        problems.push(Problem::new(field, Rule::Unknown, message));
                        continue;
                    };
                    old.retain(|(of, _)| *of != check);
                    old.extend(Consequence::parse(&to).map(|to| (check, to)));
                }
            };
        rules("on_fail", self.on_fail, &mut policy.on_fail);
        rules("on_consider", self.on_consider, &mut policy.on_consider);
        put(self.liveness_mode, &mut policy.liveness_mode);
        put(self.required, &mut policy.required);
        put(self.below_tolerance, &mut policy.below_tolerance);
        put(self.max_attempts, &mut policy.max_attempts);
        put(self.exhausted, &mut policy.exhausted);
        put(self.minimum_age, &mut policy.minimum_age);
        put(self.liveness_floor, &mut policy.liveness_floor);
        put(self.retention_days, &mut policy.retention_days);
        let requirement = |of: PolicyRequirement| TypeRequirements {
            document_type: of.document_type,
            source: of.source,
            requirements: Requirements {
                fields: of.fields,
                raw_barcode: of.raw_barcode,
                face_encoding: of.face_encoding,
            },
        };
        policy.require(self.requirements.unwrap_or_default().into_iter().map(requirement).collect());
        let accepted = self.accepted.unwrap_or_default();
        put(accepted.countries, &mut policy.accepted.countries);
        put(accepted.types, &mut policy.accepted.types);
        put(accepted.max_age_days, &mut policy.accepted.max_age_days);
        put(accepted.both_sides, &mut policy.accepted.both_sides);
        put(accepted.as_declared, &mut policy.accepted.as_declared);
        put(accepted.refuse_specimens, &mut policy.accepted.refuse_specimens);
        let screening = self.screening.unwrap_or_default();
        put(screening.required, &mut policy.screening.required);
        put(screening.once_imported, &mut policy.screening.once_imported);
        put(screening.max_list_age_days, &mut policy.screening.max_list_age_days);
        let activity = self.activity.unwrap_or_default();
        put(activity.window_s, &mut policy.activity.window_s);
        put(activity.attempts_per_person, &mut policy.activity.attempts_per_person);
        put(activity.people_per_device, &mut policy.activity.people_per_device);
        put(activity.people_per_address, &mut policy.activity.people_per_address);
        put(activity.fastest_s, &mut policy.activity.fastest_s);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use bonafide_core::policy::Preset;
    use serde_json::json;

    use super::*;

    fn over(preset: Preset, change: serde_json::Value) -> Result<Policy, Vec<Problem>> {
        let mut policy = preset.policy();
        let change: PolicyChange = serde_json::from_value(change).unwrap();
        change.lay_over(&mut policy)?;
        Ok(policy)
    }

    #[test]
    fn what_is_left_out_is_the_presets_and_null_takes_away() {
        assert_eq!(over(Preset::Strict, json!({})), Ok(Preset::Strict.policy()));
        let changed = over(
            Preset::Standard,
            json!({"minimum_age": null, "max_attempts": 2, "accepted": {"countries": ["CAN"]},
                "screening": {"max_list_age_days": null}, "activity": {"people_per_device": null},
                "on_fail": {"minimum_age": "decline", "document_expired": "none", "online_duplication": "none"}}),
        );
        let changed = changed.unwrap();
        assert_eq!((changed.minimum_age, changed.max_attempts), (None, 2));
        assert_eq!(changed.accepted.countries, Some(vec!["CAN".to_owned()]));
        assert!(changed.accepted.both_sides && changed.screening.once_imported);
        assert_eq!((changed.screening.max_list_age_days, changed.activity.people_per_device), (None, None));
        assert_eq!(changed.on_failure(Check::MinimumAge, None), Some(Consequence::Decline));
        assert_eq!(changed.on_failure(Check::OnlineDuplication, None), None);
        // What is required is never passed over.
        assert_eq!(changed.on_failure(Check::DocumentExpired, None), Some(Consequence::Review));
        assert_eq!(changed.on_failure(Check::FaceMatch, None), Some(Consequence::Decline));
    }

    #[test]
    fn a_misspelt_check_is_named() {
        let problems = over(Preset::Basic, json!({"on_fail": {"facematch": "decline"}})).unwrap_err();
        assert_eq!(problems[0].field, "policy.on_fail");
        assert!(serde_json::from_value::<PolicyChange>(json!({"minimum_aeg": 3})).is_err());
    }

    /// What is answered can be sent again.
    #[test]
    fn a_policy_comes_back_as_it_was_sent() {
        for preset in Preset::ALL {
            let policy = preset.policy();
            let whole = serde_json::to_value(PolicyRules::of(&policy)).unwrap();
            let sorted = |mut policy: Policy| {
                policy.on_fail.sort();
                policy.on_consider.sort();
                policy
            };
            assert_eq!(over(preset, whole).map(sorted), Ok(sorted(policy)), "{preset}");
        }
    }
}
