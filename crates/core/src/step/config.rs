//! How the steps of one verification differ from what they ask as a rule.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    StepKind,
    business::BusinessForm,
    contact::ContactPart,
    pep_hio::OfficeQuestion,
    published::StepNationality,
    texts::{self, Text},
};
use crate::{
    country,
    document::DocumentType,
    evidence::EvidenceKind,
    policy::{LivenessMode, Policy},
    problem::{Problem, Rule},
};

/// Settings by step; what is left out is as it is without.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StepConfig {
    pub document: DocumentConfig,
    pub person: PersonConfig,
    pub location: LocationConfig,
    pub contact: ContactConfig,
    pub biometric_face: FaceConfig,
    pub business: BusinessConfig,
    pub pep_hio: PepHioConfig,
    pub financial: FinancialConfig,
    pub consent: AnswerConfig,
    pub attestation: AnswerConfig,
    pub estate: EstateConfig,
}

/// Which documents are taken, of those that the policy takes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentConfig {
    /// Issuing countries: ISO 3166-1 alpha-2 or alpha-3, or a code of ICAO 9303.
    #[schema(value_type = Option<Vec<StepNationality>>, min_items = 1, max_items = 300)]
    pub accepted_countries: Option<Vec<String>>,
    #[schema(min_items = 1, max_items = 20)]
    pub accepted_types: Option<Vec<DocumentType>>,
}

