//! Events as subscribers receive them: one list of types for the whole product, and how an API translates them into its
//! own.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    aml::AmlStatus,
    attempt::AttemptStatus,
    client::MemberType,
    id::{ApplicantId, ClientId, EventId, MatterId, OrganizationId, PolicyId},
    reason::Code,
    step::StepKind,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
    words::words,
};

words! {
    /// Something that happened.
    pub enum EventType {
        VerificationCreated = "verification.created",
        /// The person opened the link.
        VerificationOpened = "verification.opened",
        /// The person consented; evidence may come in.
        VerificationStarted = "verification.started",
        /// The person did not consent.
        VerificationRefused = "verification.refused",
        /// Everything was submitted; the checks begin.
        VerificationSubmitted = "verification.submitted",
        VerificationApproved = "verification.approved",
        VerificationDeclined = "verification.declined",
        /// A human has to look.
        VerificationReviewRequired = "verification.review_required",
        /// The evidence was not good enough; the person may try again.
        VerificationRetryRequired = "verification.retry_required",
        /// The attempts are used up.
        VerificationInconclusive = "verification.inconclusive",
        /// After a pause the person may try again.
        VerificationReopened = "verification.reopened",
        /// A new attempt took the place of one that was not finished.
        VerificationReset = "verification.reset",
        /// A new attempt after one that came to nothing.
        VerificationRetryRequested = "verification.retry_requested",
        /// Nobody opened the link of an attempt in time.
        VerificationLinkExpired = "verification.link_expired",
        /// The person could not go on with an attempt: a new one may be made.
        VerificationCaptureAborted = "verification.capture_aborted",
        VerificationCanceled = "verification.canceled",
        VerificationExpired = "verification.expired",
        /// It was approved or declined.
        VerificationCompleted = "verification.completed",
        /// Its report can be had: of an identity verification that was approved or declined.
        VerificationReportCreated = "verification.report_created",
        VerificationAnonymized = "verification.anonymized",
        /// Of one submission: its document passed every check made of it.
        DocumentAccepted = "document.accepted",
        DocumentRejected = "document.rejected",
        LivenessPassed = "liveness.passed",
        LivenessFailed = "liveness.failed",
        /// A list changed, and with it who the person may be.
        ScreeningChanged = "screening.changed",
        /// A human looked at a hit.
        ScreeningReviewed = "screening.reviewed",
        /// The person of a new identity verification, who has an id of their own there.
        ApplicantCreated = "applicant.created",
        /// They were approved: it is known now which identity they are.
        ApplicantUpdated = "applicant.updated",
        /// They were erased. Told of those alone who were told to exist.
        ApplicantAnonymized = "applicant.anonymized",
        /// A person who was verified, and known again since, was erased.
        IdentityAnonymized = "identity.anonymized",
        /// The organization's own record of a person or business.
        ClientCreated = "client.created",
        ClientUpdated = "client.updated",
        /// The record was deleted, with all that it said of them.
        ClientDeleted = "client.deleted",
        AmlCreated = "aml.created",
        /// The lists are searched for the first time.
        AmlOnboardingStarted = "aml.onboarding_started",
        AmlOnboardingCompleted = "aml.onboarding_completed",
        /// A human decided what the first search had left open.
        AmlOnboardingReviewed = "aml.onboarding_reviewed",
        /// A list changed, and there is a hit that was not there before.
        AmlMonitoringAlert = "aml.monitoring_alert",
        /// A human decided about such a hit.
        AmlMonitoringReviewed = "aml.monitoring_reviewed",
        /// It stands otherwise than before, whoever or whatever changed that.
        AmlStatusChanged = "aml.status_changed",
        InvitationSent = "invitation.sent",
        InvitationReminded = "invitation.reminded",
        /// The invitation could not be delivered.
        InvitationBounced = "invitation.bounced",
        /// Somebody asked for a message to see whether messages arrive.
        EndpointTested = "webhook.tested",
        /// Messages did not arrive for so long that no more are sent there.
        EndpointDisabled = "webhook.disabled",
    }
}

