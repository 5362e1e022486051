//! How this API words what happened.
//!
//! The vendor documents `event`, `data` and `timestamp`; a program in use reads `id`, `overallStatus` and
//! `faceMatchScore` beside them, so they stand in both places. `webhook.*` and `invitation.*` are ours. The vendor
//! knows no authentication of a known face, so nothing is told of those.

use bonafide_core::{
    event::{Happened, Message, Subject, VerificationFacts, WebhookDialect},
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

    fn word(&self, happened: Happened, kind: Kind) -> Option<&'static str> {
        let word = match happened {
            Happened::VerificationApproved => "identity.verified",
            Happened::VerificationDeclined | Happened::VerificationRefused => "identity.rejected",
            Happened::VerificationReviewRequired | Happened::VerificationInconclusive => {
                "identity.manual_review"
            }
            Happened::VerificationCompleted => "verification.completed",
            Happened::DocumentAccepted => "document.verified",
            Happened::DocumentRejected => "document.rejected",
            Happened::LivenessPassed => "liveness.passed",
            Happened::LivenessFailed => "liveness.failed",
            Happened::InvitationSent => "invitation.sent",
            Happened::InvitationReminded => "invitation.reminded",
            Happened::InvitationBounced => "invitation.bounced",
            Happened::EndpointTested => "webhook.test",
            Happened::EndpointDisabled => "webhook.disabled",
            Happened::VerificationCreated
            | Happened::VerificationOpened
            | Happened::VerificationStarted
            | Happened::VerificationSubmitted
            | Happened::VerificationRetryRequired
            | Happened::VerificationReopened
            | Happened::VerificationCanceled
            | Happened::VerificationExpired
            | Happened::VerificationAnonymized
            | Happened::ScreeningChanged
            | Happened::ScreeningReviewed
            | Happened::ApplicantCreated
            | Happened::ApplicantUpdated
            | Happened::ApplicantAnonymized
            | Happened::IdentityAnonymized => return None,
        };
        let told = happened.subject() == Subject::Endpoint || kind == Kind::IdentityVerification;
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
        let id = if event.happened.subject() == Subject::Endpoint {
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
