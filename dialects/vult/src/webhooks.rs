//! How this API words what happened.
//!
//! The vendor documents neither names nor bodies nor a signature, so all of it is ours: flat bodies with the names of
//! the session's own fields, what is not known left out, and the Standard Webhooks headers alone.

use bonafide_core::{
    event::{Happened, Message, STANDARD_WAITS, Subject, VerificationFacts, WebhookDialect},
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
        }
    };
}

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        crate::NAME
    }

    fn word(&self, happened: Happened, kind: Kind) -> Option<&'static str> {
        // An authentication has no document, and nobody is searched for.
        let idv = kind == Kind::IdentityVerification;
        Some(match happened {
            Happened::VerificationCreated => session!(kind, "created"),
            Happened::VerificationOpened => session!(kind, "opened"),
            Happened::VerificationStarted => session!(kind, "started"),
            Happened::VerificationRefused => session!(kind, "refused"),
            Happened::VerificationSubmitted => session!(kind, "submitted"),
            Happened::VerificationApproved | Happened::VerificationDeclined => session!(kind, "complete"),
            Happened::VerificationReviewRequired => session!(kind, "temporarily_complete"),
            Happened::VerificationRetryRequired => session!(kind, "retry_required"),
            Happened::VerificationInconclusive => session!(kind, "temporarily_blocked"),
            Happened::VerificationReopened => session!(kind, "reopened"),
            Happened::VerificationCanceled => session!(kind, "canceled"),
            Happened::VerificationExpired => session!(kind, "expired"),
            Happened::VerificationAnonymized => session!(kind, "anonymized"),
            Happened::LivenessPassed => session!(kind, "liveness_passed"),
            Happened::LivenessFailed => session!(kind, "liveness_failed"),
            Happened::InvitationSent => session!(kind, "invitation_sent"),
            Happened::InvitationReminded => session!(kind, "invitation_reminded"),
            Happened::InvitationBounced => session!(kind, "invitation_bounced"),
            Happened::DocumentAccepted if idv => "idv.session.document_accepted",
            Happened::DocumentRejected if idv => "idv.session.document_rejected",
            Happened::ScreeningChanged if idv => "idv.session.screening_changed",
            Happened::ScreeningReviewed if idv => "idv.session.screening_reviewed",
            Happened::IdentityAnonymized => "identity.anonymized",
            Happened::EndpointTested => "webhook.test",
            Happened::EndpointDisabled => "webhook.disabled",
            // `complete` has said it.
            Happened::VerificationCompleted => return None,
            Happened::DocumentAccepted
            | Happened::DocumentRejected
            | Happened::ScreeningChanged
            | Happened::ScreeningReviewed
            | Happened::ApplicantCreated
            | Happened::ApplicantUpdated
            | Happened::ApplicantAnonymized => return None,
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
        match event.happened.subject() {
            Subject::Verification => body["session_id"] = json!(VerificationId::from_uuid(event.subject)),
            Subject::Applicant => body["identity_id"] = json!(ApplicantId::from_uuid(event.subject)),
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
