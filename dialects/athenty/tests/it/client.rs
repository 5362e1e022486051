//! Clients' records: every field, changes, lists, and what is told of them.

use std::time::Instant;

use bonafide_courier::sign;
use bonafide_engine::{
    clients::{self, Content, Details},
    deliver, jobs,
    webhooks::{self, NewEndpoint},
};
use bonafide_testkit::{on_both, receiver::Receiver};
use serde_json::{Value, json};

use crate::support::App;

const CLIENTS: &str = "/v2/api/clients";

on_both!(
    a_client_is_kept_changed_and_read,
    a_deleted_client_is_nowhere,
    a_list_is_filtered_sorted_searched_and_paged,
    a_client_is_its_organizations_alone,
    changes_at_once_come_one_after_the_other,
    what_happens_to_a_client_is_told_and_signed,
);

/// Everything that a client may have.
fn everything() -> Value {
    json!({
        "nameFirst": "Jane", "nameLast": "Smith", "businessName": "Smith & Co", "email": "jane@example.com",
        "phone": "+1 416 555 0100", "externalId": "crm-17", "memberType": "business", "addressLine1": "1 Main Street",
        "addressLine2": "Suite 2", "city": "Toronto", "region": "ON", "postalCode": "M5V 2T6", "country": "US",
        "metadata": {"tier": "gold", "tags": ["a", {"b": null}]},
    })
}

fn id(client: &Value) -> String {
    client["id"].as_str().unwrap().to_owned()
}

fn at(client: &Value) -> String {
    format!("{CLIENTS}/{}", id(client))
}

/// The answer without what is this API's own.
fn given(client: &Value) -> Value {
    let mut fields = client.as_object().unwrap().clone();
    for own in ["id", "orgId", "active", "requestCount", "createdAt"] {
        assert!(fields.remove(own).is_some(), "{own}");
    }
    Value::Object(fields)
}

