//! How this API formats events: those of its workflows.
//!
//! An attribute without a value is left out, never null. `sequence`, `environment`, `test`, `reason` and `hits` in
//! `data`, the types `webhook_*`, `*_invitation_*` and `*_screening_*` are ours.

use bonafide_core::{
    event::{AmlFacts, Event, EventType, Message, Subject, VerificationFacts, WebhookDialect},
    id::{AmlId, VerificationId, WebhookEndpointId},
    verification::Kind,
};
use serde_json::{Value, json};

use crate::{
    NAME, aml_verifications::AML, answer::time, extract::APPLICANT, journeys, standing::codes, words,
};

pub(crate) mod native;

/// The webhooks of this API, signed in `Cko-Signature`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Webhooks;

/// Of the vendor's events, as its samples have it.
pub(crate) const VERSION: &str = "1.2.0";

/// The type of an event of each resource: what it begins with, and an end of its own where its pictures are handed in.
macro_rules! of {
    ($kind:ident, $suffix:literal) => {
        of!($kind, $suffix, $suffix)
    };
    ($kind:ident, $captured:literal, $handed_in:literal) => {
        match $kind {
            Kind::IdentityVerification => concat!("identity_verification_", $captured),
            Kind::FaceAuthentication => concat!("face_authentication_", $captured),
            Kind::DocumentVerification => concat!("id_document_verification_", $handed_in),
            Kind::AddressVerification => concat!("address_document_verification_", $handed_in),
        }
    };
}

impl WebhookDialect for Webhooks {
    fn name(&self) -> &'static str {
        NAME
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        let screened = kind == Kind::IdentityVerification;
        let captured = !kind.brings_pictures();
        Some(match event_type {
            EventType::VerificationCreated => of!(kind, "created"),
            EventType::VerificationOpened if captured => of!(kind, "opened"),
            EventType::VerificationStarted => of!(kind, "started"),
            EventType::VerificationRefused if captured => of!(kind, "capture_refused"),
            EventType::VerificationSubmitted => of!(kind, "capture_completed", "checks_in_progress"),
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
            EventType::VerificationCaptureAborted => of!(kind, "capture_aborted", "quality_checks_aborted"),
            EventType::VerificationCanceled => of!(kind, "closed"),
            EventType::VerificationLinkExpired if captured => of!(kind, "link_expired"),
            EventType::VerificationExpired => of!(kind, "link_expired", "closed"),
            EventType::VerificationReportCreated if kind.is_reported() => of!(kind, "report_created"),
            EventType::VerificationAnonymized => of!(kind, "anonymized"),
            EventType::InvitationSent if captured => of!(kind, "invitation_sent"),
            EventType::InvitationReminded if captured => of!(kind, "invitation_reminded"),
            EventType::InvitationBounced if captured => of!(kind, "invitation_bounced"),
            EventType::ScreeningChanged if screened => "identity_verification_screening_changed",
            EventType::ScreeningReviewed if screened => "identity_verification_screening_reviewed",
            EventType::AmlCreated => "aml_verification_created",
            EventType::AmlOnboardingStarted => "aml_verification_onboarding_started",
            EventType::AmlOnboardingCompleted => "aml_verification_onboarding_completed",
            EventType::AmlOnboardingReviewed => "aml_verification_onboarding_reviewed",
            EventType::AmlMonitoringAlert => "aml_verification_monitoring_alert",
            EventType::AmlMonitoringReviewed => "aml_verification_monitoring_reviewed",
            EventType::AmlStatusChanged => "aml_verification_status_changed",
            EventType::EndpointTested => "webhook_test",
            EventType::EndpointDisabled => "webhook_disabled",
            EventType::VerificationReviewRequired
            | EventType::VerificationOpened
            | EventType::VerificationRefused
            | EventType::VerificationLinkExpired
            | EventType::InvitationSent
            | EventType::InvitationReminded
            | EventType::InvitationBounced
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

    fn native(&self) -> Option<&'static dyn WebhookDialect> {
        Some(&native::Native)
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
    if event.event_type.subject() == Subject::Aml {
        return aml(event, event.snapshot.aml.as_ref());
    }
    let id = VerificationId::from_uuid(event.subject);
    let facts = event.snapshot.verification.as_ref();
    let mut data = if matches!(event.event_type, EventType::ScreeningChanged | EventType::ScreeningReviewed) {
        let mut data = verification(id, facts);
        if let Some(hits) = event.snapshot.hits {
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

fn aml(event: &Event, facts: Option<&AmlFacts>) -> Value {
    let mut data = json!({ "aml_verification_id": AML.show(AmlId::from_uuid(event.subject)) });
    if let Some(facts) = facts {
        data["applicant_id"] = json!(APPLICANT.show(facts.client_record));
        data["status"] = json!(facts.status);
        if !facts.user_id.is_empty() {
            data["external_applicant_id"] = json!(facts.user_id);
        }
    }
    if let Some(hits) = event.snapshot.hits {
        data["hits"] = json!(hits);
    }
    data
}

fn verification(id: VerificationId, facts: Option<&VerificationFacts>) -> Value {
    let (name, prefix) = match facts.map(|f| f.kind).unwrap_or_default() {
        Kind::IdentityVerification => ("identity_verification_id", "idv_"),
        Kind::FaceAuthentication => ("face_authentication_id", "fav_"),
        Kind::DocumentVerification => ("id_document_verification_id", "iddv_"),
        Kind::AddressVerification => ("address_document_verification_id", "adv_"),
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
