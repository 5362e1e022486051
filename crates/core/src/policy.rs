//! What a verification requires, and what to do when a requirement is not met. What each field means to whom sets it is in
//! `docs/policy.md`.

mod change;
mod presets;
mod problems;
mod steps;

pub use presets::Preset;
use serde::{Deserialize, Serialize};

use crate::{
    document::{DocumentReading, DocumentType, FieldName, Side, Source},
    finding::{Check, Code, Finding, Outcome, Reason},
    id::PolicyId,
    weights::Weights,
    words::words,
};

words! {
    #[derive(Default)]
    pub enum LivenessMode {
        /// Judge the frames alone.
        #[default]
        Passive = "passive",
        /// Ask for movements as well, unless the passive score is high enough to skip them.
        PassiveActive = "passive_active",
    }
}

words! {
    /// What a failed check leads to.
    pub enum Consequence {
        Decline = "decline",
        Review = "review",
        /// Ask the person again; a human looks when their attempts are used up.
        Retry = "retry",
    }
}

words! {
    /// What comes when the person has used up their attempts and the pictures are still not good enough.
    #[derive(Default)]
    pub enum Exhausted {
        /// A human looks at what there is.
        #[default]
        Review = "review",
        /// The person has to wait before they may try again.
        Block = "block",
    }
}

words! {
    /// Where a required field has to come from.
    pub enum DataSource {
        Ocr = "ocr",
        Barcode = "barcode",
        Mrz = "mrz",
        Dmv = "dmv",
        /// Wherever it is found.
        Any = "any",
    }
}

impl DataSource {
    /// The one source; none when any will do.
    pub const fn source(self) -> Option<Source> {
        match self {
            Self::Ocr => Some(Source::Visual),
            Self::Barcode => Some(Source::Barcode),
            Self::Mrz => Some(Source::Mrz),
            Self::Dmv => Some(Source::Registry),
            Self::Any => None,
        }
    }
}

/// The 25 switches: which fields one data source must give for one type of document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requirements {
    pub fields: Vec<FieldName>,
    /// The barcode must decode.
    pub raw_barcode: bool,
    /// A portrait must be found and encoded.
    pub face_encoding: bool,
}

/// The fields a switch exists for, in the order of the wire format.
pub const SWITCHABLE: [FieldName; 23] = [
    FieldName::DocumentNumber,
    FieldName::RefNumber,
    FieldName::IssuedAt,
    FieldName::ExpiresAt,
    FieldName::IssuingCountry,
    FieldName::IssuingState,
    FieldName::FirstName,
    FieldName::MiddleName,
    FieldName::LastName,
    FieldName::NameSuffix,
    FieldName::Street,
    FieldName::City,
    FieldName::State,
    FieldName::PostalCode,
    FieldName::BirthDate,
    FieldName::Gender,
    FieldName::Height,
    FieldName::Weight,
    FieldName::EyeColor,
    FieldName::HairColor,
    FieldName::Class,
    FieldName::Mentions,
    FieldName::Restrictions,
];

/// The requirements of one type of document, by data source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeRequirements {
    pub document_type: DocumentType,
    pub source: DataSource,
    pub requirements: Requirements,
}

/// Everything `decide` needs to know about what was asked for. Stored with the verification, so that a
/// later change of the organization's settings does not change what this one was judged by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The version of the organization's policies that this was made of; absent for the product's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PolicyId>,
    pub liveness_mode: LivenessMode,
    /// Checks without which nobody is approved: not assessed means retry or review.
    pub required: Vec<Check>,
    /// What a failed check leads to. One that is named neither here nor as required counts through its weight alone.
    pub on_fail: Vec<(Check, Consequence)>,
    /// What a check leads to that asks for a look; the rest as for `on_fail`.
    #[serde(default)]
    pub on_consider: Vec<(Check, Consequence)>,
    pub below_tolerance: Consequence,
    /// How often a person may submit again before a human looks.
    pub max_attempts: u32,
    #[serde(default)]
    pub exhausted: Exhausted,
    /// Whether the score counts. Without, the required checks alone decide.
    #[serde(default = "yes")]
    pub scored: bool,
    pub requirements: Vec<TypeRequirements>,
    // What follows is absent from policies that were stored before it existed: they ask for nothing of it.
    #[serde(default)]
    pub accepted: Accepted,
    /// Full years.
    #[serde(default)]
    pub minimum_age: Option<u32>,
    #[serde(default)]
    pub screening: ScreeningRule,
    /// The least score of a living person; the product's own threshold where absent.
    #[serde(default)]
    pub liveness_floor: Option<f64>,
    #[serde(default)]
    pub activity: ActivityLimits,
    /// Days after the decision for which pictures and data are kept; the installation's setting where absent.
    #[serde(default)]
    pub retention_days: Option<u32>,
}

