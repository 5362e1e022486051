//! What a person is asked for, step by step: the kinds of steps, how each stands, and the data of those that are no
//! pictures.

pub mod address;
pub mod answer;
pub mod business;
pub mod config;
pub mod contact;
mod declared;
pub mod estate;
pub mod financial;
mod judge;
pub mod location;
pub mod party;
pub mod pep_hio;
pub mod person;
mod published;
mod related;
mod risk;
pub mod texts;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::judge::Judge;
pub use self::{
    answer::Answer,
    business::Business,
    config::StepConfig,
    contact::Contact,
    declared::{declaration, of_identity, unconfirmed},
    estate::Estate,
    financial::Financial,
    location::LocationData,
    pep_hio::PepHio,
    person::Person,
    related::{Related, RelatedName, names},
    risk::risk,
};
use crate::{problem::Problem, words::words};

words! {
    /// A step that a verification may ask for.
    pub enum StepKind {
        /// Pictures of an identity document.
        Document = "document",
        /// Who the person says they are.
        Person = "person",
        /// Where the person is.
        Location = "location",
        /// Where the person can be reached, confirmed by codes.
        Contact = "contact",
        /// A live face.
        BiometricFace = "biometric_face",
        /// The business that the person acts for.
        Business = "business",
        /// Political offices, of the person and of those close to them.
        PepHio = "pep_hio",
        /// Where the person's money comes from.
        Financial = "financial",
        /// Agreement with a text of the organization's.
        Consent = "consent",
        /// The person's word that what they said is true.
        Attestation = "attestation",
        /// The estate of somebody who died.
        Estate = "estate",
    }
}

words! {
    /// How a step stands.
    #[derive(Default)]
    pub enum StepState {
        #[default]
        Pending = "pending",
        /// Something of it is there.
        InProgress = "in_progress",
        /// The person is done with it.
        Submitted = "submitted",
        Accepted = "accepted",
        /// The person is asked for it again.
        Returned = "returned",
    }
}

/// What a step holds that is no picture.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum StepData {
    Person(Person),
    Location(LocationData),
    Contact(Contact),
    Business(Business),
    PepHio(PepHio),
    Financial(Financial),
    Consent(Answer),
    Attestation(Answer),
    Estate(Estate),
}

/// Without what it holds: that is personal.
impl std::fmt::Debug for StepData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StepData({})", self.kind())
    }
}

impl StepKind {
    /// Whether the step holds data, and not pictures alone.
    pub const fn has_data(self) -> bool {
        !matches!(self, Self::Document | Self::BiometricFace)
    }
}

impl StepData {
    pub const fn kind(&self) -> StepKind {
        match self {
            Self::Person(_) => StepKind::Person,
            Self::Location(_) => StepKind::Location,
            Self::Contact(_) => StepKind::Contact,
            Self::Business(_) => StepKind::Business,
            Self::PepHio(_) => StepKind::PepHio,
            Self::Financial(_) => StepKind::Financial,
            Self::Consent(_) => StepKind::Consent,
            Self::Attestation(_) => StepKind::Attestation,
            Self::Estate(_) => StepKind::Estate,
        }
    }

    /// Everything that is wrong with it and that its schema cannot say: dates, sums, codes, answers that need others. A
    /// field is the dotted path inside the step's data; no message repeats a value.
    pub fn problems(&self, today: Date, config: &StepConfig) -> Vec<Problem> {
        let mut judge = Judge::new(today, config);
        match self {
            Self::Person(data) => data.judge(&mut judge),
            Self::Location(data) => data.judge(&mut judge),
            Self::Contact(data) => data.judge(&mut judge),
            Self::Business(data) => data.judge(&mut judge),
            Self::PepHio(data) => data.judge(&mut judge),
            Self::Financial(data) => data.judge(&mut judge),
            Self::Consent(data) => data.judge(StepKind::Consent, &config.consent, &mut judge),
            Self::Attestation(data) => data.judge(StepKind::Attestation, &config.attestation, &mut judge),
            Self::Estate(data) => data.judge(&mut judge),
        }
        judge.found
    }

    /// The same in the one form in which it is kept and compared: spaces, capitals, postal codes, phone numbers. Of data
    /// without problems; the rest is left as it is where it has no such form.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        match &mut self {
            Self::Person(data) => data.normalize(),
            Self::Contact(data) => data.normalize(),
            Self::Business(data) => data.normalize(),
            Self::PepHio(data) => data.normalize(),
            Self::Financial(data) => data.normalize(),
            Self::Estate(data) => data.normalize(),
            Self::Location(_) | Self::Consent(_) | Self::Attestation(_) => {}
        }
        self
    }
}
