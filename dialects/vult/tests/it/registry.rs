//! A card compared with the registry of its issuer, and a registry that is down.

use std::time::Duration;

use bonafide_core::finding::{Check, Code, Outcome};
use bonafide_engine::verifications;
use bonafide_registry::Provider;
use bonafide_testkit::registry::{Fault, Registry};
use serde_json::{Value, json};

use crate::support::{App, sample};

/// The registry of Utopia, which knows the sample person under another first name.
async fn registry() -> Registry {
    let record =
        [("number", "U4178035K"), ("last", "Hythloday"), ("first", "Somebody"), ("born", "19780207")];
    Registry::start(&record).await.unwrap()
}

async fn app(registry: &Registry, issuers: &[&str]) -> App {
    let config = json!({
        "url": registry.url(),
        "issuers": issuers,
        "request": {
            "number": "{document_number}", "last": "{last_name}", "first": "{first_name}",
            "born": "{birth_date:%Y%m%d}", "eyes": "{eye_color}",
        },
        "answer": {
            "document_number": "/result/number_match", "last_name": "/result/last_match",
            "first_name": "/result/first_match", "birth_date": "/result/born_match",
            "eye_color": "/result/eyes_match",
        },
        "timeout_ms": 300, "retries": 1, "backoff_ms": 5,
    });
    App::start_with("sqlite", Some(Provider::new(serde_json::from_value(config).unwrap()).unwrap())).await
}

/// What finalize, session read and test read say of the sample person's card, and the finding.
async fn verified(app: &App) -> (Value, Value, Value, bonafide_core::finding::Finding) {
    let session = app.consented().await;
    let this = json!({"session_id": session});
    let kind = json!({"session_id": session, "document_type_e": "identification_card"});
    app.post("/idv/sdk/document/type/update", kind).await.ok();
    app.picture("front", &session, &sample("card_front.jpg")).await.ok();
    app.picture("back", &session, &sample("card_back.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let result = app.finalize(&session).await.ok();
    let read = app.post("/idv/session/read", this.clone()).await.ok();
    let tests = app.post("/idv/session/test/read", this).await.ok();
    let findings = verifications::findings(&app.engine, &app.caller().await, session.parse().unwrap()).await;
    let finding = findings.unwrap().into_iter().find(|f| f.check == Check::Registry).unwrap();
    (result, read, tests, finding)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_are_told_field_by_field() {
    let registry = registry().await;
    let app = app(&registry, &["UTO"]).await;
    let (result, read, tests, finding) = verified(&app).await;
    let sent = registry.seen();
    assert_eq!(sent.len(), 1, "{finding:?}");
    assert_eq!(sent[0].body["born"], "19780207");
    assert_eq!(sent[0].body.get("eyes"), None, "the card does not tell");
    assert_eq!(tests["dmv_document_number_match"], true, "{tests:#}");
    assert_eq!(tests["dmv_last_name_match"], true);
    assert_eq!(tests["dmv_birth_date_match"], true);
    assert_eq!(tests["dmv_first_name_match"], false);
    for absent in ["dmv_eye_color_match", "dmv_city_match"] {
        assert_eq!(tests.get(absent), None, "{absent}");
    }
    assert_eq!((finding.score, finding.outcome), (Some(0.75), Outcome::Fail), "the tolerance is 0.8");
    assert_eq!(read["dmv_status_e"], "no_match");
    assert!(read["dmv_detected_at"].is_string());
    // It counts through its weight, and everything else is well.
    assert_eq!(result["verified"], true, "{read:#}");

    // The registry has to give the first name, and does not.
    let types = app.ask("/idv/requirements?type_e=identification_card&data_source_e=ocr").await.ok();
    let mut required = types["requirements"][0].clone();
    for (name, switch) in required.as_object_mut().unwrap() {
        if switch.is_boolean() {
            *switch = json!(name == "first_name_required");
        }
    }
    required["data_source_e"] = json!("dmv");
    app.post("/idv/requirements", required).await.ok();
    let (result, read, ..) = verified(&app).await;
    assert_eq!((&result["verified"], &read["status_e"]), (&json!(false), &json!("temporarily_complete")));
    assert!(read["history"].to_string().contains("first_name_missing"), "{read:#}");

    registry.set("first", sent[0].body["first"].as_str().unwrap());
    registry.next([Fault::Status(500)]);
    let (result, read, tests, finding) = verified(&app).await;
    assert_eq!(result["verified"], true);
    assert_eq!((&tests["dmv_first_name_match"], &read["dmv_status_e"]), (&json!(true), &json!("match")));
    assert_eq!((finding.score, finding.outcome), (Some(1.0), Outcome::Clear));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_down_is_not_assessed_and_holds_nobody_up() {
    let registry = registry().await;
    let app = app(&registry, &["UTO"]).await;
    registry.always(Some(Fault::Slow(Duration::from_secs(60))));
    let (result, read, tests, finding) = verified(&app).await;
    assert_eq!((finding.outcome, finding.reasons[0].code.clone()), (Outcome::NotAssessed, Code::Timeout));
    assert_eq!(read["dmv_status_e"], "unavailable");
    assert_eq!(tests.get("dmv_document_number_match"), None);
    assert_eq!(result["verified"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_of_other_issuers_are_not_shown_to_the_registry() {
    let registry = registry().await;
    let app = app(&registry, &["USA", "CA-ON"]).await;
    let (_, _, _, finding) = verified(&app).await;
    assert_eq!(
        (finding.outcome, finding.reasons[0].code.clone()),
        (Outcome::NotAssessed, Code::NotRegistered)
    );
    assert!(registry.seen().is_empty());
}
