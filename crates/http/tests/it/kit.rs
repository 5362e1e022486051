//! Routes, document, refusals, scopes, idempotency and webhooks come by themselves.

use axum::http::header;
use bonafide_engine::{
    events,
    webhooks::{self, NewEndpoint},
};
use bonafide_http::Operation;
use serde_json::{Value, json};

use crate::{
    invented::DIALECT,
    support::{App, LET_IN},
};

#[test]
fn sixty_lines_are_enough() {
    assert!(include_str!("invented.rs").lines().count() <= 60);
}

#[test]
fn an_attribute_makes_a_route() {
    let routes = DIALECT.routes(&Default::default());
    let found = routes.operations.iter().map(|Operation { method, path, scopes, cost, .. }| {
        (method.as_str(), path.as_str(), scopes.as_ref().unwrap().join(" "), *cost)
    });
    let expected = [
        ("POST", "/shop/orders", "verifications:write".to_owned(), 5),
        ("GET", "/shop/orders/{id}", "verifications:read".to_owned(), 1),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let elsewhere = [("/shop/orders".to_owned(), "/orders".to_owned())].into();
    assert_eq!(DIALECT.routes(&elsewhere).operations[0].path, "/orders");
}

mod misspelt {
    use axum::response::IntoResponse;
    use bonafide_http::{Dialect, Json, Operations, Result, error_schema, operation, routes};
    use utoipa::OpenApi;

    #[derive(OpenApi)]
    #[openapi(info(title = "Misspelt", version = "1"))]
    struct Api;

    pub static DIALECT: Dialect = Dialect {
        prefixes: &["/misspelt"],
        operations: Some(Operations {
            document: Api::openapi,
            scheme: "misspelt_key",
            error: error_schema::<String>,
            folder: "crates/http/tests/it",
            routes: routes![open],
        }),
        ..Dialect::new("misspelt", |refusal, _| (refusal.status, Json(refusal.code)).into_response())
    };

    /// Open
    #[operation(get, "/misspelt", id = "misspelt_open", scope = "verification:read")]
    async fn open() -> Result<Json<String>> {
        Ok(Json("anybody".to_owned()))
    }
}

/// An operation whose scope is no scope would be open to everybody with a key.
#[test]
#[should_panic(
    expected = "misspelt_open asks for the scope \"verification:read\", and there is none of this name"
)]
fn a_scope_that_is_none_keeps_the_server_from_starting() {
    misspelt::DIALECT.routes(&Default::default());
}

