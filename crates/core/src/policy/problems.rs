//! Policies that cannot be set.

use std::collections::BTreeSet;

use super::{ActivityLimits, Consequence, Policy, SWITCHABLE, presets::CORE};
use crate::{
    country,
    document::DocumentType,
    finding::Check,
    problem::{Problem, Rule},
};

/// The smallest and largest numbers that a policy may hold, by field.
const RANGES: [(&str, u32, u32); 10] = [
    ("max_attempts", 1, 20),
    ("minimum_age", 1, 120),
    ("accepted.max_age_days", 1, 36_500),
    ("screening.max_list_age_days", 1, 3_650),
    ("activity.window_s", 60, 2_592_000),
    ("activity.attempts_per_person", 1, 100_000),
    ("activity.people_per_device", 1, 100_000),
    ("activity.people_per_address", 1, 100_000),
    ("activity.fastest_s", 1, 3_600),
    ("retention_days", 1, 36_500),
];

impl Policy {
    /// Everything that keeps it from being set, by field.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = vec![];
        let mut wrong =
            |field: &str, rule, message: String| problems.push(Problem::new(field, rule, message));
        for check in CORE.iter().filter(|check| !self.required.contains(check)) {
            wrong("required", Rule::Required, format!("must hold {check}: nobody is verified without it"));
        }
        for (field, rules) in [("on_fail", &self.on_fail), ("on_consider", &self.on_consider)] {
            let named: BTreeSet<Check> = rules.iter().map(|(check, _)| *check).collect();
            if named.len() < rules.len() {
                wrong(field, Rule::Other, "must name each check once".to_owned());
            }
            if rules.iter().any(|(check, to)| *check == Check::Activity && *to != Consequence::Review) {
                let message =
                    "must be review: how often or how fast somebody comes declines nobody by itself";
                wrong(&format!("{field}.activity"), Rule::Enum, message.to_owned());
            }
        }
        for (field, number) in self.numbers() {
            let (_, low, high) =
                RANGES.iter().find(|(name, ..)| *name == field).unwrap_or(&("", 0, u32::MAX));
            if number.is_some_and(|n| !(*low..=*high).contains(&n)) {
                wrong(field, Rule::Range, format!("must be between {low} and {high}"));
            }
        }
        if self.liveness_floor.is_some_and(|floor| !(0.0..=1.0).contains(&floor)) {
            wrong("liveness_floor", Rule::Range, "must be between 0 and 1".to_owned());
        }
        if let Some(countries) = &self.accepted.countries {
            let known = !countries.is_empty() && countries.iter().all(|code| country::is_issuer(code));
            if !known {
                let message =
                    "must be codes of issuing countries (ISO 3166-1 alpha-3 or ICAO 9303), at least one";
                wrong("accepted.countries", Rule::Enum, message.to_owned());
            }
        }
        if self
            .accepted
            .types
            .as_ref()
            .is_some_and(|all| all.is_empty() || all.contains(&DocumentType::Unknown))
        {
            wrong("accepted.types", Rule::Enum, "must be types of documents, at least one".to_owned());
        }
        let pairs: BTreeSet<_> = self.requirements.iter().map(|r| (r.document_type, r.source)).collect();
        if pairs.len() < self.requirements.len() {
            wrong("requirements", Rule::Other, "must name each type and source once".to_owned());
        }
        for (i, of) in self.requirements.iter().enumerate() {
            if of.requirements.fields.iter().any(|field| !SWITCHABLE.contains(field)) {
                let message = "must be fields that a document may be required to give".to_owned();
                wrong(&format!("requirements.{i}.fields"), Rule::Enum, message);
            }
        }
        problems
    }

    fn numbers(&self) -> [(&'static str, Option<u32>); 10] {
        let ActivityLimits {
            window_s,
            attempts_per_person,
            people_per_device,
            people_per_address,
            fastest_s,
        } = self.activity;
        let counted = attempts_per_person.or(people_per_device).or(people_per_address).is_some();
        [
            ("max_attempts", Some(self.max_attempts)),
            ("minimum_age", self.minimum_age),
            ("accepted.max_age_days", self.accepted.max_age_days),
            ("screening.max_list_age_days", self.screening.max_list_age_days),
            ("activity.window_s", (counted || window_s > 0).then_some(window_s)),
            ("activity.attempts_per_person", attempts_per_person),
            ("activity.people_per_device", people_per_device),
            ("activity.people_per_address", people_per_address),
            ("activity.fastest_s", fastest_s),
            ("retention_days", self.retention_days),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Accepted, Preset};

    type Change = fn(&mut Policy);

    #[test]
    fn every_wrong_field_is_named() {
        let standard = Preset::policy;
        let cases: Vec<(&str, Change)> = vec![
            ("required", |p| p.required.retain(|c| *c != Check::FaceMatch)),
            ("on_fail", |p| p.on_fail.push((Check::FaceMatch, Consequence::Review))),
            ("on_fail.activity", |p| p.on_fail = vec![(Check::Activity, Consequence::Decline)]),
            ("on_consider.activity", |p| p.on_consider = vec![(Check::Activity, Consequence::Decline)]),
            ("on_consider.activity", |p| p.on_consider = vec![(Check::Activity, Consequence::Retry)]),
            ("max_attempts", |p| p.max_attempts = 0),
            ("minimum_age", |p| p.minimum_age = Some(121)),
            ("accepted.countries", |p| p.accepted.countries = Some(vec!["XYZ".into()])),
            ("accepted.countries", |p| p.accepted.countries = Some(vec![])),
            ("accepted.types", |p| p.accepted.types = Some(vec![DocumentType::Unknown])),
            ("accepted.max_age_days", |p| p.accepted.max_age_days = Some(0)),
            ("screening.max_list_age_days", |p| p.screening.max_list_age_days = Some(0)),
            ("liveness_floor", |p| p.liveness_floor = Some(f64::NAN)),
            ("activity.window_s", |p| p.activity.window_s = 0),
            ("activity.fastest_s", |p| p.activity.fastest_s = Some(0)),
            ("retention_days", |p| p.retention_days = Some(0)),
            ("requirements", |p| p.requirements.push(p.requirements[0].clone())),
            ("requirements.0.fields", |p| {
                p.requirements[0].requirements.fields = vec![crate::document::FieldName::TaxNumber];
            }),
        ];
        for (field, spoil) in cases {
            let mut policy = standard(Preset::Standard);
            spoil(&mut policy);
            let fields: Vec<String> = policy.problems().into_iter().map(|p| p.field).collect();
            assert_eq!(fields, [field]);
        }
        let fine = Accepted { countries: Some(vec!["CAN".into(), "D".into()]), ..Accepted::default() };
        assert_eq!(Policy { accepted: fine, ..standard(Preset::Standard) }.problems(), []);
    }
}
