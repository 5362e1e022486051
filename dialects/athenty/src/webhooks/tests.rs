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
        10 + Kind::ALL.len() * 5,
        "request.* of one kind; client.* and webhook.* whatever the kind"
    );
    for (event_type, kind) in told {
        let body = body(&event(event_type, kind), kind);
        let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["created_at", "data", "id", "metadata", "tenant_id", "type"], "{event_type}");
        assert!(body["data"]["id"].is_string(), "{event_type}");
        assert!(!holds_null(&body), "{event_type}: {body}");
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
    assert_eq!(body(&event, kind)["metadata"]["test"], false);
    (event.snapshot.test, event.sandbox) = (true, true);
    let metadata = &body(&event, kind)["metadata"];
    assert_eq!((&metadata["test"], &metadata["environment"]), (&json!(true), &json!("sandbox")));
    event.snapshot.verification = None;
    assert!(!holds_null(&body(&event, kind)), "a test without a verification");
}

#[test]
fn a_client_is_told_under_the_id_that_its_requests_name() {
    let kind = Kind::IdentityVerification;
    let data = |event_type| body(&event(event_type, kind), kind)["data"].clone();
    let request = data(EventType::VerificationCreated);
    for (event_type, active) in [
        (EventType::ClientCreated, true),
        (EventType::ClientUpdated, true),
        (EventType::ClientDeleted, false),
    ] {
        let told = data(event_type);
        assert_eq!((&told["id"], &told["active"]), (&request["clientId"], &json!(active)), "{event_type}");
        for of_a_request in ["clientId", "status", "reasons", "requirements"] {
            assert_eq!(told.get(of_a_request), None, "{event_type}");
        }
    }
    for of_a_person in
        [EventType::ApplicantCreated, EventType::ApplicantUpdated, EventType::ApplicantAnonymized]
    {
        assert_eq!(Webhooks.word(of_a_person, kind), None);
    }
}

#[test]
fn a_request_of_no_client_names_none() {
    let kind = Kind::IdentityVerification;
    let mut event = event(EventType::VerificationCreated, kind);
    event.snapshot.verification.as_mut().unwrap().client_record = None;
    assert_eq!(body(&event, kind)["data"].get("clientId"), None);
}

#[test]
fn bodies() {
    let kind = Kind::IdentityVerification;
    for event_type in [
        EventType::VerificationCreated,
        EventType::VerificationDeclined,
        EventType::ClientCreated,
        EventType::ClientDeleted,
        EventType::EndpointTested,
    ] {
        insta::assert_json_snapshot!(event_type.as_str(), body(&event(event_type, kind), kind));
    }
    let mut bounced = event(EventType::InvitationBounced, kind);
    bounced.snapshot.reason = Some("mailbox_unknown".to_owned());
    insta::assert_json_snapshot!("invitation.bounced", body(&bounced, kind));
}
