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
    assert_eq!(told.len(), 13 + 2 * 2, "verifications of one kind; webhook.* whatever the kind");
    for (happened, kind) in told {
        let body = body(&event(happened, kind), kind);
        for field in ["id", "event", "timestamp"] {
            assert!(body[field].is_string(), "{happened}: {field}");
        }
        assert!(body["data"].is_object() && !holds_null(&body), "{happened}: {body}");
        if happened.subject() == Subject::Verification {
            assert_eq!(body["id"], body["data"]["verificationId"], "{happened}");
            assert!(body["data"]["userId"].is_string(), "{happened}");
            assert_eq!(body["data"]["status"], body["data"]["overallStatus"], "{happened}");
            assert_eq!(body["overallStatus"], body["data"]["overallStatus"], "{happened}");
        }
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let event = longest(Happened::VerificationDeclined, Kind::IdentityVerification);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn without_a_user_the_applicant_stands_for_them() {
    let kind = Kind::IdentityVerification;
    let mut event = event(Happened::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["data"]["userId"], "user-7");
    event.snapshot.verification.as_mut().unwrap().user_id.clear();
    assert_eq!(body(&event, kind)["data"]["userId"], "01k97fqt08dn6a687jcqnxd1b4");
}

#[test]
fn a_test_says_so() {
    let kind = Kind::IdentityVerification;
    let mut event = event(Happened::VerificationApproved, kind);
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
    for happened in [
        Happened::VerificationApproved,
        Happened::VerificationDeclined,
        Happened::VerificationRefused,
        Happened::DocumentAccepted,
        Happened::EndpointDisabled,
    ] {
        insta::assert_json_snapshot!(happened.as_str(), body(&event(happened, kind), kind));
    }
}
