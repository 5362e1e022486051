//! Events as the engine writes them, for the tests of how an API words them.

use bonafide_core::{
    aml::AmlStatus,
    client::MemberType,
    event::{
        AmlFacts, ClientFacts, Event, EventType, Message, Snapshot, Subject, VerificationFacts,
        WebhookDialect,
    },
    finding::{Check, Code},
    id::Id,
    step::StepKind,
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use serde_json::Value;

fn id<T>(last: char) -> Id<T> {
    format!("01k97fqt08dn6a687jcqnxd1b{last}").parse().expect("26 characters")
}

/// The event that is written when this happens. What happens to a verification has its facts, and so has what happens
/// to the person of one; a client has facts of its own, an identity and an endpoint have none.
pub fn event(event_type: EventType, kind: Kind) -> Event {
    const NOON: Timestamp = Timestamp(1_743_854_400_005);
    let status =
        Status::ALL.into_iter().find(|s| EventType::to(*s) == event_type).unwrap_or(Status::Processing);
    let declined = status == Status::Declined;
    let judged = declined || matches!(status, Status::Approved | Status::ReviewRequired);
    let reasons = if declined { vec![Code::Failed(Check::FaceMatch), Code::FaceMismatch] } else { vec![] };
    let facts = VerificationFacts {
        kind,
        purpose: Purpose::Kyc,
        status,
        steps: vec![StepKind::Document, StepKind::Person, StepKind::BiometricFace],
        policy: Some(id('9')),
        client_record: Some(id('7')),
        matter: Some(id('8')),
        applicant: id('4'),
        identity: (status == Status::Approved).then_some(id('6')),
        client: "client_7".to_owned(),
        user_id: "user-7".to_owned(),
        verified: status.is_final().then_some(status == Status::Approved),
        score: judged.then_some(0.93),
        face_match: judged.then_some(0.87),
        attempt: 1,
        attempt_status: None,
        reasons,
        created_at: Some(NOON.plus_secs(-60)),
        expires_at: Some(NOON.plus_secs(7 * 24 * 3600 - 60)),
    };
    let of_applicant =
        event_type.subject() == Subject::Applicant && event_type != EventType::IdentityAnonymized;
    let has_facts = event_type.subject() == Subject::Verification || of_applicant;
    let client = ClientFacts {
        member_type: MemberType::Business,
        active: event_type != EventType::ClientDeleted,
        request_count: 2,
        created_at: NOON.plus_secs(-60),
    };
    let of_client = event_type.subject() == Subject::Client;
    let aml = AmlFacts {
        status: aml_status(event_type),
        client_record: id('7'),
        client: "client_7".to_owned(),
        user_id: "user-7".to_owned(),
        monitored: true,
    };
    let of_aml = event_type.subject() == Subject::Aml;
    let subject = match event_type.subject() {
        Subject::Applicant if of_applicant => '4',
        Subject::Client => '7',
        _ => '3',
    };
    Event {
        id: id('1'),
        organization: id('2'),
        sandbox: false,
        event_type,
        subject: id::<()>(subject).uuid(),
        sequence: 5,
        snapshot: Snapshot {
            verification: has_facts.then_some(facts),
            client: of_client.then_some(client),
            aml: of_aml.then_some(aml),
            ..Snapshot::default()
        },
        at: NOON,
    }
}

/// How an AML verification stands when this was told of it.
const fn aml_status(event_type: EventType) -> AmlStatus {
    match event_type {
        EventType::AmlCreated => AmlStatus::Created,
        EventType::AmlOnboardingStarted => AmlStatus::ScreeningInProgress,
        EventType::AmlMonitoringAlert => AmlStatus::ReviewRequired,
        _ => AmlStatus::Approved,
    }
}

/// An event with as much in it as there may be.
pub fn longest(event_type: EventType, kind: Kind) -> Event {
    let mut event = event(event_type, kind);
    if let Some(facts) = &mut event.snapshot.verification {
        facts.user_id = "u".repeat(255);
        facts.client = "c".repeat(255);
        facts.reasons =
            (0..100).map(|n| Code::Unknown(format!("a_reason_with_a_long_name_{n}_not_assessed"))).collect();
    }
    event
}

/// What an API sends of an event at the second attempt.
///
/// # Panics
/// When the API does not send it.
pub fn body(api: &dyn WebhookDialect, event: &Event, kind: Kind) -> Value {
    let word = api.word(event.event_type, kind).expect("told");
    api.body(&Message { event, word, attempt: 2, public_url: "https://id.example.org" })
}

/// What an API tells, and of which verifications.
pub fn told(api: &dyn WebhookDialect) -> Vec<(EventType, Kind)> {
    let all = EventType::ALL.into_iter().flat_map(|h| Kind::ALL.map(|kind| (h, kind)));
    all.filter(|(h, kind)| api.word(*h, *kind).is_some()).collect()
}

/// Whether something is there and nothing.
pub fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(all) => all.iter().any(holds_null),
        Value::Object(all) => all.values().any(holds_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