/// What the person has to tell beside name and birth date.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PersonConfig {
    pub require_nationality: bool,
    pub require_birth_place: bool,
    pub require_national_number: bool,
    /// Full years, by what they say and by their document.
    #[schema(minimum = 1, maximum = 120)]
    pub minimum_age: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LocationConfig {
    /// How far off a position may be, in metres.
    #[schema(minimum = 1, maximum = 100_000)]
    pub max_accuracy_m: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactConfig {
    /// What has to be given; an e-mail address where absent.
    #[schema(max_items = 3)]
    pub require: Option<Vec<ContactPart>>,
}

impl ContactConfig {
    pub fn asked(&self) -> &[ContactPart] {
        self.require.as_deref().unwrap_or(&[ContactPart::Email])
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaceConfig {
    /// Movements are asked for, also where the policy would not.
    pub movements: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BusinessConfig {
    pub require_registration_number: bool,
    /// Somebody who owns or controls it has to be named.
    pub require_owners: bool,
    /// From this share on, in percent, an owner's birth date is needed, and whoever owns more than that unnamed is missed.
    #[schema(minimum = 1, maximum = 100)]
    pub owner_threshold: u32,
    /// Every form where absent.
    #[schema(min_items = 1, max_items = 9)]
    pub accepted_forms: Option<Vec<BusinessForm>>,
}

impl Default for BusinessConfig {
    fn default() -> Self {
        Self {
            require_registration_number: false,
            require_owners: false,
            // Beneficial ownership in the PCMLTF Regulations, section 138, as in most laws.
            owner_threshold: 25,
            accepted_forms: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PepHioConfig {
    /// The questions that have to be answered; every one where absent.
    #[schema(min_items = 1, max_items = 5)]
    pub ask: Option<Vec<OfficeQuestion>>,
}

impl PepHioConfig {
    pub fn asked(&self) -> &[OfficeQuestion] {
        self.ask.as_deref().unwrap_or(&OfficeQuestion::ALL)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FinancialConfig {
    pub require_source_of_wealth: bool,
    pub require_expected_activity: bool,
    /// Whether they have to say for whom they act.
    pub ask_third_party: bool,
}

impl Default for FinancialConfig {
    fn default() -> Self {
        Self { require_source_of_wealth: false, require_expected_activity: false, ask_third_party: true }
    }
}

/// The text that is shown, and how it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AnswerConfig {
    /// Of `texts`; needed with them.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$")]
    pub text_version: Option<String>,
    /// One a language; a text of the product's own where there are none.
    #[schema(max_items = 50)]
    pub texts: Vec<AnswerText>,
    /// Whether a yes is signed.
    pub require_signature: bool,
}

impl Default for AnswerConfig {
    fn default() -> Self {
        Self { text_version: None, texts: vec![], require_signature: true }
    }
}

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerText {
    /// ISO 639-1, with a country where needed.
    #[schema(min_length = 2, max_length = 5, pattern = "^[a-z]{2}(-[A-Z]{2})?$")]
    pub language: String,
    #[schema(min_length = 1, max_length = 200, pattern = r"\S")]
    pub title: String,
    #[schema(min_length = 1, max_length = 20_000, pattern = r"\S")]
    pub text: String,
}

impl AnswerConfig {
    /// The version of the text that is asked for.
    pub fn version(&self) -> &str {
        match &self.text_version {
            Some(version) if !self.texts.is_empty() => version,
            _ => texts::VERSION,
        }
    }

    /// The text in a language, else in the same one of another country; `None` where there is neither.
    pub fn text(&self, kind: StepKind, language: &str) -> Option<Text<'_>> {
        let own =
            self.texts.iter().map(|own| Text { language: &own.language, title: &own.title, text: &own.text });
        let all: Vec<Text<'_>> =
            if self.texts.is_empty() { texts::built_in(kind).collect() } else { own.collect() };
        let plain = |of: &str| of.split('-').next().unwrap_or_default().to_owned();
        let exact = all.iter().find(|text| text.language == language);
        exact.or_else(|| all.iter().find(|text| plain(text.language) == plain(language))).copied()
    }

    /// The text to show somebody who reads these languages, the first one best: never none.
    pub fn shown(&self, kind: StepKind, languages: &[&str]) -> Option<Text<'_>> {
        let wanted = languages.iter().find_map(|language| self.text(kind, language));
        let any = || self.texts.first().map_or("en", |own| own.language.as_str());
        wanted.or_else(|| self.text(kind, any()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EstateConfig {
    pub require_death_certificate: bool,
    pub require_proof_of_authority: bool,
    /// Somebody who inherits has to be named.
    pub require_beneficiaries: bool,
}

impl Default for EstateConfig {
    fn default() -> Self {
        Self {
            require_death_certificate: true,
            require_proof_of_authority: true,
            require_beneficiaries: false,
        }
    }
}

impl EstateConfig {
    /// The files without which the step is not done.
    pub fn files(&self) -> Vec<EvidenceKind> {
        let all = [
            (self.require_death_certificate, EvidenceKind::DeathCertificate),
            (self.require_proof_of_authority, EvidenceKind::ProofOfAuthority),
        ];
        all.into_iter().filter(|(asked, _)| *asked).map(|(_, kind)| kind).collect()
    }
}

impl StepConfig {
    /// Everything that keeps it from being set, by field: what its schema cannot say.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = vec![];
        let mut wrong = |field: &str, rule, message: &str| found.push(Problem::new(field, rule, message));
        if let Some(countries) = &self.document.accepted_countries {
            let known = |code: &String| country::of_documents(code).is_some_and(country::is_issuer);
            if countries.is_empty() || !countries.iter().all(known) {
                let message = "must be codes of issuing countries (ISO 3166-1 or ICAO 9303), at least one";
                wrong("document.accepted_countries", Rule::Enum, message);
            }
        }
        let types = self.document.accepted_types.as_ref();
        if types.is_some_and(|all| all.is_empty() || all.contains(&DocumentType::Unknown)) {
            let message = "must be types of documents, at least one";
            wrong("document.accepted_types", Rule::Enum, message);
        }
        for (field, answer) in [("consent", &self.consent), ("attestation", &self.attestation)] {
            match (&answer.text_version, answer.texts.is_empty()) {
                (None, false) => {
                    wrong(&format!("{field}.text_version"), Rule::Required, "is required with texts")
                }
                (Some(_), true) => {
                    wrong(&format!("{field}.texts"), Rule::Required, "is required with text_version")
                }
                _ => {}
            }
            let twice = |(i, text): (usize, &AnswerText)| {
                answer.texts.iter().take(i).any(|before| before.language == text.language)
            };
            if answer.texts.iter().enumerate().any(twice) {
                wrong(&format!("{field}.texts"), Rule::Other, "must have one text a language");
            }
        }
        found
    }

    /// A policy with what this asks beyond it: never less.
    pub fn narrow(&self, mut policy: Policy) -> Policy {
        let accepted = &mut policy.accepted;
        if let Some(countries) = &self.document.accepted_countries {
            let code = |code: &String| country::of_documents(code).unwrap_or_default().to_owned();
            let wanted: Vec<String> = countries.iter().map(code).collect();
            accepted.countries = Some(match &accepted.countries {
                None => wanted,
                Some(before) => before.iter().filter(|b| wanted.contains(&code(b))).cloned().collect(),
            });
        }
        if let Some(wanted) = &self.document.accepted_types {
            accepted.types = Some(match &accepted.types {
                None => wanted.clone(),
                Some(before) => before.iter().filter(|b| wanted.contains(b)).copied().collect(),
            });
        }
        if self.biometric_face.movements {
            policy.liveness_mode = LivenessMode::PassiveActive;
        }
        policy.minimum_age = policy.minimum_age.max(self.person.minimum_age);
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_it_is_without() {
        let read = |text: &str| serde_json::from_str::<StepConfig>(text);
        assert_eq!(read("{}").unwrap(), StepConfig::default());
        let some = read(r#"{"person": {"minimum_age": 18}, "financial": {}, "consent": {}}"#).unwrap();
        assert_eq!(some.person.minimum_age, Some(18));
        assert!(some.financial.ask_third_party && some.consent.require_signature);
        for unknown in
            [r#"{"persons": {}}"#, r#"{"person": {"min_age": 18}}"#, r#"{"consent": {"text": "x"}}"#]
        {
            assert!(read(unknown).is_err(), "{unknown}");
        }
        let again = serde_json::to_value(&some).unwrap();
        assert_eq!(serde_json::from_value::<StepConfig>(again).unwrap(), some);
    }

    #[test]
    fn the_settings_in_the_documentation_are_every_setting() {
        let page = include_str!("../../../../docs/steps.md");
        let example = page.split("```json").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let config: StepConfig = serde_json::from_str(example).unwrap();
        assert_eq!(config.problems(), []);
        let told: serde_json::Value = serde_json::from_str(example).unwrap();
        for (step, settings) in serde_json::to_value(StepConfig::default()).unwrap().as_object().unwrap() {
            let names: Vec<&String> = settings.as_object().unwrap().keys().collect();
            // The two texts have the same settings.
            let step = if step == "attestation" { "consent" } else { step };
            assert!(names.iter().all(|name| told[step].get(name.as_str()).is_some()), "{step}: {names:?}");
        }
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        let fields = |text: &str| {
            let config: StepConfig = serde_json::from_str(text).unwrap();
            config.problems().into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        let text = |language: &str| format!(r#"{{"language": "{language}", "title": "T", "text": "X"}}"#);
        let (en, fr) = (text("en"), text("fr"));
        assert_eq!(fields(r#"{"document": {"accepted_countries": ["CA", "USA", "D"]}}"#), [""; 0]);
        assert_eq!(
            fields(&format!(r#"{{"consent": {{"text_version": "2", "texts": [{en}, {fr}]}}}}"#)),
            [""; 0]
        );
        for (config, field) in [
            (r#"{"document": {"accepted_countries": ["ZZ"]}}"#.to_owned(), "document.accepted_countries"),
            (r#"{"document": {"accepted_countries": ["XXA"]}}"#.to_owned(), "document.accepted_countries"),
            (r#"{"document": {"accepted_types": ["unknown"]}}"#.to_owned(), "document.accepted_types"),
            (format!(r#"{{"consent": {{"texts": [{en}]}}}}"#), "consent.text_version"),
            (r#"{"attestation": {"text_version": "2"}}"#.to_owned(), "attestation.texts"),
            (format!(r#"{{"consent": {{"text_version": "2", "texts": [{en}, {en}]}}}}"#), "consent.texts"),
        ] {
            assert_eq!(fields(&config), [field]);
        }
    }

    #[test]
    fn a_policy_is_narrowed_and_never_widened() {
        let config: StepConfig = serde_json::from_str(
            r#"{"document": {"accepted_countries": ["CA", "FR"], "accepted_types": ["passport"]},
                "biometric_face": {"movements": true}, "person": {"minimum_age": 21}}"#,
        )
        .unwrap();
        let mut policy = Policy { minimum_age: Some(18), ..Policy::default() };
        policy.accepted.countries = None;
        let narrow = config.narrow(policy.clone());
        assert_eq!(narrow.accepted.countries, Some(vec!["CAN".to_owned(), "FRA".to_owned()]));
        assert_eq!(narrow.accepted.types, Some(vec![DocumentType::Passport]));
        assert_eq!((narrow.liveness_mode, narrow.minimum_age), (LivenessMode::PassiveActive, Some(21)));
        assert_eq!(narrow.weaker_than(&policy), [""; 0]);
        policy.accepted.countries = Some(vec!["CAN".into(), "USA".into()]);
        policy.minimum_age = Some(30);
        let narrow = config.narrow(policy.clone());
        assert_eq!(narrow.accepted.countries, Some(vec!["CAN".to_owned()]));
        assert_eq!(narrow.minimum_age, Some(30));
        assert_eq!(StepConfig::default().narrow(policy.clone()), policy);
    }

    #[test]
    fn the_text_is_in_a_language_that_there_is() {
        let own = AnswerConfig {
            text_version: Some("7".into()),
            texts: vec![AnswerText { language: "fr-CA".into(), title: "T".into(), text: "X".into() }],
            ..AnswerConfig::default()
        };
        let language = |config: &AnswerConfig, wanted: &str| {
            config.text(StepKind::Consent, wanted).map(|text| text.language.to_owned())
        };
        assert_eq!((own.version(), language(&own, "fr").as_deref()), ("7", Some("fr-CA")));
        assert_eq!(language(&own, "en"), None);
        assert_eq!(own.shown(StepKind::Consent, &["en"]).map(|t| t.language), Some("fr-CA"));
        let built_in = AnswerConfig::default();
        assert_eq!(language(&built_in, "en-GB").as_deref(), Some("en"));
        for kind in [StepKind::Consent, StepKind::Attestation] {
            assert_eq!(built_in.shown(kind, &["xx", "fr"]).map(|t| t.language), Some("fr"));
            assert_eq!(built_in.shown(kind, &[]).map(|t| t.language), Some("en"));
        }
    }
}