async fn made(app: &App, body: Value) -> Value {
    let answer = app.post(CLIENTS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

/// The names on a page, and how many there are in all.
async fn listed(app: &App, query: &str) -> (Vec<String>, u64) {
    let body = app.get(&format!("{CLIENTS}?{query}")).await.ok();
    let name = |c: &Value| c["businessName"].as_str().or(c["nameFirst"].as_str()).unwrap().to_owned();
    let names = body["data"].as_array().unwrap().iter().map(name);
    (names.collect(), body["pagination"]["total"].as_u64().unwrap())
}

async fn a_client_is_kept_changed_and_read(app: &App) {
    let whole = made(app, everything()).await;
    assert_eq!(given(&whole), everything());
    assert_eq!(
        (&whole["active"], &whole["requestCount"], &whole["createdAt"]),
        (&json!(true), &json!(0), &json!("2026-06-01T12:00:00.000Z"))
    );
    assert!(id(&whole).starts_with("clt_") && whole["orgId"].as_str().unwrap().starts_with("org_"));
    // Read under each form of its id.
    let bare = id(&whole)[4..].to_owned();
    let uuid = bonafide_core::id::ClientId::read(&bare).unwrap().uuid().to_string();
    for form in [id(&whole), bare, uuid] {
        assert_eq!(app.get(&format!("{CLIENTS}/{form}")).await.ok(), whole);
    }

    // Nothing is required, and what is not said is not answered.
    let least = made(app, json!({})).await;
    assert_eq!(given(&least), json!({"memberType": "individual", "country": "CA"}));
    let blank = made(app, json!({"nameFirst": " ", "city": "", "phone": null, "metadata": {}})).await;
    assert_eq!(given(&blank), given(&least));

    app.clock.advance(1000);
    // What is absent stays, and null takes away.
    let changes = json!({"nameFirst": "Joan", "email": null, "active": false, "metadata": {"tier": "none"}});
    let changed = app.patch(&at(&whole), changes).await.ok();
    let mut expected = whole.clone();
    expected.as_object_mut().unwrap().remove("email");
    expected["nameFirst"] = json!("Joan");
    expected["active"] = json!(false);
    expected["metadata"] = json!({"tier": "none"});
    assert_eq!(changed, expected);
    assert_eq!(app.get(&at(&whole)).await.ok(), expected);
    let fields = everything();
    let fields = fields.as_object().unwrap().keys().filter(|name| *name != "memberType");
    let nothing: Value = fields.map(|name| (name.clone(), Value::Null)).collect();
    let cleared = app.patch(&at(&whole), nothing).await.ok();
    assert_eq!(given(&cleared), json!({"memberType": "business"}));
    let back = app.patch(&at(&whole), everything()).await.ok();
    assert_eq!(given(&back), everything());

    // Requests are counted.
    app.created(json!({"clientId": id(&whole)})).await;
    app.created(json!({"clientId": id(&whole)})).await;
    app.created(json!({})).await;
    assert_eq!(app.get(&at(&whole)).await.ok()["requestCount"], 2);
    assert_eq!(app.get(&at(&least)).await.ok()["requestCount"], 0);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let client = made(&app, json!({})).await;
    let long = |n: usize| "x".repeat(n);
    let huge = json!({ "a": long(65_536) });
    for (field, wrong) in [
        ("nameFirst", json!(long(201))),
        ("nameLast", json!(long(201))),
        ("businessName", json!(long(201))),
        ("email", json!("jane")),
        ("email", json!("")),
        ("email", json!(format!("{}@example.com", long(250)))),
        ("phone", json!(long(41))),
        ("externalId", json!(long(256))),
        ("memberType", json!("person")),
        ("addressLine1", json!(long(201))),
        ("addressLine2", json!(long(201))),
        ("city", json!(long(101))),
        ("region", json!(long(101))),
        ("postalCode", json!(long(21))),
        ("country", json!("CAN")),
        ("country", json!("ca")),
        ("country", json!("ZZ")),
        ("metadata", json!([])),
        ("metadata", json!("a")),
        ("metadata", huge),
        ("nameLast", json!("a\0")),
        ("nameFirst", json!(7)),
    ] {
        let body = json!({ field: wrong });
        assert_eq!(app.post(CLIENTS, body.clone()).await.invalid(), [field], "{wrong:.80}");
        assert_eq!(app.patch(&at(&client), body).await.invalid(), [field], "{wrong:.80}");
    }
    assert_eq!(app.patch(&at(&client), json!({"active": "no"})).await.invalid(), ["active"]);
    let two = app.post(CLIENTS, json!({"memberType": "person", "email": "jane"})).await;
    let said = |field: &str, message: &str| (field.to_owned(), message.to_owned());
    assert_eq!(
        two.refused(422, "VALIDATION_ERROR"),
        [
            said("email", "Invalid email"),
            said("memberType", "Invalid enum value. Expected 'individual' | 'business'")
        ]
    );
    assert_eq!(app.post(CLIENTS, json!({"nameFrist": "Jane"})).await.invalid(), ["nameFrist"]);
    assert_eq!(given(&app.get(&at(&client)).await.ok()), given(&client), "nothing was changed");
    assert_eq!(listed_total(&app).await, 1, "nothing was made");
}

async fn listed_total(app: &App) -> u64 {
    app.get(CLIENTS).await.ok()["pagination"]["total"].as_u64().unwrap()
}

async fn a_deleted_client_is_nowhere(app: &App) {
    let jane = made(app, everything()).await;
    let request = app.created(json!({"clientId": id(&jane)})).await;
    let answer = app.delete(&at(&jane)).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0));
    for gone in [
        app.get(&at(&jane)).await,
        app.patch(&at(&jane), json!({"nameFirst": "Joan"})).await,
        app.delete(&at(&jane)).await,
    ] {
        gone.refused(404, "NOT_FOUND");
    }
    for query in ["", "active=false", "search=jane", "sort=name"] {
        assert_eq!(listed(app, query).await, (vec![], 0), "{query}");
    }
    assert_eq!(
        app.post(
            "/v2/api/requests",
            json!({"type": "idv", "requirements": ["document"], "clientId": id(&jane)})
        )
        .await
        .invalid(),
        ["clientId"]
    );
    assert_eq!(app.request(&id(&request)).await["clientId"], jane["id"], "its requests stay");
    jobs::run_pending(&app.engine).await.unwrap();
    // Nothing of what was said is left to be read.
    assert_eq!(app.get(&at(&jane)).await.status, 404);
}

