//! The client against a registry that misbehaves.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::{Duration, Instant};

use bonafide_core::reason::Code;
use bonafide_registry::{Answer, Failure, Fields, Flag, Provider};
use bonafide_testkit::registry::{Fault, Registry};
use serde_json::json;

async fn registry() -> Registry {
    Registry::start(&[("number", "T64235789"), ("first", "Anna"), ("last", "Smith"), ("born", "08061986")])
        .await
        .unwrap()
}

fn provider(registry: &Registry, settings: serde_json::Value) -> Provider {
    let mut config = json!({
        "url": registry.url(),
        "headers": {"authorization": "Bearer key"},
        "issuers": ["USA"],
        "request": {
            "number": "{document_number}", "first": "{first_name}", "last": "{last_name}",
            "born": "{birth_date:%m%d%Y}", "town": "{city}",
        },
        "answer": {
            "document_number": "/result/number_match", "first_name": "/result/first_match",
            "last_name": "/result/last_match", "birth_date": "/result/born_match", "city": "/result/town_match",
        },
        "timeout_ms": 400,
        "backoff_ms": 5,
    });
    config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    Provider::new(serde_json::from_value(config).unwrap()).unwrap()
}

fn fields() -> Fields {
    let pairs = [
        ("document_number", "T64235789"),
        ("first_name", "ANNA"),
        ("last_name", "SMYTH"),
        ("birth_date", "1986-08-06"),
        ("street", "never asked"),
    ];
    pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
}

fn right() -> Answer {
    Answer::from([
        (Flag::DocumentNumber, true),
        (Flag::FirstName, true),
        (Flag::LastName, false),
        (Flag::BirthDate, true),
    ])
}

#[tokio::test]
async fn what_the_template_names_is_asked_and_nothing_else() {
    let registry = registry().await;
    assert_eq!(provider(&registry, json!({})).ask(&fields()).await, Ok(right()));
    let seen = registry.seen();
    assert_eq!(seen.len(), 1);
    let expected = json!({"number": "T64235789", "first": "ANNA", "last": "SMYTH", "born": "08061986"});
    assert_eq!(seen[0].body, expected);
    assert_eq!(seen[0].headers["authorization"], "Bearer key");
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let registry = registry().await;
    let provider = provider(&registry, json!({}));
    for fault in [
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(429),
        Fault::Reset,
        Fault::CutOff,
        Fault::Slow(Duration::from_secs(5)),
    ] {
        let before = registry.seen().len();
        registry.next([fault.clone(), fault.clone()]);
        assert_eq!(provider.ask(&fields()).await, Ok(right()), "{fault:?}");
        assert_eq!(registry.seen().len() - before, 3, "{fault:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_told_at_once() {
    let registry = registry().await;
    let provider = provider(&registry, json!({}));
    for (fault, failure) in [
        (Fault::Status(400), Failure::Status(400)),
        (Fault::Status(401), Failure::Status(401)),
        (Fault::Redirect, Failure::Status(307)),
        (Fault::WrongJson, Failure::Garbled),
        (Fault::NotJson, Failure::Garbled),
        (Fault::Partial(vec![]), Failure::Garbled),
    ] {
        let before = registry.seen().len();
        registry.next([fault]);
        assert_eq!(provider.ask(&fields()).await, Err(failure.clone()));
        assert_eq!(registry.seen().len() - before, 1, "{failure:?}");
        assert_eq!(failure.code(), Code::ProviderFailed);
    }
}

#[tokio::test]
async fn a_partial_answer_is_an_answer_to_that_part() {
    let registry = registry().await;
    registry.next([Fault::Partial(vec!["last".to_owned()])]);
    let answer = provider(&registry, json!({})).ask(&fields()).await;
    assert_eq!(answer, Ok(Answer::from([(Flag::LastName, false)])));
}

#[tokio::test]
async fn time_is_bounded_and_the_circuit_opens() {
    let registry = registry().await;
    let settings = json!({"timeout_ms": 60, "retries": 1, "breaker_failures": 2, "breaker_pause_s": 1});
    let provider = provider(&registry, settings);
    registry.always(Some(Fault::Slow(Duration::from_secs(30))));
    let start = Instant::now();
    assert_eq!(provider.ask(&fields()).await, Err(Failure::Timeout));
    assert_eq!(provider.ask(&fields()).await, Err(Failure::Timeout));
    let asked = registry.seen().len();
    assert_eq!(provider.ask(&fields()).await, Err(Failure::CircuitOpen));
    assert_eq!(registry.seen().len(), asked, "an open circuit asks nobody");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    registry.always(None);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(provider.ask(&fields()).await, Ok(right()), "half-open, and closed by an answer");
}

#[tokio::test]
async fn nobody_there_is_told() {
    let gone = registry().await;
    let provider = provider(&gone, json!({"retries": 0}));
    drop(gone);
    let failure = provider.ask(&fields()).await.unwrap_err();
    assert_eq!(failure.code(), Code::ProviderFailed);
    assert_eq!(provider.ask(&Fields::new()).await, Err(Failure::NothingToAsk));
}

#[tokio::test]
async fn a_key_is_read_from_a_file() {
    let registry = registry().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from-a-file\n").unwrap();
    let key = json!({"file": file.path()});
    provider(&registry, json!({"headers": {"x-api-key": key}})).ask(&fields()).await.unwrap();
    assert_eq!(registry.seen()[0].headers["x-api-key"], "from-a-file");
}
