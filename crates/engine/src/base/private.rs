//! What is stored of a verification under its person's key alone.

use bonafide_core::{
    document::{DocumentReading, DocumentType},
    evidence::EvidenceKind,
    id::{EvidenceId, WebhookEndpointId},
    recapture::Capture,
    review::Grounds,
    step::{StepConfig, StepKind},
    time::Timestamp,
};
use bonafide_invite::Channel;
use bonafide_store::evidence::Evidence;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{screened::Screened, sighting::Sighting};

/// The part of a verification that may hold personal data: stored only under the applicant's key.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Private {
    /// The caller's own data.
    #[serde(default)]
    pub metadata: Value,
    #[serde(default)]
    pub settings: Value,
    #[serde(default)]
    pub sdk_metadata: Value,
    pub webhook_url: Option<String>,
    /// The endpoint that stands for the host of `webhook_url`.
    #[serde(default)]
    pub webhook_endpoint: Option<WebhookEndpointId>,
    /// The last invitation of the person.
    #[serde(default)]
    pub invitation: Option<Invite>,
    /// The type that somebody said the document is of.
    #[serde(default)]
    pub declared: Option<DocumentType>,
    pub reading: Option<DocumentReading>,
    /// The last screening of the person, with its hits.
    #[serde(default)]
    pub screened: Option<Screened>,
    /// What the lists hold of the names that the person gave beside their own.
    #[serde(default)]
    pub related: Option<Screened>,
    /// The earlier submissions that the last one had something in common with.
    #[serde(default)]
    pub sightings: Vec<Sighting>,
    /// Submissions so far.
    #[serde(default)]
    pub attempt: u32,
    /// Those that a sandbox ended as if the person could not go on; they are not among the submissions.
    #[serde(default)]
    pub aborted: u32,
    /// When the last one came.
    #[serde(default)]
    pub handed_in_at: Option<Timestamp>,
    /// What it was.
    #[serde(default)]
    pub handed_in: Option<HandedIn>,
    /// How many of them came before the last pause.
    #[serde(default)]
    pub failed_before: u32,
    /// What a reviewer asked the person for again, until they submit.
    #[serde(default)]
    pub asked_again: Option<AskedAgain>,
    /// Whom it is about, as the caller knows them.
    #[serde(default)]
    pub subject: Subject,
    /// Who the person is, by the caller's word: compared with the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_identity: Option<DeclaredIdentity>,
    /// Days that the person was given; the server's setting where absent.
    #[serde(default)]
    pub lifetime_days: Option<u32>,
    /// What the caller set of single steps.
    #[serde(default)]
    pub step_config: StepConfig,
    /// Who may see what was approved.
    #[serde(default)]
    pub third_parties: Vec<ThirdParty>,
    /// The language that the person chose on their device: BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_language: Option<String>,
    /// When the person took their consent to the processing of their face back: every picture of it went, and no other is
    /// taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_withdrawn_at: Option<Timestamp>,
}

impl Private {
    /// The language to speak to the person in, as far as it is known.
    pub fn language(&self) -> Option<&str> {
        let invited = || self.invitation.as_ref()?.language.as_deref();
        self.chosen_language.as_deref().or_else(invited)
    }
}

/// Whom a verification is about, as the caller knows them. Personal data, so it does not print itself.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject(..)")
    }
}

/// Who a person is, by the caller's word. Personal data, so it does not print itself.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredIdentity {
    /// In full.
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Where they live, in one line: compared with documents that show that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What else the caller said of them, which nothing is compared with: JSON, or null.
    #[serde(default)]
    pub rest: Value,
}

impl std::fmt::Debug for DeclaredIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeclaredIdentity(..)")
    }
}

/// Somebody who sees what was approved, if the person agrees. Personal data, so it does not print itself.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThirdParty {
    pub name: String,
    pub email: String,
    /// What they see.
    #[serde(default)]
    pub steps: Vec<StepKind>,
}

impl std::fmt::Debug for ThirdParty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ThirdParty(..)")
    }
}

/// What a submission consisted of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    pub evidence: Vec<EvidenceId>,
    /// What the person said the document is.
    pub document_type: DocumentType,
    /// Whether they said since that it is something else.
    #[serde(default)]
    pub declared_anew: bool,
}

impl HandedIn {
    /// Of what is there now. What the checks made of it is no part.
    pub(crate) fn of(given: &[Evidence], document_type: DocumentType) -> Self {
        let captured = given.iter().filter(|e| e.kind != EvidenceKind::Portrait).map(|e| e.id);
        Self { evidence: captured.collect(), document_type, declared_anew: false }
    }

    /// Whether `now` has something that was not submitted.
    pub(crate) fn is_exceeded_by(&self, now: &Self) -> bool {
        self.declared_anew || now.evidence.iter().any(|id| !self.evidence.contains(id))
    }
}

/// Without what it holds: it is about a person.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Private(..)")
    }
}

/// What a reviewer asked for again, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedAgain {
    pub captures: Vec<Capture>,
    pub grounds: Grounds,
}

/// Whom to ask to come and how. Personal data, so it does not print itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct Invite {
    /// `None` for a link that the caller passes on.
    pub channel: Option<Channel>,
    /// An e-mail address or a phone number; empty for a link.
    #[serde(default)]
    pub to: String,
    /// What the person is called.
    #[serde(default)]
    pub person: Option<String>,
    /// BCP 47; English when absent.
    #[serde(default)]
    pub language: Option<String>,
    /// How many were sent of this verification before this one.
    #[serde(default)]
    pub number: u32,
    /// Whether the person is reminded before the link ends.
    #[serde(default)]
    pub remind: bool,
    /// Whether it did not arrive.
    #[serde(default)]
    pub bounced: bool,
}
