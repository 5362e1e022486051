//! Requests as they are created, and what is refused.

use bonafide_testkit::{engine::Setup, on_both};
use serde_json::{Value, json};

use crate::support::{App, verification};

on_both!(a_request_has_exactly_what_was_given, the_token_is_shown_once_and_lets_the_device_in);

async fn a_request_has_exactly_what_was_given(app: &App) {
    let client = app.post("/v2/api/clients", json!({"nameFirst": "Jane"})).await.ok();
    let least = app.created(json!({"clientId": null, "matterId": null, "subjectName": null})).await;
    let mut keys: Vec<&str> = least.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let always = [
        "accessToken",
        "createdAt",
        "expiresAt",
        "expiresDays",
        "id",
        "orgId",
        "requirements",
        "status",
        "type",
    ];
    assert_eq!(keys, always);
    assert_eq!((&least["status"], &least["expiresDays"]), (&json!("initiated"), &json!(7)));
    assert_eq!(least["createdAt"], "2026-06-01T12:00:00.000Z");
    assert_eq!(least["expiresAt"], "2026-06-08T12:00:00.000Z");
    assert!(least["orgId"].as_str().is_some_and(|id| id.starts_with("org_")), "{least}");

    let given = json!({
        "type": "kyc", "requirements": ["person", "consent", "document"], "clientId": client["id"],
        "matterId": "mat_01kt1gw6g0fmj99z5sfwzpmy4a", "subjectName": "Jane Smith", "subjectEmail": "jane@example.com",
        "subjectPhone": "+1 416 555 0100", "expiresDays": 90,
    });
    let made = app.post("/v2/api/requests", given.clone()).await.ok();
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(made["expiresAt"], "2026-08-30T12:00:00.000Z");
    // The same is read again, but for the token.
    let read = app.request(made["id"].as_str().unwrap()).await;
    for (name, value) in made.as_object().unwrap().iter().filter(|(name, _)| *name != "accessToken") {
        assert_eq!(read[name], *value, "{name}");
    }
    let counted = app.get(&format!("/v2/api/clients/{}", client["id"].as_str().unwrap())).await.ok();
    assert_eq!(counted["requestCount"], 1);
}

