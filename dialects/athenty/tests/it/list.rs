//! The list of requests: filters, sorts, pages and totals.

use bonafide_engine::verifications::{self, NewVerification};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

const HOUR_MS: i64 = 3600 * 1000;

on_both!(every_filter_finds_what_it_names, pages_cover_the_list_once, another_organization_sees_nothing);

/// The ids on a page, and how many there are in all.
async fn found(app: &App, query: &str) -> (Vec<String>, u64) {
    let answer = app.get(&format!("/v2/api/requests?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let body = answer.body;
    let ids = body["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
    (ids.collect(), body["pagination"]["total"].as_u64().unwrap())
}

fn id(created: &Value) -> String {
    created["id"].as_str().unwrap().to_owned()
}

/// Three requests, an hour from each other, oldest first: each differs from the others in everything there is to filter by.
async fn three(app: &App) -> [String; 3] {
    let client = id(&app.post("/v2/api/clients", json!({"nameFirst": "Jane"})).await.ok());
    let first = app
        .created(json!({"subjectName": "Jane Smith", "subjectEmail": "jane@example.com", "clientId": client}))
        .await;
    app.clock.advance(HOUR_MS);
    let matter = "mat_01kt1gw6g0fmj99z5sfwzpmy4a";
    let second = app.created(json!({"type": "kyc", "subjectName": "Li Wei", "matterId": matter})).await;
    app.clock.advance(HOUR_MS);
    // Made through another API.
    let new = NewVerification { dialect: "vult", user_id: "user-7".into(), ..NewVerification::default() };
    let third = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    let ids = [id(&first), id(&second), format!("req_{third}")];
    verifications::consent(&app.engine, &app.caller, third, true).await.unwrap();
    ids
}

async fn every_filter_finds_what_it_names(app: &App) {
    let [first, second, third] = three(app).await;
    let client = app.request(&first).await["clientId"].as_str().unwrap().to_owned();
    let uuid = |prefixed: &str| {
        let bare = prefixed.rsplit('_').next().unwrap();
        bare.parse::<bonafide_core::id::ClientId>().unwrap().uuid().to_string()
    };
    for (query, expected) in [
        ("", vec![&third, &second, &first]),
        ("type=kyc", vec![&second]),
        ("type=share", vec![]),
        ("status=initiated", vec![&second, &first]),
        ("status=in_progress", vec![&third]),
        ("status=initiated,in_progress", vec![&third, &second, &first]),
        ("status=approved,rejected", vec![]),
        (&format!("clientId={client}"), vec![&first]),
        (&format!("clientId={}", uuid(&client)), vec![&first]),
        ("clientId=00000000-0000-0000-0000-000000000000", vec![]),
        ("matterId=mat_01kt1gw6g0fmj99z5sfwzpmy4a", vec![&second]),
        (&format!("matterId={}", uuid("mat_01kt1gw6g0fmj99z5sfwzpmy4a")), vec![&second]),
        ("search=smith", vec![&first]),
        ("search=JANE%20smith", vec![&first]),
        ("search=jane@example.com", vec![&first]),
        ("search=wei", vec![&second]),
        ("search=nobody", vec![]),
        ("search=", vec![&third, &second, &first]),
        ("dateFrom=2026-06-01", vec![&third, &second, &first]),
        ("dateFrom=2026-06-02", vec![]),
        ("dateTo=2026-06-01", vec![&third, &second, &first]),
        ("dateTo=2026-05-31", vec![]),
        ("dateTo=9999-12-31", vec![&third, &second, &first]),
        // Noon is when the first was made: both ends count.
        ("dateTo=2026-06-01T12:00:00Z", vec![&first]),
        ("dateFrom=2026-06-01T13:00:00Z", vec![&third, &second]),
        ("dateFrom=2026-06-01T13:00:00Z&dateTo=2026-06-01T15:00:00%2B02:00", vec![&second]),
        ("type=kyc&status=in_progress", vec![]),
        ("sort=created_at", vec![&third, &second, &first]),
    ] {
        let (ids, total) = found(app, query).await;
        assert_eq!(
            (ids.iter().collect::<Vec<_>>(), total),
            (expected.clone(), expected.len() as u64),
            "{query}"
        );
    }
    // What changed last comes first.
    app.clock.advance(HOUR_MS);
    app.hand_in(&first).await;
    let (ids, _) = found(app, "sort=updated_at").await;
    assert_eq!(ids.first(), Some(&first));
    // Of one status after the other.
    let body = app.get("/v2/api/requests?sort=status").await.ok();
    let statuses: Vec<&str> =
        body["data"].as_array().unwrap().iter().map(|item| item["status"].as_str().unwrap()).collect();
    let mut groups = statuses.clone();
    groups.dedup();
    let mut words = groups.clone();
    words.sort_unstable();
    words.dedup();
    assert_eq!(groups.len(), words.len(), "{statuses:?}");
}

async fn pages_cover_the_list_once(app: &App) {
    let mut made = vec![];
    for _ in 0..7 {
        // All within one millisecond: the order is that of their ids.
        made.push(id(&app.created(json!({})).await));
    }
    made.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = vec![];
    for page in 1..=4 {
        let body = app.get(&format!("/v2/api/requests?page={page}&limit=3")).await.ok();
        let (ids, _) = found(app, &format!("page={page}&limit=3")).await;
        seen.extend(ids);
        let expected = json!({
            "page": page, "limit": 3, "total": 7, "totalPages": 3, "hasNext": page < 3, "hasPrev": page > 1,
        });
        assert_eq!(body["pagination"], expected);
    }
    assert_eq!(seen, made);
    let item = &app.get("/v2/api/requests").await.ok()["data"][0];
    let mut keys: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["createdAt", "expiresAt", "id", "requirements", "status", "type", "updatedAt"]);
}

async fn another_organization_sees_nothing(app: &App) {
    three(app).await;
    let body = app.get_as(&app.stranger().await, "/v2/api/requests").await.ok();
    assert_eq!((&body["data"], &body["pagination"]["total"]), (&json!([]), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_filter_is_named_at_once() {
    let app = App::start("sqlite").await;
    let long = "x".repeat(201);
    let query = format!(
        "status=approved,done&clientId=7&matterId=M-7&search={long}&dateFrom=yesterday&dateTo=2026-02-30&page=x&limit=1.5"
    );
    let told = app.get(&format!("/v2/api/requests?{query}")).await.refused(422, "VALIDATION_ERROR");
    let expected = [
        ("page", "Expected number, received nan"),
        ("limit", "Expected integer, received float"),
        ("search", "String must contain at most 200 character(s)"),
        (
            "status",
            "Invalid enum value. Expected 'initiated' | 'in_progress' | 'submitted' | 'pending_review' | 'approved' | 'rejected' | 'canceled' | 'expired'",
        ),
        ("clientId", "Invalid uuid"),
        ("matterId", "Invalid uuid"),
        ("dateFrom", "Invalid date"),
        ("dateTo", "Invalid date"),
    ];
    let told: Vec<(&str, &str)> = told.iter().map(|(field, said)| (field.as_str(), said.as_str())).collect();
    assert_eq!(told, expected);
    assert_eq!(app.get("/v2/api/requests?type=idv&type=kyc").await.invalid(), ["type"]);
    assert_eq!(app.get("/v2/api/requests?limt=5").await.invalid(), ["limt"], "misspelt");
}
