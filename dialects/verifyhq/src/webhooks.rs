//! How this API formats events.
//!
//! The vendor documents `event`, `data` and `timestamp`; a program in use reads `id`, `overallStatus` and
//! `faceMatchScore` beside them, so they stand in both places. `webhook.*` and `invitation.*` are ours. The vendor
//! knows no authentication of a known face, so nothing is sent about those.

use bonafide_core::{
    event::{EventType, Message, Subject, VerificationFacts, WebhookDialect},
    id::{VerificationId, WebhookEndpointId},
    verification::Kind,
};
use serde_json::{Value, json};

use crate::words;

/// The webhooks of this API: `identity.*`, `document.*` and `liveness.*`, signed in `X-Webhook-Signature`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Webhooks;

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        "verifyhq"
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        let word = match event_type {
            EventType::VerificationApproved => "identity.verified",
            EventType::VerificationDeclined | EventType::VerificationRefused => "identity.rejected",
            EventType::VerificationReviewRequired | EventType::VerificationInconclusive => {
                "identity.manual_review"
            }
            EventType::VerificationCompleted => "verification.completed",
            EventType::DocumentAccepted => "document.verified",
            EventType::DocumentRejected => "document.rejected",
            EventType::LivenessPassed => "liveness.passed",
            EventType::LivenessFailed => "liveness.failed",
            EventType::InvitationSent => "invitation.sent",
            EventType::InvitationReminded => "invitation.reminded",
            EventType::InvitationBounced => "invitation.bounced",
            EventType::EndpointTested => "webhook.test",
            EventType::EndpointDisabled => "webhook.disabled",
            EventType::VerificationCreated
            | EventType::VerificationOpened
            | EventType::VerificationStarted
            | EventType::VerificationSubmitted
            | EventType::VerificationRetryRequired
            | EventType::VerificationReopened
            | EventType::VerificationReset
            | EventType::VerificationRetryRequested
            | EventType::VerificationLinkExpired
            | EventType::VerificationCaptureAborted
            | EventType::VerificationCanceled
            | EventType::VerificationExpired
            | EventType::VerificationReportCreated
            | EventType::VerificationAnonymized
            | EventType::ScreeningChanged
            | EventType::ScreeningReviewed
            | EventType::ApplicantCreated
            | EventType::ApplicantUpdated
            | EventType::ApplicantAnonymized
            | EventType::IdentityAnonymized
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
        };
        let told = event_type.subject() == Subject::Endpoint || kind == Kind::IdentityVerification;
        told.then_some(word)
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let event = message.event;
        let mut data = json!({ "sequence": event.sequence, "environment": message.environment() });
        if message.is_test() {
            data["test"] = json!(true);
        }
        if let Some(reason) = &event.snapshot.reason {
            data["reason"] = json!(reason);
        }
        let id = if event.event_type.subject() == Subject::Endpoint {
            let id = format!("wh_{}", WebhookEndpointId::from_uuid(event.subject));
            data["webhookId"] = json!(id);
            id
        } else {
            let id = format!("ver_{}", VerificationId::from_uuid(event.subject));
            data["verificationId"] = json!(id);
            id
        };
        if let Some(facts) = &event.snapshot.verification {
            verification(&mut data, facts);
        }
        let mut body =
            json!({ "id": id, "event": message.word, "data": data, "timestamp": event.at.to_string() });
        for name in ["overallStatus", "faceMatchScore"] {
            if let Some(value) = body["data"].get(name).cloned() {
                body[name] = value;
            }
        }
        body
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some("X-Webhook-Signature")
    }

    /// After 1, 5 and 30 minutes.
    fn waits(&self) -> &'static [u32] {
        &[60, 300, 1_800]
    }
}

/// The facts of a verification; what is not known is left out.
fn verification(data: &mut Value, facts: &VerificationFacts) {
    // The vendor's always have a user; a verification made through another API may have none.
    let user = if facts.user_id.is_empty() { facts.applicant.to_string() } else { facts.user_id.clone() };
    let status = words::status(facts.status);
    data["userId"] = json!(user);
    data["status"] = json!(status);
    data["overallStatus"] = json!(status);
    if let Some(alike) = facts.face_match {
        data["faceMatchScore"] = json!(alike);
    }
    if !facts.reasons.is_empty() {
        data["reasons"] = json!(facts.reasons);
    }
}

#[cfg(test)]
mod tests;