async fn the_token_is_shown_once_and_lets_the_device_in(app: &App) {
    let made = app.created(json!({})).await;
    let (id, token) = (made["id"].as_str().unwrap(), made["accessToken"].as_str().unwrap());
    let device = bonafide_engine::access::authenticate(&app.engine, token).await.unwrap().unwrap();
    assert_eq!(device.session, Some(verification(id)));
    for path in [format!("/v2/api/requests/{id}"), "/v2/api/requests".to_owned()] {
        let told = app.get(&path).await;
        assert!(!String::from_utf8_lossy(&told.bytes).contains(token), "{path}");
        // It opens nothing of this API.
        app.get_as(token, &path).await.refused(403, "FORBIDDEN");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named_at_once_in_zods_words() {
    let app = App::start("sqlite").await;
    let refused = async |body: Value| {
        let told = app.post("/v2/api/requests", body).await.refused(422, "VALIDATION_ERROR");
        let mut told: Vec<String> =
            told.into_iter().map(|(field, said)| format!("{field}: {said}")).collect();
        told.sort_unstable();
        told
    };
    let sample = app.post("/v2/api/requests", json!({"requirements": []})).await;
    let expected = json!({
        "code": "VALIDATION_ERROR", "message": "Validation failed", "statusCode": 422,
        "errors": [
            {"field": "type", "message": "Required"},
            {"field": "requirements", "message": "Array must contain at least 1 element(s)"},
        ],
    });
    let mut told = sample.body.clone();
    let by_field = |e: &Value| std::cmp::Reverse(e["field"].as_str().unwrap().to_owned());
    told["errors"].as_array_mut().unwrap().sort_by_key(by_field);
    assert_eq!(told, expected, "the vendor's own sample");

    let wrong = json!({
        "type": "idw", "requirements": ["document", "selfie"], "clientId": "7", "matterId": 7, "subjectName": "",
        "subjectEmail": "jane", "subjectPhone": "x".repeat(41), "expiresDays": 91, "config": {"persn": {}},
        "thirdParties": [{"name": "A Bank", "email": "desk"}, {"email": "desk@bank.example"}],
    });
    let told = refused(wrong).await;
    for expected in [
        "clientId: Invalid uuid",
        "config.persn: Unrecognized key(s) in object: 'persn'",
        "expiresDays: Number must be less than or equal to 90",
        "matterId: Expected string, received number",
        "requirements.1: Invalid enum value. Expected 'document' | 'person' | 'location' | 'contact' | 'biometric_face' | 'business' | 'pep_hio' | 'financial' | 'consent' | 'attestation' | 'estate'",
        "subjectEmail: Invalid email",
        "subjectName: String must contain at least 1 character(s)",
        "subjectPhone: String must contain at most 40 character(s)",
        "thirdParties.0.email: Invalid email",
        "thirdParties.1.name: Required",
        "type: Invalid enum value. Expected 'idv' | 'kyc' | 'share'",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected} not in {told:#?}");
    }
    assert_eq!(told.len(), 11, "{told:#?}");
    assert!(
        told.iter().all(|line| !line.contains("idw") && !line.contains("selfie")),
        "no value is repeated"
    );

    let body = |more: Value| {
        let mut body = json!({"type": "idv", "requirements": ["document", "person"]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    for (more, expected) in [
        (json!({"type": "share"}), "requirements: Must contain consent for a share"),
        (json!({"expiresDays": 0}), "expiresDays: Number must be greater than or equal to 1"),
        (json!({"expiresDays": 1.5}), "expiresDays: Expected integer, received float"),
        (json!({"expiresDays": "7"}), "expiresDays: Expected number, received string"),
        (json!({"requirements": "document"}), "requirements: Expected array, received string"),
        (json!({"requirements": ["document", "document"]}), "requirements: Must not hold anything twice"),
        (json!({"subjectEmail": "jane@[127.0.0.1]"}), "subjectEmail: Invalid email"),
        (json!({"subjectName": "  "}), "subjectName: Invalid"),
        (json!({"subjectPhone": "\n"}), "subjectPhone: Invalid"),
        (
            json!({"thirdParties": [{"name": "\t", "email": "a@bank.example"}]}),
            "thirdParties.0.name: Invalid",
        ),
        (
            json!({"clientId": "clt_01kt1gw6g0fmj99z5sfwzpmy4a"}),
            "clientId: Is no client of your organization",
        ),
        (
            json!({"thirdParties": [{"name": "A", "email": "a@bank.example", "requirements": ["estate"]}]}),
            "thirdParties.0.requirements.0: Is no requirement of this request",
        ),
    ] {
        assert_eq!(refused(body(more)).await, [expected]);
    }
    let (_, total) = (0, app.get("/v2/api/requests").await.ok()["pagination"]["total"].clone());
    assert_eq!(total, 0, "nothing of all that was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_again_with_its_key_is_made_once() {
    let app = App::start("sqlite").await;
    let body = json!({"type": "idv", "requirements": ["document"]});
    let send = async |body: &Value| {
        let request = axum::http::Request::post("/v2/api/requests")
            .header("X-Api-Key", &app.key)
            .header("Idempotency-Key", "order-7")
            .header("Content-Type", "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        app.send(request).await
    };
    let (first, second) = (send(&body).await.ok(), send(&body).await.ok());
    assert_eq!(first, second);
    send(&json!({"type": "kyc", "requirements": ["document"]})).await.refused(400, "BAD_REQUEST");
    assert_eq!(app.get("/v2/api/requests").await.ok()["pagination"]["total"], 1);
}

/// Where no mail is sent, a request with an address is created all the same.
#[tokio::test(flavor = "multi_thread")]
async fn without_mail_the_request_is_there_and_can_be_invited_to_later() {
    let app = App::of("sqlite", Setup::default(), true).await;
    let made = app.created(json!({"subjectEmail": "jane@example.com"})).await;
    assert_eq!(made["subjectEmail"], "jane@example.com");
    let path = format!("/console/verifications/{}/invitations/resend", made["id"].as_str().unwrap());
    let told = app.console("POST", &path, None).await;
    assert_eq!((told.status.as_u16(), &told.body["code"]), (409, &json!("channel_not_set_up")));
}
