//! The detail of a request: all that came of it, and nothing of the person once they were erased.

use bonafide_engine::verifications::{self, NewVerification};
use serde_json::{Value, json};

use crate::support::{App, verification};

/// A person who is really looked at: document read, face compared, decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_checked_tells_everything() {
    let app = App::looking().await;
    let made = app.created(json!({"subjectName": "Anna Smith", "subjectEmail": "anna@example.com"})).await;
    let id = made["id"].as_str().unwrap();
    let before = app.request(id).await;
    assert_eq!((&before["documents"], &before["decisions"]), (&json!([]), &json!([])));
    for absent in ["identity", "location", "score", "screening"] {
        assert!(before.get(absent).is_none(), "{absent}: {before}");
    }
    assert_eq!(before["biometrics"], json!({"selfieGiven": false}));
    assert_eq!(before["steps"].as_array().unwrap().len(), 2);

    app.hand_in(id).await;
    let read = app.request(id).await;
    assert_eq!(read["anonymized"], false);
    let identity = read["identity"].as_object().unwrap();
    assert!(identity["lastName"].is_string() && identity["birthDate"].is_string(), "{identity:?}");
    let document = &read["documents"][0];
    assert_eq!(
        (&document["type"], &document["frontGiven"], &document["backGiven"]),
        (&json!("passport"), &json!(true), &json!(false))
    );
    let fields = document["fields"].as_array().unwrap();
    let of = |name: &str, source: &str| {
        fields.iter().find(|f| f["name"] == name && f["source"] == source).map(|f| f["value"].clone())
    };
    assert!(of("document_number", "mrz").is_some() && of("last_name", "visual").is_some(), "{fields:?}");
    assert!(fields.iter().all(|f| f["confidence"].as_f64().is_some_and(|c| (0.0..=1.0).contains(&c))));
    let biometrics = &read["biometrics"];
    assert_eq!(biometrics["selfieGiven"], true);
    assert!(biometrics["faceMatch"]["score"].is_f64(), "{biometrics}");
    assert_eq!(
        (&read["location"]["latitude"], &read["location"]["longitude"]),
        (&json!(45.5), &json!(-73.6))
    );
    assert_eq!(read["location"]["device"]["country"], "CA");
    let score = &read["score"];
    let points = |name: &str| -> f64 {
        score["breakdown"].as_array().unwrap().iter().map(|part| part[name].as_f64().unwrap()).sum()
    };
    let total = score["total"].as_f64().unwrap();
    assert!((points("points") / points("weight") - total).abs() < 1e-6, "the breakdown adds up: {score}");
    assert_eq!(read["decisions"][0]["by"], "machine");
    let steps: Vec<&str> =
        read["steps"].as_array().unwrap().iter().map(|s| s["type"].as_str().unwrap()).collect();
    assert_eq!(steps, ["document", "biometric_face"]);
    let happened: Vec<&str> =
        read["timeline"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!(happened.first(), Some(&"created"), "{happened:?}");
    assert!(happened.len() > 5);
    assert_eq!(app.get(&format!("/v2/api/verifications/{id}")).await.ok(), read);

    verifications::anonymize(&app.engine, &app.caller, verification(id)).await.unwrap();
    let erased = app.request(id).await;
    assert_eq!((&erased["anonymized"], &erased["status"]), (&json!(true), &read["status"]));
    for absent in
        ["identity", "location", "screening", "subjectName", "subjectEmail", "subjectPhone", "biometrics"]
    {
        assert!(erased.get(absent).is_none(), "{absent}: {erased}");
    }
    assert_eq!((&erased["documents"], &erased["thirdParties"]), (&json!([]), &json!([])));
    let text = erased.to_string();
    for secret in identity.values().filter_map(Value::as_str).filter(|value| value.len() > 3) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!text.contains("Anna") && !text.contains("example.com"), "{text}");
    // The list forgets them, too.
    let item = app.get("/v2/api/requests").await.ok()["data"][0].clone();
    assert!(item.get("subjectName").is_none(), "{item}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_api_made_is_read_here() {
    let app = App::start("sqlite").await;
    let new = NewVerification { dialect: "vult", user_id: "user-7".into(), ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    for text in [format!("req_{id}"), id.to_string(), id.uuid().to_string()] {
        let read = app.request(&text).await;
        assert_eq!((&read["id"], &read["api"]), (&json!(format!("req_{id}")), &json!("vult")));
        assert_eq!(read["requirements"], json!(["document", "biometric_face"]));
        assert_eq!(read["status"], "initiated");
    }
    app.get_as(&app.stranger().await, &format!("/v2/api/requests/{id}")).await.refused(404, "NOT_FOUND");
    for none in ["req_", "clt_01kt1gw6g0fmj99z5sfwzpmy4a", "x"] {
        app.get(&format!("/v2/api/requests/{none}")).await.refused(404, "NOT_FOUND");
    }
}