/// Which documents are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Accepted {
    /// Issuing countries, ISO 3166-1 alpha-3 or a code of ICAO 9303; every known one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<DocumentType>>,
    /// Days since the day of issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// Whether a card needs its back too.
    #[serde(default)]
    pub both_sides: bool,
    /// Whether the document has to be of the type that was declared.
    #[serde(default)]
    pub as_declared: bool,
    /// Whether documents of Utopia, the state of ICAO's specimens, are those of a country that does not exist.
    #[serde(default)]
    pub refuse_specimens: bool,
}

/// Whether nobody is approved without being compared with lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScreeningRule {
    #[serde(default)]
    pub required: bool,
    /// Required as soon as there is any list: only an installation without lists goes on without.
    #[serde(default)]
    pub once_imported: bool,
    /// Days since a list was imported or confirmed to be unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_list_age_days: Option<u32>,
}

/// What is usual within a window; more asks for a human and never declines. Absent: not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActivityLimits {
    /// How far back is counted, in seconds.
    #[serde(default)]
    pub window_s: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_per_person: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_device: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_per_address: Option<u32>,
    /// The least seconds from the consent to the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fastest_s: Option<u32>,
}

fn yes() -> bool {
    true
}

impl Default for Policy {
    fn default() -> Self {
        Preset::Standard.policy()
    }
}

impl Policy {
    /// What is asked of somebody who is known: a live face, and the right one. No document, so no score.
    pub fn authentication(liveness_mode: LivenessMode) -> Self {
        Self { liveness_mode, ..Self::default() }.for_authentication()
    }

    /// The same by the rules of this policy: what speaks of a document or of its holder's data falls away.
    pub fn for_authentication(self) -> Self {
        Self {
            required: vec![Check::FaceMatch, Check::SelfieSource, Check::PassiveLiveness],
            scored: false,
            requirements: vec![],
            accepted: Accepted::default(),
            minimum_age: None,
            screening: ScreeningRule::default(),
            ..self
        }
    }

    /// The checks that have to come to an end for an approval: by name, or because a rule of the policy is judged by them.
    pub fn needed(&self) -> Vec<Check> {
        let wanted = &self.accepted;
        let list = wanted.countries.is_some() || wanted.types.is_some() || wanted.max_age_days.is_some();
        let implied = [
            (Check::ActiveLiveness, self.liveness_mode == LivenessMode::PassiveActive),
            (Check::MinimumAge, self.minimum_age.is_some()),
            (Check::DocumentAccepted, list),
            (Check::Sanctions, self.screening.required),
        ];
        let mut needed = self.required.clone();
        needed.extend(implied.into_iter().filter(|(_, asked)| *asked).map(|(check, _)| check));
        needed
    }

    /// Whether a check is among them. What is required of a document is required of its front; a back may carry little to
    /// judge by.
    pub fn needs(&self, check: Check, side: Option<Side>) -> bool {
        side != Some(Side::Back) && self.needed().contains(&check)
    }

    /// The weights with what this policy asks beyond them.
    pub fn over(&self, weights: Weights) -> Weights {
        let floor = self.liveness_floor.unwrap_or(0.0);
        let passive_liveness_tolerance = weights.passive_liveness_tolerance.max(floor);
        Weights { passive_liveness_tolerance, ..weights }
    }

    /// Lays an organization's own requirements over these: each replaces the one for the same type and source, or
    /// is added.
    pub fn require(&mut self, own: Vec<TypeRequirements>) {
        for new in own {
            let same =
                |r: &&mut TypeRequirements| (r.document_type, r.source) == (new.document_type, new.source);
            match self.requirements.iter_mut().find(same) {
                Some(old) => *old = new,
                None => self.requirements.push(new),
            }
        }
    }

    /// What a failure of the check leads to.
    pub fn consequence(&self, check: Check) -> Consequence {
        self.on_failure(check, None).unwrap_or(Consequence::Review)
    }

    /// The same, if the policy stops anybody for it: `None` where a failure counts through its weight alone.
    pub fn on_failure(&self, check: Check, side: Option<Side>) -> Option<Consequence> {
        let asked = self.needs(check, side);
        of(&self.on_fail, check, asked)
    }

    /// Whether a check that is needed may be absent all the same: a selfie has nothing to be compared with once the session
    /// with the document was deleted, and that locks nobody out who is known.
    pub fn excuses(&self, finding: &Finding) -> bool {
        let alone = finding.reasons.iter().any(|r| r.code == Code::NothingToCompareWith);
        let known = !self.required.contains(&Check::DocumentReadable);
        finding.check == Check::SelfieSource && known && alone
    }

    /// What a check leads to that asks for a look; `None` where that counts through its weight alone.
    pub fn on_doubt(&self, check: Check, side: Option<Side>) -> Option<Consequence> {
        let asked = match check {
            // A name like one on a list is nothing a weight may outvote.
            Check::Sanctions => true,
            Check::DocumentAsAsked => self.accepted.as_declared,
            _ => self.needs(check, side),
        };
        of(&self.on_consider, check, asked)
    }

