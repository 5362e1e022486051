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
        2 * 20 + 2 * 14 + 3 + 2 + 4 * 2 + 4 * 7,
        "captured and handed in; screening of one and reports of three; webhook_* and aml_verification_* whatever the kind"
    );
    for (event_type, kind) in told {
        let body = body(&event(event_type, kind), kind);
        let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["_links", "created_on", "data", "id", "type", "version"], "{event_type}");
        assert!(!holds_null(&body), "{event_type}: {body}");
        let data = &body["data"];
        let name = match (event_type, kind) {
            (EventType::EndpointTested | EventType::EndpointDisabled, _) => "workflow_action_id",
            _ if event_type.subject() == Subject::Aml => "aml_verification_id",
            (_, Kind::IdentityVerification) => "identity_verification_id",
            (_, Kind::FaceAuthentication) => "face_authentication_id",
            (_, Kind::DocumentVerification) => "id_document_verification_id",
            (_, Kind::AddressVerification) => "address_document_verification_id",
        };
        assert!(data[name].is_string(), "{event_type}: {data}");
        let has_codes = !matches!(name, "workflow_action_id" | "aml_verification_id");
        assert_eq!(data["response_codes"].is_array(), has_codes, "{event_type}: {data}");
        if matches!(event_type.subject(), Subject::Verification | Subject::Aml) {
            assert!(data["applicant_id"].is_string() && data["status"].is_string(), "{event_type}: {data}");
        }
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let event = longest(EventType::VerificationDeclined, Kind::IdentityVerification);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn a_user_nobody_named_is_left_out() {
    let kind = Kind::FaceAuthentication;
    let mut event = event(EventType::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["data"]["external_applicant_id"], "user-7");
    event.snapshot.verification.as_mut().unwrap().user_id.clear();
    assert_eq!(body(&event, kind)["data"].get("external_applicant_id"), None);
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
    let body = body(&event, kind);
    assert_eq!(body["data"]["response_codes"], json!([]));
    assert!(!holds_null(&body), "a test without a verification");
}

#[test]
fn a_server_that_does_not_know_its_address_links_to_a_path() {
    let event = event(EventType::VerificationCreated, Kind::IdentityVerification);
    let message =
        Message { event: &event, word: "identity_verification_created", attempt: 1, public_url: "" };
    assert_eq!(
        Webhooks.body(&message)["_links"]["self"]["href"],
        "/workflows/events/evt_01k97fqt08dn6a687jcqnxd1b1"
    );
}

#[test]
fn bodies() {
    let kind = Kind::IdentityVerification;
    for event_type in [
        EventType::VerificationOpened,
        EventType::VerificationApproved,
        EventType::VerificationCanceled,
        EventType::EndpointTested,
    ] {
        insta::assert_json_snapshot!(event_type.as_str(), body(&event(event_type, kind), kind));
    }
    let mut alert = event(EventType::ScreeningChanged, kind);
    alert.snapshot.hits = Some(2);
    insta::assert_json_snapshot!("screening.changed", body(&alert, kind));
    let kind = Kind::FaceAuthentication;
    let declined = event(EventType::VerificationDeclined, kind);
    insta::assert_json_snapshot!("face_authentication_declined", body(&declined, kind));
}
