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
    assert_eq!(told.len(), 10 + 2 * 5, "request.* of one kind; client.* and webhook.* whatever the kind");
    for (happened, kind) in told {
        let body = body(&event(happened, kind), kind);
        let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["created_at", "data", "id", "metadata", "tenant_id", "type"], "{happened}");
        assert!(body["data"]["id"].is_string(), "{happened}");
        assert!(!holds_null(&body), "{happened}: {body}");
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let event = longest(Happened::VerificationDeclined, Kind::IdentityVerification);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn a_test_says_so() {
    let kind = Kind::IdentityVerification;
    let mut event = event(Happened::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["metadata"]["test"], false);
    (event.snapshot.test, event.sandbox) = (true, true);
    let metadata = &body(&event, kind)["metadata"];
    assert_eq!((&metadata["test"], &metadata["environment"]), (&json!(true), &json!("sandbox")));
    event.snapshot.verification = None;
    assert!(!holds_null(&body(&event, kind)), "a test without a verification");
}

#[test]
fn a_client_is_told_as_a_client() {
    let kind = Kind::IdentityVerification;
    let client = |happened| body(&event(happened, kind), kind)["data"].clone();
    let request = client(Happened::VerificationCreated);
    for happened in [Happened::ApplicantCreated, Happened::ApplicantUpdated, Happened::ApplicantAnonymized] {
        let told = client(happened);
        assert_eq!(
            (&told["id"], &told["externalId"]),
            (&request["clientId"], &json!("user-7")),
            "{happened}"
        );
        for of_a_request in ["clientId", "status", "reasons", "requirements"] {
            assert_eq!(told.get(of_a_request), None, "{happened}");
        }
    }
}

#[test]
fn bodies() {
    let kind = Kind::IdentityVerification;
    for happened in [
        Happened::VerificationCreated,
        Happened::VerificationDeclined,
        Happened::ApplicantCreated,
        Happened::ApplicantAnonymized,
        Happened::EndpointTested,
    ] {
        insta::assert_json_snapshot!(happened.as_str(), body(&event(happened, kind), kind));
    }
    let mut bounced = event(Happened::InvitationBounced, kind);
    bounced.snapshot.reason = Some("mailbox_unknown".to_owned());
    insta::assert_json_snapshot!("invitation.bounced", body(&bounced, kind));
}
