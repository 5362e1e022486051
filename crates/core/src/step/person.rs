//! Who the person says they are.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    judge::{Judge, age},
    published::StepNationality,
};
use crate::{problem::Rule, words::words};

/// Who the person says they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonStep)]
pub struct Person {
    /// Absent where somebody has one name only.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub first_name: Option<String>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub middle_name: Option<String>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub last_name: String,
    /// Names they had before: at birth, before a marriage, before a change.
    #[serde(default)]
    #[schema(max_items = 10, required = false)]
    pub former_names: Vec<FormerName>,
    #[schema(value_type = String, format = Date)]
    pub birth_date: Date,
    /// The town.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub birth_place: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub birth_country: Option<String>,
    /// Every one: ISO 3166-1 alpha-2 or alpha-3, or the code of ICAO 9303 for those who have none.
    #[serde(default)]
    #[schema(value_type = Vec<StepNationality>, max_items = 5, required = false)]
    pub nationalities: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 5, required = false)]
    pub national_numbers: Vec<NationalNumber>,
}

/// A name that somebody had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub first_name: Option<String>,
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    pub last_name: String,
    /// The last day on which they bore it.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

words! {
    /// What a state numbers people by.
    pub enum NumberKind {
        /// A number for everything: of the population register, of the identity card.
        Personal = "personal",
        SocialSecurity = "social_security",
        Tax = "tax",
        Health = "health",
        Other = "other",
    }
}

/// A number by which a state knows somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NationalNumber {
    /// ISO 3166-1 alpha-2.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")]
    pub country: String,
    pub kind: NumberKind,
    #[schema(min_length = 3, max_length = 40, pattern = "^[A-Za-z0-9 ./-]+$")]
    pub number: String,
}

impl NationalNumber {
    /// As it is compared: letters and digits alone.
    pub fn plain(&self) -> String {
        self.number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    }
}