#[test]
fn the_document_tells_of_every_answer() {
    let document = serde_json::to_value(DIALECT.routes(&Default::default()).document).unwrap();
    let (open, read) =
        (&document["paths"]["/shop/orders"]["post"], &document["paths"]["/shop/orders/{id}"]["get"]);
    assert_eq!((&open["summary"], &open["operationId"]), (&json!("Open an order"), &json!("order_open")));
    let security = json!([{"shop_key": ["verifications:write"]}, {"api_key": ["verifications:write"]}]);
    assert_eq!((&open["security"], &open["x-cost"]), (&security, &json!(5)));
    let reference = |of: &Value| of["content"]["application/json"]["schema"].clone();
    let order = json!({"$ref": "#/components/schemas/Order"});
    assert_eq!(
        (reference(&open["requestBody"]), reference(&read["responses"]["200"])),
        (order.clone(), order)
    );
    assert_eq!(document["components"]["schemas"]["Order"]["properties"]["user"]["maxLength"], 20);
    let answers = |operation: &Value| -> Vec<String> {
        operation["responses"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(answers(open), ["201", "400", "401", "403", "404", "409", "413", "422", "429", "500", "503"]);
    assert_eq!(answers(read), ["200", "400", "401", "403", "404", "409", "429", "500", "503"]);
    for operation in [open, read] {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            assert_ne!(answer["description"], "", "{status}");
            if status.starts_with(['4', '5']) {
                assert_eq!(reference(answer), json!({"$ref": "#/components/schemas/String"}), "{status}");
            }
        }
    }
    let names = |operation: &Value| -> Vec<Value> {
        operation["parameters"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect()
    };
    assert_eq!((names(open), names(read)), (vec![json!("Idempotency-Key")], vec![json!("id")]));
    let id = json!({"type": "string", "maxLength": 255, "pattern": "^[A-Za-z0-9_-]+$"});
    assert_eq!(read["parameters"][0]["schema"], id);
}

#[tokio::test]
async fn a_request_is_answered_or_refused_in_the_apis_words() {
    let app = App::start("sqlite").await;
    let order = app.opened().await;
    let path = format!("/shop/orders/{order}");
    for header in ["X-Api-Key", "X-Shop-Key"] {
        let read = app.ask("GET", &path, &[(header, &app.key)], json!({})).await;
        assert_eq!(read.ok(), json!({"user": "u"}));
    }
    let key = [("X-Api-Key", app.key.as_str())];
    app.ask("GET", "/shop/orders/none", &key, json!({})).await.refused(404, "not_found");
    let (_, stranger) = app.stranger().await;
    app.ask("GET", &path, &[("X-Api-Key", &stranger)], json!({})).await.refused(404, "not_found");
    for wrong in [json!({}), json!({"user": 1}), json!({"user": "u".repeat(21)})] {
        app.ask("POST", "/shop/orders", &key, wrong).await.refused(400, "invalid_request");
    }
    app.ask("GET", "/shop/nothing", &key, json!({})).await.refused(404, "no_such_operation");
    let wrong = app.ask("DELETE", "/shop/orders", &key, json!({})).await;
    assert_eq!(wrong.headers[header::ALLOW], "POST");
    wrong.refused(405, "method_not_allowed");
    // Nobody's path: a neutral answer. The document is published.
    let nowhere = app.ask("GET", "/shops", &[], json!({})).await;
    assert_eq!(nowhere.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!((nowhere.status, &nowhere.body["status"]), (404, &json!(404)));
    let document = app.ask("GET", "/openapi/shop.json", &[], json!({})).await.ok();
    assert!(document["paths"]["/shop/orders"]["post"].is_object());
    let wrong = app.ask("POST", "/openapi/shop.json", &[], json!({})).await;
    assert_eq!(wrong.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(wrong.headers[header::ALLOW], "GET,HEAD");
    assert_eq!((wrong.status, &wrong.body["code"]), (405, &json!("method_not_allowed")));
}

#[tokio::test]
async fn what_happens_is_told_in_the_apis_words() {
    let app = App::start("sqlite").await;
    let endpoint = NewEndpoint {
        dialect: "shop".to_owned(),
        name: "a".to_owned(),
        url: "https://example.com/hooks".to_owned(),
        event_types: vec!["order.opened".to_owned()],
        ..NewEndpoint::default()
    };
    let registered = webhooks::create(&app.engine, &app.admin(), endpoint).await.unwrap();
    let order = app.opened().await;
    let endpoint = webhooks::read(&app.engine, &app.admin(), registered.id).await.unwrap();
    assert_eq!(endpoint.counts.values().sum::<i64>(), 1, "one message waits");
    let filter = events::Filter { limit: 10, ..events::Filter::default() };
    let mut told = vec![];
    for event in events::list(&app.engine, &app.admin(), &filter).await.unwrap() {
        told.extend(events::formatted(&app.engine, &event, "shop").await.unwrap());
    }
    let id: bonafide_core::id::VerificationId = order.parse().unwrap();
    assert_eq!(told, [("order.opened".to_owned(), json!({"event": "order.opened", "order": id.uuid()}))]);
}

#[tokio::test]
async fn a_scope_opens_what_asks_for_it_and_nothing_else() {
    let app = App::start("sqlite").await;
    for granted in ["verifications:read", "verifications:write", "settings", "webhooks", "keys"] {
        let (_, key) = app.key(granted, None).await;
        let write = app.open(&[("X-Api-Key", &key)], "u").await;
        match granted {
            "verifications:read" => assert_eq!(app.knock(&key).await, LET_IN),
            _ => assert_eq!(app.knock(&key).await, 403),
        }
        match granted {
            "verifications:write" => drop(write.ok()),
            _ => write.refused(403, "insufficient_scope"),
        }
    }
}

#[tokio::test]
async fn a_misspelt_member_is_refused_and_another_is_told() {
    let app = App::start("sqlite").await;
    let key = [("X-Api-Key", app.key.as_str())];
    let ask = async |path: &str, body: Value| app.ask("POST", path, &key, body).await;
    for wrong in [json!({"user": "u", "usr": "v"}), json!({"usre": "u"}), json!({"user": "u", "User": "v"})] {
        ask("/shop/orders", wrong).await.refused(400, "invalid_request");
    }
    let plain = ask("/shop/orders", json!({"user": "u"})).await;
    assert!(!plain.headers.contains_key("bonafide-ignored-members"));
    let sent = json!({"user": "u", "basket": 1, "marta@example.com": 1, "colour": {"a": 1}});
    let told = ask("/shop/orders?source=shelf", sent).await;
    assert_eq!(
        (told.status, &told.headers["bonafide-ignored-members"]),
        (201, &"*, basket, colour, source".parse().unwrap())
    );
    let order = told.ok().as_str().unwrap().to_owned();
    let read = app.ask("GET", &format!("/shop/orders/{order}?fresh=1"), &key, json!({})).await;
    assert_eq!((read.status, &read.headers["bonafide-ignored-members"]), (200, &"fresh".parse().unwrap()));
    // Who is not let in is told nothing of it.
    let stranger = app.ask("GET", &format!("/shop/orders/{order}?fresh=1"), &[], json!({})).await;
    assert!(!stranger.headers.contains_key("bonafide-ignored-members"));
    stranger.refused(401, "unauthorized");
}