async fn a_list_is_filtered_sorted_searched_and_paged(app: &App) {
    let mut made_of = vec![];
    for body in [
        json!({"nameFirst": "Zoë", "nameLast": "Ångström", "email": "zoe@example.com", "externalId": "A-1"}),
        json!({"nameFirst": "Anna", "nameLast": "Zander", "externalId": "A-2", "metadata": {"not": "searched"}}),
        json!({"businessName": "Maple Ltd", "memberType": "business", "email": "office@maple.example"}),
        json!({"nameFirst": "Bert", "nameLast": "adams", "externalId": "B-1"}),
    ] {
        made_of.push(made(app, body).await);
        app.clock.advance(1000);
    }
    app.patch(&at(&made_of[3]), json!({"active": false})).await.ok();
    for n in [1, 1, 2] {
        app.created(json!({"clientId": id(&made_of[n])})).await;
    }
    for (query, names) in [
        ("", vec!["Bert", "Maple Ltd", "Anna", "Zoë"]),
        ("sort=created_at", vec!["Bert", "Maple Ltd", "Anna", "Zoë"]),
        ("sort=name", vec!["Bert", "Zoë", "Maple Ltd", "Anna"]),
        ("sort=request_count", vec!["Anna", "Maple Ltd", "Bert", "Zoë"]),
        ("memberType=business", vec!["Maple Ltd"]),
        ("memberType=individual&sort=name", vec!["Bert", "Zoë", "Anna"]),
        ("active=true", vec!["Maple Ltd", "Anna", "Zoë"]),
        ("active=false", vec!["Bert"]),
        ("active=false&memberType=business", vec![]),
        ("search=zoe", vec!["Zoë"]),
        ("search=%C3%85NGSTR%C3%96M%20zo", vec!["Zoë"]),
        ("search=an", vec!["Anna", "Zoë"]),
        ("search=an&sort=request_count", vec!["Anna", "Zoë"]),
        ("search=an&sort=name", vec!["Zoë", "Anna"]),
        ("search=maple.example", vec!["Maple Ltd"]),
        ("search=A-", vec!["Anna", "Zoë"]),
        ("search=adams&active=true", vec![]),
        ("search=searched", vec![]),
        ("search=%20", vec!["Bert", "Maple Ltd", "Anna", "Zoë"]),
    ] {
        let (found, total) = listed(app, query).await;
        assert_eq!(
            (found, total),
            (names.iter().map(|n| (*n).to_owned()).collect(), names.len() as u64),
            "{query}"
        );
        // The same page by page.
        for (n, name) in names.iter().enumerate() {
            let page = listed(app, &format!("{query}&limit=1&page={}", n + 1)).await;
            assert_eq!(page, (vec![(*name).to_owned()], total), "{query}");
        }
        let beyond = listed(app, &format!("{query}&limit=1&page={}", names.len() + 1)).await;
        assert_eq!(beyond, (vec![], total), "{query}");
    }
    let body = app.get(&format!("{CLIENTS}?limit=3&page=2")).await.ok();
    assert_eq!(
        body["pagination"],
        json!({"page": 2, "limit": 3, "total": 4, "totalPages": 2, "hasNext": false, "hasPrev": true})
    );
    assert_eq!(body["data"], json!([app.get(&at(&made_of[0])).await.ok()]), "as it is read");
    for (query, fields) in [
        ("page=0&limit=101", vec!["page", "limit"]),
        ("memberType=person", vec!["memberType"]),
        ("active=yes", vec!["active"]),
        ("sort=email", vec!["sort"]),
        ("serach=jane", vec!["serach"]),
        (&format!("search={}", "x".repeat(201)), vec!["search"]),
    ] {
        assert_eq!(app.get(&format!("{CLIENTS}?{query}")).await.invalid(), fields, "{query}");
    }
}

