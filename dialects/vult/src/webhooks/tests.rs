use bonafide_core::{
    event::{Event, Snapshot},
    id::Id,
    time::Timestamp,
    verification::Status,
};

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
        identity: (happened == Happened::VerificationApproved).then_some(id('6')),
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
    assert_eq!(
        told.len(),
        2 * 19 + 4 + 2 * 3,
        "both kinds; document and screening of one; the rest whatever"
    );
    for (happened, kind) in told {
        let body = body(&event(happened, kind), kind);
        for field in ["id", "type", "created_at", "environment"] {
            assert!(body[field].is_string(), "{happened}: {field}");
        }
        assert_eq!(body["sequence"], 5, "{happened}");
        assert!(!holds_null(&body), "{happened}: {body}");
        let of = match happened.subject() {
            Subject::Verification => "session_id",
            Subject::Applicant => "identity_id",
            Subject::Endpoint => "webhook_id",
        };
        assert_eq!(body[of], "01k97fqt08dn6a687jcqnxd1b3", "{happened}");
        assert_eq!(body["status_e"].is_string(), of == "session_id", "{happened}");
    }
}

#[test]
fn a_type_says_the_status_it_leads_to() {
    for status in
        [Status::Approved, Status::Declined, Status::ReviewRequired, Status::Inconclusive, Status::Expired]
    {
        let kind = Kind::IdentityVerification;
        let body = body(&event(Happened::to(status), kind), kind);
        let word = body["status_e"].as_str().unwrap();
        assert_eq!(body["type"], format!("idv.session.{word}"));
    }
}

#[test]
fn a_body_stays_below_20_kilobytes() {
    let mut event = event(Happened::VerificationDeclined, Kind::IdentityVerification);
    let facts = event.snapshot.verification.as_mut().unwrap();
    facts.user_id = "u".repeat(255);
    facts.client = "c".repeat(255);
    assert!(body(&event, Kind::IdentityVerification).to_string().len() < 20_000);
}

#[test]
fn a_test_says_so() {
    let kind = Kind::IdentityVerification;
    let mut event = event(Happened::VerificationApproved, kind);
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
    for happened in [
        Happened::VerificationApproved,
        Happened::VerificationStarted,
        Happened::ApplicantAnonymized,
        Happened::EndpointTested,
    ] {
        insta::assert_json_snapshot!(happened.as_str(), body(&event(happened, kind), kind));
    }
    let mut changed = event(Happened::ScreeningChanged, kind);
    changed.snapshot.hits = Some(2);
    insta::assert_json_snapshot!("screening.changed", body(&changed, kind));
    let kind = Kind::FaceAuthentication;
    let declined = event(Happened::VerificationDeclined, kind);
    insta::assert_json_snapshot!("ida_declined", body(&declined, kind));
}