impl EventType {
    /// The event of a verification's new status.
    pub const fn to(status: Status) -> Self {
        match status {
            Status::Created => Self::VerificationCreated,
            Status::Pending => Self::VerificationOpened,
            Status::Capturing => Self::VerificationStarted,
            Status::Processing => Self::VerificationSubmitted,
            Status::RetryRequired => Self::VerificationRetryRequired,
            Status::ReviewRequired => Self::VerificationReviewRequired,
            Status::Approved => Self::VerificationApproved,
            Status::Declined => Self::VerificationDeclined,
            Status::Refused => Self::VerificationRefused,
            Status::Inconclusive => Self::VerificationInconclusive,
            Status::Canceled => Self::VerificationCanceled,
            Status::Expired => Self::VerificationExpired,
        }
    }

    /// What it happened to.
    pub const fn subject(self) -> Subject {
        match self {
            Self::ApplicantCreated
            | Self::ApplicantUpdated
            | Self::ApplicantAnonymized
            | Self::IdentityAnonymized => Subject::Applicant,
            Self::ClientCreated | Self::ClientUpdated | Self::ClientDeleted => Subject::Client,
            Self::AmlCreated
            | Self::AmlOnboardingStarted
            | Self::AmlOnboardingCompleted
            | Self::AmlOnboardingReviewed
            | Self::AmlMonitoringAlert
            | Self::AmlMonitoringReviewed
            | Self::AmlStatusChanged => Subject::Aml,
            Self::EndpointTested | Self::EndpointDisabled => Subject::Endpoint,
            _ => Subject::Verification,
        }
    }
}

/// What something happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    Verification,
    /// A person: of one verification, or an identity.
    Applicant,
    /// The organization's own record of a person or business.
    Client,
    /// An AML verification.
    Aml,
    /// A subscriber's own endpoint.
    Endpoint,
}

/// The facts of the moment, written with the event and never changed. Holds no personal data: identifiers, words and
/// numbers; who wants more reads the object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Asked for by a developer; nothing happened to a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// The verification it is about; what happened to an applicant is about the one they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationFacts>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientFacts>,
    /// The AML verification it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aml: Option<AmlFacts>,
    /// Why, as a stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many hits of a screening count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits: Option<u64>,
}

/// A client's record at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientFacts {
    pub member_type: MemberType,
    pub active: bool,
    /// How many verifications were made for it.
    pub request_count: i64,
    pub created_at: Timestamp,
}

/// An AML verification at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmlFacts {
    pub status: AmlStatus,
    /// The organization's own record of the person.
    pub client_record: ClientId,
    /// The public name of the credential it was created with; empty when it is not known any more.
    #[serde(default)]
    pub client: String,
    /// The caller's word for their user; empty when they gave none.
    #[serde(default)]
    pub user_id: String,
    pub monitored: bool,
}

/// A verification at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerificationFacts {
    pub kind: Kind,
    /// Absent in events of older programs, like what it asked for.
    #[serde(default)]
    pub purpose: Purpose,
    /// What the person was asked for, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepKind>,
    /// The version of the organization's policies that it was made with; none: the product's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyId>,
    /// The organization's own record of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_record: Option<ClientId>,
    /// The organization's case that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matter: Option<MatterId>,
    pub status: Status,
    pub applicant: ApplicantId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<ApplicantId>,
    /// The public name of the credential it was created with; empty when it is not known any more.
    #[serde(default)]
    pub client: String,
    /// The caller's word for their user; empty when they gave none.
    #[serde(default)]
    pub user_id: String,
    /// Present once it is final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// How alike portrait and selfie are, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face_match: Option<f64>,
    /// Submissions so far.
    #[serde(default)]
    pub attempt: u32,
    /// How the last attempt stands that was made through an API which counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_status: Option<AttemptStatus>,
    /// Why it is not an approval, the gravest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Code>,
    /// Absent in events of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: EventId,
    pub organization: OrganizationId,
    /// Whether the organization is a sandbox.
    pub sandbox: bool,
    pub event_type: EventType,
    /// The verification, applicant, client's record, AML verification or endpoint.
    pub subject: Uuid,
    /// Counts the events of this subject from 1: who gets a lower number after a higher one knows it is old.
    pub sequence: i64,
    pub snapshot: Snapshot,
    pub at: Timestamp,
}

