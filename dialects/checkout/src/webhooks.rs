//! How this API formats events: those of its workflows.
//!
//! An attribute without a value is left out, never null. `sequence`, `environment`, `test`, `reason` and `hits` in
//! `data`, the types `webhook_*` and `*_invitation_*` are ours.

use bonafide_core::{
    event::{Event, EventType, Message, Subject, VerificationFacts, WebhookDialect},
    id::{VerificationId, WebhookEndpointId},
    verification::Kind,
};
use serde_json::{Value, json};

use crate::{NAME, answer::time, extract::APPLICANT, journeys, standing::codes, words};

/// The webhooks of this API, signed in `Cko-Signature`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Webhooks;

/// Of the vendor's events, as its samples have it.
const VERSION: &str = "1.2.0";

/// The type of an event of both resources.
macro_rules! of {
    ($kind:ident, $suffix:literal) => {
        match $kind {
            Kind::IdentityVerification => concat!("identity_verification_", $suffix),
            Kind::FaceAuthentication => concat!("face_authentication_", $suffix),
        }
    };
}

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        let screened = kind == Kind::IdentityVerification;
        Some(match event_type {
            EventType::VerificationCreated => of!(kind, "created"),
            EventType::VerificationOpened => of!(kind, "opened"),
            EventType::VerificationStarted => of!(kind, "started"),
            EventType::VerificationRefused => of!(kind, "capture_refused"),
            EventType::VerificationSubmitted => of!(kind, "capture_completed"),
            EventType::VerificationApproved | EventType::VerificationDeclined => {
                of!(kind, "checks_completed")
            }
            EventType::VerificationRetryRequired | EventType::VerificationInconclusive => {
                of!(kind, "checks_inconclusive")
            }
            EventType::VerificationReset => of!(kind, "reset"),
            EventType::VerificationReopened | EventType::VerificationRetryRequested => {
                of!(kind, "retry_requested")
            }
            EventType::VerificationCaptureAborted => of!(kind, "capture_aborted"),
            EventType::VerificationCanceled => of!(kind, "closed"),
            EventType::VerificationLinkExpired | EventType::VerificationExpired => of!(kind, "link_expired"),
            EventType::VerificationReportCreated if kind == Kind::IdentityVerification => {
                "identity_verification_report_created"
            }
            EventType::VerificationAnonymized => of!(kind, "anonymized"),
            EventType::InvitationSent => of!(kind, "invitation_sent"),
            EventType::InvitationReminded => of!(kind, "invitation_reminded"),
            EventType::InvitationBounced => of!(kind, "invitation_bounced"),
            EventType::ScreeningChanged if screened => "aml_verification_monitoring_alert",
            EventType::ScreeningReviewed if screened => "aml_verification_monitoring_reviewed",
            EventType::EndpointTested => "webhook_test",
            EventType::EndpointDisabled => "webhook_disabled",
            EventType::VerificationReviewRequired
            | EventType::VerificationCompleted
            | EventType::VerificationReportCreated
            | EventType::DocumentAccepted
            | EventType::DocumentRejected
            | EventType::LivenessPassed
            | EventType::LivenessFailed
            | EventType::ScreeningChanged
            | EventType::ScreeningReviewed
            | EventType::ApplicantCreated
            | EventType::ApplicantUpdated
            | EventType::ApplicantAnonymized
            | EventType::IdentityAnonymized
            | EventType::ClientCreated
            | EventType::ClientUpdated
            | EventType::ClientDeleted => return None,
        })
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let event = message.event;
        let mut data = subject(event);
        data["sequence"] = json!(event.sequence);
        data["environment"] = json!(message.environment());
        if message.is_test() {
            data["test"] = json!(true);
        }
        if let Some(reason) = &event.snapshot.reason {
            data["reason"] = json!(reason);
        }
        let id = format!("evt_{}", event.id);
        let href = format!("{}/workflows/events/{id}", message.public_url);
        json!({
            "id": id,
            "type": message.word,
            "version": VERSION,
            "created_on": time(event.at),
            "data": data,
            "_links": { "self": { "href": href } },
        })
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some("Cko-Signature")
    }

    /// 5, 10, 15 and 30 minutes, 1, 4, 12 and 12 hours.
    fn waits(&self) -> &'static [u32] {
        &[300, 600, 900, 1_800, 3_600, 14_400, 43_200, 43_200]
    }
}

/// What it happened to, under the name its resource has here.
fn subject(event: &Event) -> Value {
    if event.event_type.subject() == Subject::Endpoint {
        return json!({ "workflow_action_id": format!("wfa_{}", WebhookEndpointId::from_uuid(event.subject)) });
    }
    let id = VerificationId::from_uuid(event.subject);
    let facts = event.snapshot.verification.as_ref();
    let mut data = if matches!(event.event_type, EventType::ScreeningChanged | EventType::ScreeningReviewed) {
        let hits = event.snapshot.hits;
        let mut data =
            json!({ "aml_verification_id": format!("amlv_{id}"), "status": words::screening(hits) });
        if let Some(hits) = hits {
            data["hits"] = json!(hits);
        }
        data
    } else {
        verification(id, facts)
    };
    if let Some(facts) = facts {
        let person = || APPLICANT.show(facts.applicant);
        data["applicant_id"] =
            json!(facts.client_record.map_or_else(person, |client| APPLICANT.show(client)));
        if !facts.user_id.is_empty() {
            data["external_applicant_id"] = json!(facts.user_id);
        }
    }
    data
}

fn verification(id: VerificationId, facts: Option<&VerificationFacts>) -> Value {
    let (name, prefix) = match facts.map(|f| f.kind).unwrap_or_default() {
        Kind::IdentityVerification => ("identity_verification_id", "idv_"),
        Kind::FaceAuthentication => ("face_authentication_id", "fav_"),
    };
    let mut data = json!({ name: format!("{prefix}{id}"), "response_codes": [] });
    if let Some(facts) = facts {
        data["user_journey_id"] = json!(journeys::shown(facts.policy));
        data["status"] = json!(words::status(facts.kind, facts.status, facts.attempt_status));
        data["response_codes"] = json!(codes(facts.kind, facts.status, facts.attempt_status, &facts.reasons));
    }
    data
}

#[cfg(test)]
mod tests;