async fn a_client_is_its_organizations_alone(app: &App) {
    let jane = made(app, everything()).await;
    let stranger = app.stranger().await;
    let change = Some(json!({"nameFirst": "Joan"}));
    for (method, body) in [("GET", None), ("PATCH", change), ("DELETE", None)] {
        app.ask(method, &stranger, &at(&jane), body).await.refused(404, "NOT_FOUND");
    }
    for query in ["", "?search=jane", "?sort=name"] {
        let list = app.get_as(&stranger, &format!("{CLIENTS}{query}")).await.ok();
        assert_eq!((&list["data"], &list["pagination"]["total"]), (&json!([]), &json!(0)));
    }
    let body = json!({"type": "idv", "requirements": ["document"], "clientId": id(&jane)});
    let refused = app.ask("POST", &stranger, "/v2/api/requests", Some(body)).await.invalid();
    assert_eq!(refused, ["clientId"]);
    assert_eq!(app.get(&at(&jane)).await.ok(), jane);
    // Whoever may only read only reads.
    let reader = app.new_key("verifications:read").await;
    app.get_as(&reader, &at(&jane)).await.ok();
    for (method, path) in [("POST", CLIENTS), ("PATCH", &at(&jane)), ("DELETE", &at(&jane))] {
        let body = (method != "DELETE").then(|| json!({}));
        app.ask(method, &reader, path, body).await.refused(403, "FORBIDDEN");
    }
    for unknown in ["clt_01kt1gw6g0fmj99z5sfwzpmy4a", "00000000-0000-0000-0000-000000000000", "jane", "req_x"]
    {
        app.get(&format!("{CLIENTS}/{unknown}")).await.refused(404, "NOT_FOUND");
    }
}

async fn changes_at_once_come_one_after_the_other(app: &App) {
    let jane = made(app, json!({})).await;
    let path = at(&jane);
    let change = |field: &'static str| app.patch(&path, json!({ field: "x" }));
    let request = || app.created(json!({"clientId": id(&jane)}));
    tokio::join!(
        async { change("nameFirst").await.ok() },
        async { change("nameLast").await.ok() },
        request(),
        async { change("city").await.ok() },
        request(),
        async { change("phone").await.ok() },
        request(),
    );
    let after = app.get(&path).await.ok();
    let told = ["nameFirst", "nameLast", "city", "phone"].map(|field| after[field].as_str());
    assert_eq!((told, after["requestCount"].as_i64()), ([Some("x"); 4], Some(3)));
    let count = app.told(&id(&jane)).await.iter().filter(|word| *word == "client.updated").count();
    assert_eq!(count, 4);
}

