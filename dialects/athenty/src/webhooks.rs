//! How this API formats events.
//!
//! Of `data` the vendor says only that it is event specific. Here it is the vendor's request or client, less what must
//! not lie with a receiver or in its log: who the person is (`subjectName`, `subjectEmail`, a client's names and
//! addresses) and what opens the request for them (`accessToken`). Who wants those reads the object. `webhook.*` and
//! `request.invitation.*` are ours. The vendor knows no authentication of a known face, so nothing is sent about those.

use bonafide_core::{
    event::{Event, EventType, Message, STANDARD_WAITS, Subject, VerificationFacts, WebhookDialect},
    id::{ClientId, VerificationId, WebhookEndpointId},
    step::StepKind,
    verification::Kind,
};
use serde_json::{Value, json};

use crate::words;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// The webhooks of this API: `request.*` and `client.*`, signed in `X-Athenty-Signature`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Webhooks;

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        "athenty"
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        let word = match event_type {
            EventType::VerificationCreated => "request.created",
            EventType::VerificationSubmitted => "request.submitted",
            EventType::VerificationApproved => "request.approved",
            EventType::VerificationDeclined | EventType::VerificationRefused => "request.rejected",
            EventType::VerificationCanceled => "request.canceled",
            EventType::VerificationExpired => "request.expired",
            EventType::ClientCreated => "client.created",
            EventType::ClientUpdated => "client.updated",
            EventType::ClientDeleted => "client.deleted",
            EventType::InvitationSent => "request.invitation.sent",
            EventType::InvitationReminded => "request.invitation.reminded",
            EventType::InvitationBounced => "request.invitation.bounced",
            EventType::EndpointTested => "webhook.test",
            EventType::EndpointDisabled => "webhook.disabled",
            EventType::ApplicantCreated
            | EventType::ApplicantUpdated
            | EventType::ApplicantAnonymized
            | EventType::IdentityAnonymized
            | EventType::VerificationOpened
            | EventType::VerificationStarted
            | EventType::VerificationReviewRequired
            | EventType::VerificationRetryRequired
            | EventType::VerificationInconclusive
            | EventType::VerificationReopened
            | EventType::VerificationReset
            | EventType::VerificationRetryRequested
            | EventType::VerificationLinkExpired
            | EventType::VerificationCaptureAborted
            | EventType::VerificationCompleted
            | EventType::VerificationReportCreated
            | EventType::VerificationAnonymized
            | EventType::DocumentAccepted
            | EventType::DocumentRejected
            | EventType::LivenessPassed
            | EventType::LivenessFailed
            | EventType::ScreeningChanged
            | EventType::ScreeningReviewed
            | EventType::AmlCreated
            | EventType::AmlOnboardingStarted
            | EventType::AmlOnboardingCompleted
            | EventType::AmlOnboardingReviewed
            | EventType::AmlMonitoringAlert
            | EventType::AmlMonitoringReviewed
            | EventType::AmlStatusChanged => return None,
        };
        let told = event_type.subject() != Subject::Verification || kind == Kind::IdentityVerification;
        told.then_some(word)
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let event = message.event;
        json!({
            "id": format!("evt_{}", event.id),
            "type": message.word,
            "created_at": event.at.to_string(),
            "tenant_id": format!("org_{}", event.organization),
            "data": data(event),
            "metadata": {
                "test": message.is_test(),
                "delivery_attempt": message.attempt,
                "sequence": event.sequence,
                "environment": message.environment(),
            },
        })
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some("X-Athenty-Signature")
    }

    /// The vendor tests a webhook when it is saved.
    fn greets(&self) -> bool {
        true
    }

    fn waits(&self) -> &'static [u32] {
        STANDARD_WAITS
    }
}

/// What it happened to. What is not known is left out.
fn data(event: &Event) -> Value {
    let facts = event.snapshot.verification.as_ref();
    let mut data = match event.event_type.subject() {
        Subject::Verification => request(event, facts),
        // Of people apart from their verifications nothing is sent, and of AML verifications neither; what is, is of an
        // organization's own records.
        Subject::Client | Subject::Applicant | Subject::Aml => client(event),
        Subject::Endpoint => json!({ "id": format!("wh_{}", WebhookEndpointId::from_uuid(event.subject)) }),
    };
    if let Some(facts) = facts.filter(|facts| !facts.user_id.is_empty()) {
        data["externalId"] = json!(facts.user_id);
    }
    if let Some(reason) = &event.snapshot.reason {
        data["reason"] = json!(reason);
    }
    data
}

fn request(event: &Event, facts: Option<&VerificationFacts>) -> Value {
    let mut data = json!({
        "id": format!("req_{}", VerificationId::from_uuid(event.subject)),
        "orgId": format!("org_{}", event.organization),
    });
    let Some(facts) = facts else { return data };
    data["type"] = json!(facts.purpose);
    data["requirements"] = match facts.steps.as_slice() {
        [] => json!([StepKind::Document, StepKind::BiometricFace]),
        steps => json!(steps),
    };
    data["status"] = json!(words::status(facts.status));
    if let Some(id) = facts.client_record {
        data["clientId"] = json!(format!("clt_{id}"));
    }
    if let Some(id) = facts.matter {
        data["matterId"] = json!(format!("mat_{id}"));
    }
    if !facts.reasons.is_empty() {
        data["reasons"] = json!(facts.reasons);
    }
    if let Some(at) = facts.created_at {
        data["createdAt"] = json!(at.to_string());
    }
    if let Some(at) = facts.expires_at {
        data["expiresAt"] = json!(at.to_string());
    }
    if let Some((from, until)) = facts.created_at.zip(facts.expires_at) {
        data["expiresDays"] = json!((until.0 - from.0 + DAY_MS - 1) / DAY_MS);
    }
    data
}

fn client(event: &Event) -> Value {
    let mut data = json!({
        "id": format!("clt_{}", ClientId::from_uuid(event.subject)),
        "orgId": format!("org_{}", event.organization),
    });
    if let Some(facts) = &event.snapshot.client {
        data["memberType"] = json!(facts.member_type);
        data["active"] = json!(facts.active);
        data["requestCount"] = json!(facts.request_count);
        data["createdAt"] = json!(facts.created_at.to_string());
    }
    data
}

#[cfg(test)]
mod tests;
