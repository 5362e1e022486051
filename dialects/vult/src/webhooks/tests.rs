use bonafide_core::{event::Event, verification::Status};
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
        2 * 23 + 5 + Kind::ALL.len() * 3,
        "both kinds; document, screening and report of one; the rest whatever"
    );
    for (event_type, kind) in told {
        let body = body(&event(event_type, kind), kind);
        for field in ["id", "type", "created_at", "environment"] {
            assert!(body[field].is_string(), "{event_type}: {field}");
        }
        assert_eq!(body["sequence"], 5, "{event_type}");
        assert!(!holds_null(&body), "{event_type}: {body}");
        let of = match event_type.subject() {
            Subject::Verification => "session_id",
            Subject::Applicant => "identity_id",
            Subject::Client | Subject::Aml => panic!("{event_type} is not sent"),
            Subject::Endpoint => "webhook_id",
        };
        assert_eq!(body[of], "01k97fqt08dn6a687jcqnxd1b3", "{event_type}");
        assert_eq!(body["status_e"].is_string(), of == "session_id", "{event_type}");
    }
}

#[test]
fn a_type_says_the_status_it_leads_to() {
    for status in
        [Status::Approved, Status::Declined, Status::ReviewRequired, Status::Inconclusive, Status::Expired]
    {
        let kind = Kind::IdentityVerification;
        let body = body(&event(EventType::to(status), kind), kind);
        let word = body["status_e"].as_str().unwrap();
        assert_eq!(body["type"], format!("idv.session.{word}"));
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let event = longest(EventType::VerificationDeclined, Kind::IdentityVerification);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn a_test_says_so() {
    let kind = Kind::IdentityVerification;
    let mut event = event(EventType::VerificationApproved, kind);
    assert_eq!(body(&event, kind).get("test"), None);
    (event.snapshot.test, event.sandbox) = (true, true);
    let told = body(&event, kind);
    assert_eq!((&told["test"], &told["environment"]), (&json!(true), &json!("sandbox")));
    event.snapshot.verification = None;
    assert!(!holds_null(&body(&event, kind)), "a test without a verification");
}

#[test]
fn bodies() {
    let kind = Kind::IdentityVerification;
    for event_type in [
        EventType::VerificationApproved,
        EventType::VerificationStarted,
        EventType::IdentityAnonymized,
        EventType::EndpointTested,
    ] {
        insta::assert_json_snapshot!(event_type.as_str(), body(&event(event_type, kind), kind));
    }
    let mut changed = event(EventType::ScreeningChanged, kind);
    changed.snapshot.hits = Some(2);
    insta::assert_json_snapshot!("screening.changed", body(&changed, kind));
    let kind = Kind::FaceAuthentication;
    let declined = event(EventType::VerificationDeclined, kind);
    insta::assert_json_snapshot!("ida_declined", body(&declined, kind));
}
