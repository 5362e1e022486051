use bonafide_core::{event::Snapshot, id::Id, verification::Status};

use super::*;

const KINDS: [Kind; 2] = [Kind::IdentityVerification, Kind::FaceAuthentication];

fn id<T>(last: char) -> Id<T> {
    format!("01k97fqt08dn6a687jcqnxd1b{last}").parse().unwrap()
}

/// The event as it is written when this happens; only what happens to a verification has facts.
fn event(happened: Happened, kind: Kind) -> Event {
    let status = Status::ALL.into_iter().find(|s| Happened::to(*s) == happened).unwrap_or(Status::Processing);
    let declined = status == Status::Declined;
    let judged = declined || matches!(status, Status::Approved | Status::ReviewRequired);
    let facts = VerificationFacts {
        kind,
        status,
        applicant: id('4'),
        identity: None,
        client: "client_7".to_owned(),
        user_id: "user-7".to_owned(),
        verified: status.is_final().then_some(status == Status::Approved),
        score: judged.then_some(0.93),
        face_match: judged.then_some(0.87),
        attempt: 1,
        reasons: if declined {
            vec!["face_match_failed".to_owned(), "face_mismatch".to_owned()]
        } else {
            vec![]
        },
    };
    Event {
        id: id('1'),
        organization: id('2'),
        sandbox: false,
        happened,
        subject: id::<()>('3').uuid(),
        sequence: 5,
        snapshot: Snapshot {
            verification: (happened.subject() == Subject::Verification).then_some(facts),
            ..Snapshot::default()
        },
        at: Timestamp(1_743_854_400_005),
    }
}

fn body(event: &Event, kind: Kind) -> Value {
    let word = Webhooks.word(event.happened, kind).unwrap();
    Webhooks.body(&Message { event, word, attempt: 2, public_url: "https://id.example.org" })
}

fn told() -> Vec<(Happened, Kind)> {
    let all = Happened::ALL.iter().flat_map(|h| KINDS.map(|kind| (*h, kind)));
    all.filter(|(h, kind)| Webhooks.word(*h, *kind).is_some()).collect()
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.iter().any(holds_null),
        Value::Object(all) => all.values().any(holds_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[test]
fn the_words() {
    insta::assert_json_snapshot!(Webhooks.words());
}

#[test]
fn every_body_has_the_envelope() {
    let told = told();
    assert_eq!(told.len(), 2 * 16 + 2 + 2 * 2, "both kinds; screening of one; webhook_* whatever the kind");
    for (happened, kind) in told {
        let body = body(&event(happened, kind), kind);
        let mut keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["_links", "created_on", "data", "id", "type", "version"], "{happened}");
        assert!(!holds_null(&body), "{happened}: {body}");
        let data = &body["data"];
        let name = match (happened, kind) {
            (Happened::EndpointTested | Happened::EndpointDisabled, _) => "workflow_action_id",
            (Happened::ScreeningChanged | Happened::ScreeningReviewed, _) => "aml_verification_id",
            (_, Kind::IdentityVerification) => "identity_verification_id",
            (_, Kind::FaceAuthentication) => "face_authentication_id",
        };
        assert!(data[name].is_string(), "{happened}: {data}");
        let has_codes = matches!(name, "identity_verification_id" | "face_authentication_id");
        assert_eq!(data["response_codes"].is_array(), has_codes, "{happened}: {data}");
        if happened.subject() == Subject::Verification {
            assert!(data["applicant_id"].is_string() && data["status"].is_string(), "{happened}: {data}");
        }
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let mut event = event(Happened::VerificationDeclined, Kind::IdentityVerification);
    let facts = event.snapshot.verification.as_mut().unwrap();
    facts.user_id = "u".repeat(255);
    facts.reasons = (0..100).map(|n| format!("a_reason_with_a_long_name_{n}_not_assessed")).collect();
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn a_user_nobody_named_is_left_out() {
    let kind = Kind::FaceAuthentication;
    let mut event = event(Happened::VerificationApproved, kind);
    assert_eq!(body(&event, kind)["data"]["external_applicant_id"], "user-7");
    event.snapshot.verification.as_mut().unwrap().user_id.clear();
    assert_eq!(body(&event, kind)["data"].get("external_applicant_id"), None);
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
    let body = body(&event, kind);
    assert_eq!(body["data"]["response_codes"], json!([]));
    assert!(!holds_null(&body), "a test without a verification");
}

#[test]
fn a_server_that_does_not_know_its_address_links_to_a_path() {
    let event = event(Happened::VerificationCreated, Kind::IdentityVerification);
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
    for happened in [
        Happened::VerificationOpened,
        Happened::VerificationApproved,
        Happened::VerificationCanceled,
        Happened::EndpointTested,
    ] {
        insta::assert_json_snapshot!(happened.as_str(), body(&event(happened, kind), kind));
    }
    let mut alert = event(Happened::ScreeningChanged, kind);
    alert.snapshot.hits = Some(2);
    insta::assert_json_snapshot!("screening.changed", body(&alert, kind));
    let kind = Kind::FaceAuthentication;
    let declined = event(Happened::VerificationDeclined, kind);
    insta::assert_json_snapshot!("face_authentication_declined", body(&declined, kind));
}
