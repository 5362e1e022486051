//! The same events in the native format, which an endpoint or an action of a workflow asks for: shaped like CloudEvents, and
//! signed by the organization's own key, whose public half is at `GET /workflows/signing-keys`.

use bonafide_core::{
    event::{EventType, Message, WebhookDialect},
    verification::Kind,
};
use serde_json::{Value, json};

use super::Webhooks;

/// How the engine names this format.
pub(crate) const NATIVE: &str = "checkout-native";

/// The webhooks of the native format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Native;

impl WebhookDialect for Native {
    fn name(&self) -> &'static str {
        NATIVE
    }

    fn word(&self, event_type: EventType, kind: Kind) -> Option<&'static str> {
        Some(match (event_type, kind) {
            // Before anything is checked: what the other format calls the start.
            (EventType::VerificationStarted, Kind::DocumentVerification) => {
                "id_document_verification_quality_checks_in_progress"
            }
            (EventType::VerificationStarted, Kind::AddressVerification) => {
                "address_document_verification_quality_checks_in_progress"
            }
            _ => return Webhooks.word(event_type, kind),
        })
    }

    fn body(&self, message: &Message<'_>) -> Value {
        let mut usual = Webhooks.body(message);
        let data = usual["data"].take();
        json!({
            "specversion": "2.0",
            "type": message.word,
            "subject": subject(&data),
            "id": format!("evnt_{}", message.event.id),
            "time": usual["created_on"].take(),
            "datacontenttype": "application/json",
            "data": data,
        })
    }

    fn signature_header(&self) -> Option<&'static str> {
        Webhooks.signature_header()
    }

    fn is_signed_by_key(&self) -> bool {
        true
    }

    fn user_agent(&self) -> Option<&'static str> {
        Some("CkoIdvNotifier")
    }

    fn is_taken(&self, status: u16) -> bool {
        matches!(status, 200 | 201)
    }

    fn patience_s(&self) -> Option<u32> {
        Some(10)
    }

    /// A minute and five minutes.
    fn waits(&self) -> &'static [u32] {
        &[60, 300]
    }
}

/// The id of what it happened to.
fn subject(data: &Value) -> Value {
    const IDS: [&str; 6] = [
        "identity_verification_id",
        "face_authentication_id",
        "id_document_verification_id",
        "address_document_verification_id",
        "aml_verification_id",
        "workflow_action_id",
    ];
    IDS.into_iter().find_map(|name| data.get(name)).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bonafide_testkit::events::{body, event, told};

    use super::*;

    #[test]
    fn every_body_has_the_envelope() {
        for (event_type, kind) in told(&Native) {
            let body = body(&Native, &event(event_type, kind), kind);
            let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
            keys.sort_unstable();
            let expected = ["data", "datacontenttype", "id", "specversion", "subject", "time", "type"];
            assert_eq!(keys, expected, "{event_type}");
            assert!(body["subject"].is_string(), "{event_type}: {body}");
            assert!(body["id"].as_str().unwrap().starts_with("evnt_"), "{event_type}");
            let usual = bonafide_testkit::events::body(&Webhooks, &event(event_type, kind), kind);
            assert_eq!((&body["data"], &body["time"]), (&usual["data"], &usual["created_on"]));
        }
    }

    #[test]
    fn what_is_handed_in_is_looked_at_first() {
        let started = |kind| {
            (
                Webhooks.word(EventType::VerificationStarted, kind),
                Native.word(EventType::VerificationStarted, kind),
            )
        };
        for (kind, resource) in [
            (Kind::DocumentVerification, "id_document_verification"),
            (Kind::AddressVerification, "address_document_verification"),
        ] {
            let (usual, native) = started(kind);
            assert_eq!(usual, Some(format!("{resource}_started").as_str()));
            assert_eq!(native, Some(format!("{resource}_quality_checks_in_progress").as_str()));
        }
        let (usual, native) = started(Kind::IdentityVerification);
        assert_eq!(usual, native);
        for event_type in EventType::ALL.into_iter().filter(|one| *one != EventType::VerificationStarted) {
            for kind in Kind::ALL {
                assert_eq!(
                    Native.word(event_type, kind),
                    Webhooks.word(event_type, kind),
                    "{event_type} {kind}"
                );
            }
        }
    }
}