impl Person {
    /// The whole name as it is said.
    pub fn whole_name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.middle_name.as_deref(), Some(self.last_name.as_str())];
        parts.into_iter().flatten().map(str::trim).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn judge(&self, judge: &mut Judge<'_>) {
        let config = &judge.config.person;
        judge.name("last_name", &self.last_name);
        for (field, name) in [("first_name", &self.first_name), ("middle_name", &self.middle_name)] {
            if let Some(name) = name {
                judge.name(field, name);
            }
        }
        for (i, former) in self.former_names.iter().enumerate() {
            judge.name(format!("former_names.{i}.last_name"), &former.last_name);
            if let Some(name) = &former.first_name {
                judge.name(format!("former_names.{i}.first_name"), name);
            }
            judge.past(format!("former_names.{i}.until"), former.until);
            judge.order(format!("former_names.{i}.until"), Some(self.birth_date), former.until);
        }
        judge.born("birth_date", Some(self.birth_date));
        if let Some(least) = config.minimum_age {
            // Somebody of the future is told so already.
            let young =
                self.birth_date <= judge.today && age(self.birth_date, judge.today) < i64::from(least);
            if young {
                judge.wrong(
                    "birth_date",
                    Rule::Range,
                    format!("must be that of somebody of {least} or older"),
                );
            }
        }
        if let Some(place) = &self.birth_place {
            judge.name("birth_place", place);
        }
        judge.country("birth_country", self.birth_country.as_deref());
        for (i, code) in self.nationalities.iter().enumerate() {
            judge.nationality(format!("nationalities.{i}"), code);
        }
        for (i, number) in self.national_numbers.iter().enumerate() {
            judge.country(format!("national_numbers.{i}.country"), Some(&number.country));
            if number.plain().len() < 3 {
                let message = "must have at least 3 letters or digits";
                judge.wrong(format!("national_numbers.{i}.number"), Rule::Length, message);
            }
        }
        judge.required("nationalities", !config.require_nationality || !self.nationalities.is_empty());
        judge.required("birth_place", !config.require_birth_place || self.birth_place.is_some());
        let numbered = !config.require_national_number || !self.national_numbers.is_empty();
        judge.required("national_numbers", numbered);
    }

    pub(super) fn normalize(&mut self) {
        let trim = |text: &mut String| *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        trim(&mut self.last_name);
        for part in [&mut self.first_name, &mut self.middle_name, &mut self.birth_place].into_iter().flatten()
        {
            trim(part);
        }
        for former in &mut self.former_names {
            trim(&mut former.last_name);
            former.first_name.iter_mut().for_each(trim);
        }
        for number in &mut self.national_numbers {
            trim(&mut number.number);
        }
        for code in &mut self.nationalities {
            *code = code.trim().to_ascii_uppercase();
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::step::{StepConfig, StepData, config::PersonConfig};

    pub(crate) fn anna() -> Person {
        Person {
            first_name: Some("Anna".into()),
            middle_name: Some("Maria".into()),
            last_name: "Müller".into(),
            former_names: vec![],
            birth_date: date(1974, 8, 12),
            birth_place: None,
            birth_country: Some("DE".into()),
            nationalities: vec!["DEU".into()],
            national_numbers: vec![],
        }
    }

    fn wrong(person: Person, config: PersonConfig) -> Vec<(String, Rule)> {
        let config = StepConfig { person: config, ..StepConfig::default() };
        let problems = StepData::Person(person).problems(date(2026, 11, 30), &config);
        problems.into_iter().map(|p| (p.field, p.rule)).collect()
    }

    #[test]
    fn each_wrong_field_is_named() {
        type Change = fn(&mut Person);
        let former = |until| FormerName { first_name: None, last_name: "Schmidt".into(), until };
        assert_eq!(wrong(anna(), PersonConfig::default()), []);
        let cases: Vec<(&str, Rule, Change)> = vec![
            ("last_name", Rule::Length, |p| p.last_name = "  ".into()),
            ("last_name", Rule::Format, |p| p.last_name = "--".into()),
            ("first_name", Rule::Format, |p| p.first_name = Some("A\u{7}".into())),
            ("birth_date", Rule::Range, |p| p.birth_date = date(2026, 12, 1)),
            ("birth_date", Rule::Range, |p| p.birth_date = date(1900, 1, 1)),
            ("birth_country", Rule::Enum, |p| p.birth_country = Some("ZZ".into())),
            ("nationalities.1", Rule::Enum, |p| p.nationalities.push("ZZZ".into())),
            ("national_numbers.0.country", Rule::Enum, |p| {
                let (country, number) = ("QQ".to_owned(), "123 456".to_owned());
                p.national_numbers.push(NationalNumber { country, kind: NumberKind::Tax, number });
            }),
            ("national_numbers.0.number", Rule::Length, |p| {
                let (country, number) = ("CA".to_owned(), "1 -2".to_owned());
                p.national_numbers.push(NationalNumber { country, kind: NumberKind::Tax, number });
            }),
        ];
        for (field, rule, change) in cases {
            let mut person = anna();
            change(&mut person);
            assert_eq!(wrong(person, PersonConfig::default()), [(field.to_owned(), rule)], "{field}");
        }
        for (until, right) in [
            (None, true),
            (Some(date(2000, 1, 1)), true),
            (Some(date(1970, 1, 1)), false),
            (Some(date(2030, 1, 1)), false),
        ] {
            let person = Person { former_names: vec![former(until)], ..anna() };
            assert_eq!(wrong(person, PersonConfig::default()).is_empty(), right, "{until:?}");
        }
    }

    #[test]
    fn what_an_organization_asks_for_has_to_be_there() {
        let bare = Person { nationalities: vec![], ..anna() };
        let config = PersonConfig {
            require_nationality: true,
            require_birth_place: true,
            require_national_number: true,
            minimum_age: Some(18),
        };
        let fields: Vec<String> = wrong(bare, config.clone()).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["nationalities", "birth_place", "national_numbers"]);
        let of = |born| {
            let person = Person { birth_date: born, ..anna() };
            wrong(person, PersonConfig { minimum_age: Some(18), ..PersonConfig::default() })
        };
        assert_eq!(of(date(2008, 11, 30)), []);
        assert_eq!(of(date(2008, 12, 1)), [("birth_date".to_owned(), Rule::Range)]);
    }

    #[test]
    fn spaces_and_small_letters_are_put_right() {
        let mut person =
            Person { last_name: "  Van  Dyk ".into(), nationalities: vec!["de".into()], ..anna() };
        person.normalize();
        assert_eq!((person.last_name.as_str(), person.nationalities[0].as_str()), ("Van Dyk", "DE"));
        assert_eq!(person.whole_name(), "Anna Maria Van Dyk");
    }
}