async fn what_happens_to_a_client_is_told_and_signed(app: &App) {
    let receiver = Receiver::start().await;
    let wanted = ["client.created", "client.updated", "client.deleted"];
    let new = NewEndpoint {
        dialect: "athenty".into(),
        name: "a".into(),
        url: receiver.url.clone(),
        event_types: wanted.map(str::to_owned).to_vec(),
        ..NewEndpoint::default()
    };
    let secret = webhooks::create(&app.engine, &app.caller, new).await.unwrap().secret.to_string();
    deliver::run_pending(&app.engine).await.unwrap();
    let greeted = receiver.received().len();

    let jane = made(app, everything()).await;
    app.clock.advance(1000);
    app.patch(&at(&jane), json!({"nameFirst": "Jane"})).await.ok();
    assert_eq!(app.told(&id(&jane)).await, ["client.created"], "nothing was changed");
    app.patch(&at(&jane), json!({"nameFirst": "Joan", "memberType": "individual"})).await.ok();
    app.created(json!({"clientId": id(&jane)})).await;
    app.delete(&at(&jane)).await;
    deliver::run_pending(&app.engine).await.unwrap();

    let mut received = receiver.received().split_off(greeted);
    received.sort_by_key(|message| message.json()["metadata"]["sequence"].as_i64());
    let told: Vec<Value> = received.iter().map(|message| message.json()).collect();
    let words: Vec<&str> = told.iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(words, wanted);
    for (n, (member_type, active, count)) in
        [("business", true, 0), ("individual", true, 0), ("individual", false, 1)].into_iter().enumerate()
    {
        assert_eq!(
            told[n]["data"],
            json!({
                "id": jane["id"], "orgId": jane["orgId"], "memberType": member_type, "active": active,
                "requestCount": count, "createdAt": jane["createdAt"],
            })
        );
    }
    for message in &received {
        let webhooks = bonafide_athenty::DIALECT.webhooks.unwrap();
        let header = webhooks.signature_header().unwrap().to_ascii_lowercase();
        assert_eq!(header, "x-athenty-signature");
        assert_eq!(message.headers[&header], sign::hex_hmac(&secret, message.body.as_bytes()));
        for personal in ["Jane", "Joan", "Smith", "example.com", "crm-17", "Toronto", "gold"] {
            assert!(!message.body.contains(personal), "{personal}");
        }
    }
    // A request says which client it is about.
    let other = made(app, json!({})).await;
    let request = app.created(json!({"clientId": id(&other)})).await;
    assert_eq!(app.events(&id(&request)).await[0]["data"]["clientId"], other["id"]);
    assert_eq!(app.events(&id(&app.created(json!({})).await)).await[0]["data"].get("clientId"), None);
}

#[tokio::test]
async fn any_of_its_events_is_triggered_in_a_sandbox() {
    let app = App::start("sqlite").await;
    for word in ["client.created", "client.updated", "client.deleted"] {
        let body = json!({"api": "athenty", "event": word});
        let done = app.console("POST", "/console/events/trigger", Some(body)).await.ok();
        assert_eq!(done, json!({"type": word}));
    }
    let all = app.console("GET", "/console/events?api=athenty&limit=200", None).await.ok();
    let told = all["data"].as_array().unwrap().iter();
    let words: Vec<&str> = told.filter_map(|event| event["message"]["type"].as_str()).collect();
    let three = ["client.created", "client.created", "client.updated", "client.created", "client.deleted"];
    assert_eq!(words, three);
}

/// What a search costs, which opens every record.
#[tokio::test]
#[ignore = "a measurement: 10,000 clients"]
async fn ten_thousand_clients() {
    const MANY: usize = 10_000;
    let app = App::start("sqlite").await;
    for n in 0..MANY {
        let details = Details {
            name_first: Some(format!("Jane{n}")),
            name_last: Some(format!("Smith{}", n * 7919 % MANY)),
            email: Some(format!("jane{n}@example.com")),
            external_id: Some(format!("crm-{n}")),
            address_line1: Some("1 Main Street".into()),
            city: Some("Toronto".into()),
            country: Some("CA".into()),
            ..Details::default()
        };
        clients::create(&app.engine, &app.caller, Content { details, ..Content::default() }).await.unwrap();
    }
    for (query, total) in [
        ("", MANY),
        ("limit=100&page=100", MANY),
        ("sort=request_count", MANY),
        ("sort=name", MANY),
        ("sort=name&limit=100&page=100", MANY),
        ("search=jane4711", 1),
        ("search=smith&sort=name&limit=100", MANY),
        ("search=nobody", 0),
    ] {
        let began = Instant::now();
        let body = app.get(&format!("{CLIENTS}?{query}")).await.ok();
        println!("{:>8.1} ms  {query}", began.elapsed().as_secs_f64() * 1000.0);
        assert_eq!(body["pagination"]["total"], total);
    }
}
