//! How this API formats events.
//!
//! The vendor documents neither names nor bodies nor a signature, so all of it is ours: flat bodies with the names of
//! the session's own fields, what is not known left out, and the Standard Webhooks headers alone.

use bonafide_core::{
    event::{EventType, Message, STANDARD_WAITS, Subject, VerificationFacts, WebhookDialect},
    id::{ApplicantId, VerificationId, WebhookEndpointId},
    verification::Kind,
};
use serde_json::{Value, json};

use crate::words;

/// The webhooks of this API: `idv.session.*`, `ida.session.*` and `identity.anonymized`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Webhooks;

/// The type of an event of both kinds of session.
macro_rules! session {
    ($kind:ident, $suffix:literal) => {
        match $kind {
            Kind::IdentityVerification => concat!("idv.session.", $suffix),
            Kind::FaceAuthentication => concat!("ida.session.", $suffix),
            // This API has no such sessions.
            Kind::DocumentVerification | Kind::AddressVerification => return None,
        }
    };
}

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        // An authentication has no document and no report, and nobody is searched for.
        let idv = kind == Kind::IdentityVerification;
        Some(match event_type {
            EventType::VerificationCreated => session!(kind, "created"),
            EventType::VerificationOpened => session!(kind, "opened"),
            EventType::VerificationStarted => session!(kind, "started"),
            EventType::VerificationRefused => session!(kind, "refused"),
            EventType::VerificationSubmitted => session!(kind, "submitted"),
            EventType::VerificationApproved | EventType::VerificationDeclined => session!(kind, "complete"),
            EventType::VerificationReviewRequired => session!(kind, "temporarily_complete"),
            EventType::VerificationRetryRequired => session!(kind, "retry_required"),
            EventType::VerificationInconclusive => session!(kind, "temporarily_blocked"),
            EventType::VerificationReopened => session!(kind, "reopened"),
            EventType::VerificationReset => session!(kind, "reset"),
            EventType::VerificationRetryRequested => session!(kind, "retry_requested"),
            EventType::VerificationLinkExpired => session!(kind, "link_expired"),
            EventType::VerificationCaptureAborted => session!(kind, "capture_aborted"),
            EventType::VerificationCanceled => session!(kind, "canceled"),
            EventType::VerificationExpired => session!(kind, "expired"),
            EventType::VerificationAnonymized => session!(kind, "anonymized"),
            EventType::LivenessPassed => session!(kind, "liveness_passed"),
            EventType::LivenessFailed => session!(kind, "liveness_failed"),
            EventType::InvitationSent => session!(kind, "invitation_sent"),
            EventType::InvitationReminded => session!(kind, "invitation_reminded"),
            EventType::InvitationBounced => session!(kind, "invitation_bounced"),
            EventType::VerificationReportCreated if idv => "idv.session.report_created",
            EventType::DocumentAccepted if idv => "idv.session.document_accepted",
            EventType::DocumentRejected if idv => "idv.session.document_rejected",
            EventType::ScreeningChanged if idv => "idv.session.screening_changed",
            EventType::ScreeningReviewed if idv => "idv.session.screening_reviewed",
            EventType::IdentityAnonymized => "identity.anonymized",
            EventType::EndpointTested => "webhook.test",
            EventType::EndpointDisabled => "webhook.disabled",
            // `complete` has said it.
            EventType::VerificationCompleted => return None,
            EventType::VerificationReportCreated
            | EventType::DocumentAccepted
            | EventType::DocumentRejected
            | EventType::ScreeningChanged
            | EventType::ScreeningReviewed
            | EventType::ApplicantCreated
            | EventType::ApplicantUpdated
            | EventType::ApplicantAnonymized
            | EventType::ClientCreated
            | EventType::ClientUpdated
            | EventType::ClientDeleted
            | EventType::AmlCreated
            | EventType::AmlOnboardingStarted
            | EventType::AmlOnboardingCompleted
            | EventType::AmlOnboardingReviewed
            | EventType::AmlMonitoringAlert
            | EventType::AmlMonitoringReviewed
            | EventType::AmlStatusChanged => return None,
        })
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let event = message.event;
        let mut body = json!({
            "id": event.id,
            "type": message.word,
            "created_at": event.at.to_string(),
            "sequence": event.sequence,
            "environment": message.environment(),
        });
        if message.is_test() {
            body["test"] = json!(true);
        }
        match event.event_type.subject() {
            Subject::Verification => body["session_id"] = json!(VerificationId::from_uuid(event.subject)),
            Subject::Applicant => body["identity_id"] = json!(ApplicantId::from_uuid(event.subject)),
            // This API has neither records of clients nor AML verifications, so nothing is sent about them.
            Subject::Client | Subject::Aml => {}
            Subject::Endpoint => body["webhook_id"] = json!(WebhookEndpointId::from_uuid(event.subject)),
        }
        if let Some(facts) = &event.snapshot.verification {
            session(&mut body, facts);
        }
        if let Some(reason) = &event.snapshot.reason {
            body["reason"] = json!(reason);
        }
        if let Some(hits) = event.snapshot.hits {
            body["hits"] = json!(hits);
        }
        body
    }

    fn signature_header(&self) -> Option<&'static str> {
        None
    }

    fn waits(&self) -> &'static [u32] {
        STANDARD_WAITS
    }
}

fn session(body: &mut Value, facts: &VerificationFacts) {
    body["status_e"] = json!(words::status(facts.status));
    if let Some(identity) = facts.identity {
        body["identity_id"] = json!(identity);
    }
    if !facts.client.is_empty() {
        body["client_id"] = json!(facts.client);
    }
    if !facts.user_id.is_empty() {
        body["user_id"] = json!(facts.user_id);
    }
    if let Some(verified) = facts.verified {
        body["verified"] = json!(verified);
    }
}

#[cfg(test)]
mod tests;
