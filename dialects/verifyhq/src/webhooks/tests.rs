use bonafide_core::event::Event;
use bonafide_testkit::events::{event, holds_null, longest, told};

use super::*;

fn body(event: &Event, kind: Kind) -> Value {
    bonafide_testkit::events::body(&Webhooks, event, kind)
}

#[test]
fn the_words() {
    insta::assert_json_snapshot!(Webhooks.words());
}

#[test]
fn every_body_has_the_envelope() {
    let told = told(&Webhooks);
    assert_eq!(
        told.len(),
        13 + Kind::ALL.len() * 2,
        "verifications of one kind; webhook.* whatever the kind"
    );
    for (event_type, kind) in told {
        let body = body(&event(event_type, kind), kind);
        for field in ["id", "event", "timestamp"] {
            assert!(body[field].is_string(), "{event_type}: {field}");
        }
        assert!(body["data"].is_object() && !holds_null(&body), "{event_type}: {body}");
        if event_type.subject() == Subject::Verification {
            assert_eq!(body["id"], body["data"]["verificationId"], "{event_type}");
            assert!(body["data"]["userId"].is_string(), "{event_type}");
            assert_eq!(body["data"]["status"], body["data"]["overallStatus"], "{event_type}");
            assert_eq!(body["overallStatus"], body["data"]["overallStatus"], "{event_type}");
        }
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let event = longest(EventType::VerificationDeclined, Kind::IdentityVerification);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn without_a_user_the_applicant_stands_for_them() {
    let kind = Kind::IdentityVerification;
    let mut event = event(EventType::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["data"]["userId"], "user-7");
    event.snapshot.verification.as_mut().unwrap().user_id.clear();
    assert_eq!(body(&event, kind)["data"]["userId"], "01k97fqt08dn6a687jcqnxd1b4");
}

#[test]
fn a_test_says_so() {
    let kind = Kind::IdentityVerification;
    let mut event = event(EventType::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["data"].get("test"), None);
    (event.snapshot.test, event.sandbox) = (true, true);
    let data = &body(&event, kind)["data"];
    assert_eq!((&data["test"], &data["environment"]), (&json!(true), &json!("sandbox")));
    event.snapshot.verification = None;
    assert!(!holds_null(&body(&event, kind)), "a test without a verification");
}

#[test]
fn bodies() {
    let kind = Kind::IdentityVerification;
    for event_type in [
        EventType::VerificationApproved,
        EventType::VerificationDeclined,
        EventType::VerificationRefused,
        EventType::DocumentAccepted,
        EventType::EndpointDisabled,
    ] {
        insta::assert_json_snapshot!(event_type.as_str(), body(&event(event_type, kind), kind));
    }
}