    /// Whether the reading gives every field that is required of this type of document.
    pub fn required_fields(&self, reading: &DocumentReading) -> Finding {
        let mut finding = Finding::new(Check::RequiredFields, Outcome::Clear);
        let mut asked = 0usize;
        let mut missing = 0usize;
        let mine = self.requirements.iter().filter(|r| r.document_type == reading.document_type);
        for TypeRequirements { source, requirements, .. } in mine {
            let mut need = |given: bool, what: &str, code: Code| {
                asked += 1;
                if !given {
                    missing += 1;
                    finding.reasons.push(Reason::new(
                        code,
                        format!("{what} is required and was not read from {}", source_words(*source)),
                    ));
                }
            };
            for field in &requirements.fields {
                let given = match source.source() {
                    Some(source) => reading.from_source(*field, source).is_some(),
                    None => reading.get(*field).is_some(),
                };
                let given = given || reading.is_absent(*field);
                need(given, field.as_str(), Code::Missing(*field));
            }
            if requirements.raw_barcode {
                need(reading.barcode.is_some(), "raw_barcode", Code::RawBarcodeMissing);
            }
            if requirements.face_encoding {
                need(reading.portrait.is_some(), "portrait", Code::PortraitMissing);
            }
        }
        if asked > 0 {
            finding.score = Some(1.0 - missing as f64 / asked as f64);
            finding.threshold = Some(1.0);
        }
        if missing > 0 {
            finding.outcome = Outcome::Fail;
        }
        finding
    }
}

/// What a check leads to by its name; review where it is not named and yet asked for.
fn of(named: &[(Check, Consequence)], check: Check, asked: bool) -> Option<Consequence> {
    let named = named.iter().find(|(c, _)| *c == check).map(|(_, to)| *to);
    let to = named.or_else(|| asked.then_some(Consequence::Review))?;
    // How often and how fast somebody comes declines nobody by itself, whatever a policy says.
    Some(if check == Check::Activity { Consequence::Review } else { to })
}

fn source_words(source: DataSource) -> &'static str {
    match source {
        DataSource::Ocr => "the printed text",
        DataSource::Barcode => "the barcode",
        DataSource::Mrz => "the machine readable zone",
        DataSource::Dmv => "the registry",
        DataSource::Any => "any source",
    }
}

/// The sides a type of document is photographed from.
pub const fn sides(document_type: DocumentType) -> &'static [Side] {
    match document_type {
        DocumentType::Passport | DocumentType::Visa => &[Side::Front],
        _ => &[Side::Front, Side::Back],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Field, Quad};

    #[test]
    fn names_what_is_missing_and_from_where() {
        let mut reading = DocumentReading {
            document_type: DocumentType::Passport,
            portrait: Some(Quad([[0.0; 2]; 4])),
            ..Default::default()
        };
        for name in
            [FieldName::DocumentNumber, FieldName::ExpiresAt, FieldName::IssuingCountry, FieldName::LastName]
        {
            reading.add(
                name,
                Field {
                    value: "X".into(),
                    source: Source::Mrz,
                    side: Side::Front,
                    confidence: 1.0,
                    region: None,
                },
            );
        }
        let finding = Policy::default().required_fields(&reading);
        assert_eq!(finding.outcome, Outcome::Fail);
        assert_eq!(finding.reasons.len(), 1);
        assert_eq!(finding.reasons[0].code, Code::Missing(FieldName::BirthDate));
        // Printed text does not stand in for the machine readable zone.
        reading.add(
            FieldName::BirthDate,
            Field {
                value: "X".into(),
                source: Source::Visual,
                side: Side::Front,
                confidence: 1.0,
                region: None,
            },
        );
        assert_eq!(Policy::default().required_fields(&reading).outcome, Outcome::Fail);
    }

    #[test]
    fn what_a_document_says_that_it_has_not_is_not_missing() {
        let field = |value: &str, source| Field {
            value: value.into(),
            source,
            side: Side::Front,
            confidence: 1.0,
            region: None,
        };
        let mut reading = DocumentReading {
            document_type: DocumentType::Passport,
            portrait: Some(Quad([[0.0; 2]; 4])),
            ..Default::default()
        };
        for name in
            [FieldName::DocumentNumber, FieldName::ExpiresAt, FieldName::IssuingCountry, FieldName::BirthDate]
        {
            reading.add(name, field("X", Source::Mrz));
        }
        reading.add(FieldName::FirstName, field("ANANYA", Source::Mrz));
        let missing = |reading: &DocumentReading| {
            let codes = Policy::default().required_fields(reading).reasons.into_iter().map(|r| r.code);
            codes.collect::<Vec<_>>()
        };
        // A surname that was not read is one thing, a zone that says that there is none another.
        assert_eq!(missing(&reading), [Code::Missing(FieldName::LastName)]);
        reading.absent = vec![FieldName::LastName];
        assert_eq!(missing(&reading), []);
        // A surname in print after all: the zone does not have what it should.
        reading.add(FieldName::LastName, field("SHARMA", Source::Visual));
        assert_eq!(missing(&reading), [Code::Missing(FieldName::LastName)]);
    }
}
