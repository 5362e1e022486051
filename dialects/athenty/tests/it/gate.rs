//! Who is let in: keys, plans, limits; and the document to download.

use axum::{body::Body, http::Request};
use bonafide_core::plan::Plan;
use bonafide_engine::access;
use bonafide_testkit::engine::Setup;
use serde_json::json;

use crate::support::App;

const LIST: &str = "/v2/api/requests";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_asked_for_in_the_vendors_words() {
    let app = App::start("sqlite").await;
    let nobody = app.send(Request::get(LIST).body(Body::empty()).unwrap()).await;
    nobody.refused(401, "UNAUTHORIZED");
    let wrong = app.get_as("bf_no_such_key", LIST).await;
    assert_eq!(wrong.body, json!({"code": "UNAUTHORIZED", "message": "Invalid API key.", "statusCode": 401}));
    let reader = app.new_key("verifications:read").await;
    app.get_as(&reader, LIST).await.ok();
    let body = json!({"type": "idv", "requirements": ["document"]});
    app.ask("POST", &reader, LIST, Some(body)).await.refused(403, "FORBIDDEN");
    app.get("/v2/api/nothing").await.refused(404, "NOT_FOUND");
    app.ask("PUT", &app.key, LIST, None).await.refused(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_asked_for_here_and_nowhere_else() {
    let app = App::start("sqlite").await;
    let organization = app.caller.organization;
    for (plan, status, code) in [
        (Plan::Inactive, 402, "PAYMENT_REQUIRED"),
        (Plan::WithoutApi, 403, "FORBIDDEN"),
        (Plan::Active, 200, ""),
    ] {
        access::set_plan(&app.engine, organization, plan).await.unwrap();
        for path in [LIST, "/v2/api/verifications", "/v2/api/requests/req_x", "/v2/api/clients"] {
            match code {
                "" => assert_ne!(app.get(path).await.status.as_u16(), 402),
                code => assert!(app.get(path).await.refused(status, code).is_empty()),
            }
        }
        // Our own API is the operator's, and works on.
        app.console("GET", "/console/verifications", None).await.ok();
    }
    app.get(LIST).await.ok();
    let other = bonafide_core::id::Id::from_uuid(
        app.created(json!({})).await["id"].as_str().map(crate::support::verification).unwrap().uuid(),
    );
    assert!(access::set_plan(&app.engine, other, Plan::Inactive).await.is_err(), "no such organization");
    // Whoever is not known is not told of the plan.
    access::set_plan(&app.engine, organization, Plan::Inactive).await.unwrap();
    app.get_as("bf_no_such_key", LIST).await.refused(401, "UNAUTHORIZED");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_when_to_come_again() {
    let mut setup = Setup::default();
    setup.settings.per_minute = 3;
    let app = App::of("sqlite", setup, true).await;
    for _ in 0..3 {
        app.get(LIST).await.ok();
    }
    let told = app.get(LIST).await;
    let seconds: u32 = told.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    told.refused(429, "RATE_LIMITED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_to_be_had_in_both_forms_by_anybody() {
    let app = App::start("sqlite").await;
    let get = async |path: &str| app.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let json = get("/v2/api/openapi.json").await;
    assert_eq!(json.headers["content-type"], "application/json");
    assert_eq!(
        (&json.body["openapi"], &json.body["info"]["title"]),
        (&json!("3.1.0"), &json!("Athenty API"))
    );
    assert_eq!(json.bytes, get("/openapi/athenty.json").await.bytes);
    let yaml = get("/v2/api/openapi.yaml").await;
    assert_eq!(yaml.headers["content-type"], "application/yaml");
    let text = String::from_utf8(yaml.bytes).unwrap();
    for lines in [
        "\"openapi\": \"3.1.0\"\n",
        "  \"title\": \"Athenty API\"\n",
        "\n  \"/v2/api/requests\":\n    \"get\":\n",
    ] {
        assert!(text.contains(lines), "{lines}");
    }
}