/// One message to one subscriber.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub event: &'a Event,
    /// The event's name in the subscriber's API.
    pub word: &'a str,
    /// 1 for the first.
    pub attempt: i64,
    /// Where this server is reached, without a slash at the end; empty when the operator did not say.
    pub public_url: &'a str,
}

impl Message<'_> {
    /// Whether nothing happened to a person.
    pub fn is_test(&self) -> bool {
        self.event.snapshot.test || self.event.event_type == EventType::EndpointTested
    }

    /// `sandbox` or `live`.
    pub fn environment(&self) -> &'static str {
        if self.event.sandbox { "sandbox" } else { "live" }
    }
}

/// How one API formats and signs events. Pure: the same event gives the same text.
pub trait WebhookDialect: Send + Sync {
    /// The name of the API, as the rest of the product knows it.
    fn name(&self) -> &'static str;

    /// What this API calls it when it happens to a verification of this kind; `None` when it does not send it.
    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str>;

    /// What is sent, as JSON.
    fn body(&self, message: &Message<'_>) -> serde_json::Value;

    /// The header with the vendor's own signature: the HMAC-SHA256 of the body under the endpoint's secret as text,
    /// in lower-case hexadecimal digits. `None` for an API that knows the Standard Webhooks headers alone.
    fn signature_header(&self) -> Option<&'static str> {
        None
    }

    /// Whether that header holds a signature by the organization's own key in the HMAC's place: ECDSA over P-521
    /// with SHA-512, of the time and the body.
    fn is_signed_by_key(&self) -> bool {
        false
    }

    /// The same events in the other format that this API has, which an endpoint may ask for by that one's name.
    fn native(&self) -> Option<&'static dyn WebhookDialect> {
        None
    }

    /// How the sender calls itself, where this API says how.
    fn user_agent(&self) -> Option<&'static str> {
        None
    }

    /// Whether a receiver who answers with this status has taken the message.
    fn is_taken(&self, status: u16) -> bool {
        (200..300).contains(&status)
    }

    /// How long a receiver has for its answer, in seconds, where that is less than the server gives.
    fn patience_s(&self) -> Option<u32> {
        None
    }

    /// Seconds to wait after the first, the second … failed attempt. After the last one the message is dead.
    fn waits(&self) -> &'static [u32] {
        STANDARD_WAITS
    }

    /// Whether a new endpoint is sent a test message at once.
    fn greets(&self) -> bool {
        false
    }

    /// Every name an endpoint may ask for, each once.
    fn words(&self) -> Vec<&'static str> {
        let mut all = vec![];
        for kind in Kind::ALL {
            for event_type in EventType::ALL {
                if let Some(word) = self.word(event_type, kind)
                    && !all.contains(&word)
                {
                    all.push(word);
                }
            }
        }
        all
    }
}

/// The schedule that Standard Webhooks suggests: 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours.
pub const STANDARD_WAITS: &[u32] = &[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_its_own() {
        for h in EventType::ALL {
            assert_eq!(EventType::parse(h.as_str()), Some(h));
        }
        let mut words: Vec<_> = EventType::ALL.iter().map(|h| h.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), EventType::ALL.len());
        assert_eq!(EventType::parse("verification.lost"), None);
    }

    #[test]
    fn every_status_is_told_as_something_else() {
        let mut told: Vec<_> = Status::ALL.into_iter().map(EventType::to).collect();
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), Status::ALL.len());
    }
}
