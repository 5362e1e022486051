//! Every operation of the vendor's documents (`seed.json` holds their facts), asked well and asked badly.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Answer, App, photo, sample};

/// One operation as the vendor documents it.
#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    /// Whether it takes a form with files.
    #[serde(default)]
    form: bool,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    enums: BTreeMap<String, Vec<String>>,
    /// What a good request is answered with.
    status: u16,
    /// Whether the answer is an array.
    #[serde(default)]
    list: bool,
    /// The fields that every answer has.
    response: Vec<String>,
    /// Those that it has once they are known.
    #[serde(default)]
    sometimes: Vec<String>,
}

impl Operation {
    fn method(&self) -> &str {
        self.operation.split_once(' ').unwrap().0
    }
    fn path(&self) -> &str {
        self.operation.split_once(' ').unwrap().1
    }
    fn files(&self) -> Vec<&String> {
        let files = ["frontImage", "backImage", "photo", "selfie", "video"];
        self.required.iter().filter(|name| files.contains(&name.as_str())).collect()
    }
}

fn operations() -> Vec<Operation> {
    serde_json::from_str(include_str!("seed.json")).unwrap()
}

/// Ours beside the vendor's: what its documents name an address for and no operation.
const OURS: [&str; 3] = [
    "/verifications/document/{id}/front",
    "/verifications/document/{id}/back",
    "/verifications/liveness/{id}/challenges/{challengeId}/photo",
];

#[test]
fn the_document_has_every_operation_with_its_fields() {
    let routes = bonafide_verifyhq::DIALECT.routes(&Default::default());
    let document = serde_json::to_value(routes.document).unwrap();
    let seed = operations();
    let schema = |reference: &Value| {
        let name = reference["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        document["components"]["schemas"][name].clone()
    };
    // The properties of a schema, those of its parts and of its items included.
    let properties = |body: &Value, only: &str| -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut parts = vec![body.clone()];
        while let Some(part) = parts.pop() {
            let part = if part.get("$ref").is_some() { schema(&part) } else { part };
            names.extend(part["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
            for many in ["allOf", "oneOf", "anyOf"] {
                parts.extend(part[many].as_array().into_iter().flatten().cloned());
            }
            if only == "items" {
                parts.extend(part.get("items").cloned());
            }
        }
        names
    };
    let published: usize =
        document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(published, seed.len() + OURS.len());
    for op in &seed {
        let published = &document["paths"][op.path()][op.method().to_lowercase()];
        assert!(published.is_object(), "{} is not there", op.operation);
        let good = if op.status == 422 { "200".to_owned() } else { op.status.to_string() };
        let content = &published["responses"][good]["content"]["application/json"]["schema"];
        let mut answer = properties(content, if op.list { "items" } else { "" });
        for ours in ["data", "pagination"] {
            answer.remove(ours);
        }
        let expected: BTreeSet<String> = op.response.iter().chain(&op.sometimes).cloned().collect();
        assert_eq!(answer, expected, "answer of {}", op.operation);
        let request = published["requestBody"]["content"].as_object();
        let body = request.and_then(|content| content.values().next());
        let mut asked = body.map(|content| properties(&content["schema"], "")).unwrap_or_default();
        let parameters = published["parameters"].as_array().cloned().unwrap_or_default();
        asked.extend(
            parameters.iter().filter(|p| p["in"] == "query").map(|p| p["name"].as_str().unwrap().to_owned()),
        );
        let expected: BTreeSet<String> = op.required.iter().chain(&op.optional).cloned().collect();
        assert_eq!(asked, expected, "request of {}", op.operation);
    }
}

/// A good request: its path and its body; of a form, the texts.
async fn request(app: &App, op: &Operation, n: usize) -> (String, Value) {
    let user = format!("seed_{n}");
    let started = || app.started(&user, "STANDARD");
    let opened =
        async || app.post("/verifications/liveness/session", json!({"userId": user})).await.created();
    match op.operation.as_str() {
        "POST /verifications/identity" => (op.path().into(), json!({"userId": user, "tier": "BASIC"})),
        "GET /verifications/identity/{id}" => (op.path().replace("{id}", &started().await), json!({})),
        "GET /verifications/identity/user/{userId}" => {
            started().await;
            (op.path().replace("{userId}", &user), json!({}))
        }
        "POST /verifications/identity/{id}/review" => {
            let body =
                json!({"decision": "VERIFIED", "reviewedBy": "ana", "reviewNotes": "All fields match."});
            (op.path().replace("{id}", &started().await), body)
        }
        "POST /verifications/identity/{id}/restart" => {
            let id = started().await;
            app.review(&app.reviewer, &id, "REJECTED").await.ok();
            (op.path().replace("{id}", &id), json!({}))
        }
        "POST /verifications/document" => {
            (op.path().into(), json!({"userId": user, "documentType": "PASSPORT", "documentCountry": "US"}))
        }
        "GET /verifications/document/{id}" => {
            let id = app.document(&user).await["id"].as_str().unwrap().to_owned();
            (op.path().replace("{id}", &id), json!({}))
        }
        "POST /verifications/liveness/session" => (op.path().into(), json!({"userId": user})),
        "POST /verifications/liveness/challenge" => (
            op.path().into(),
            json!({"sessionToken": opened().await["sessionToken"], "challengeId": "ch_001"}),
        ),
        "POST /verifications/liveness/reference-selfie" | "POST /verifications/liveness/submit" => {
            (op.path().into(), json!({"sessionToken": opened().await["sessionToken"]}))
        }
        "GET /verifications/liveness/{id}" => {
            let token = opened().await["sessionToken"].as_str().unwrap().to_owned();
            (op.path().replace("{id}", &token.replace("ses_", "liv_")), json!({}))
        }
        "POST /webhooks/configure" => (
            op.path().into(),
            json!({"clientId": client(app).await, "callbackUrl": "https://example.com/", "events": ["identity.verified"]}),
        ),
        "GET /webhooks/client/{clientId}" => {
            let client = client(app).await;
            let body = json!({"clientId": client, "callbackUrl": "https://example.com/", "events": []});
            app.ask("POST", &app.admin, "/webhooks/configure", Some(body)).await.created();
            (op.path().replace("{clientId}", &client), json!({}))
        }
        "DELETE /webhooks/{id}" => {
            let body =
                json!({"clientId": client(app).await, "callbackUrl": "https://example.com/", "events": []});
            let made = app.ask("POST", &app.admin, "/webhooks/configure", Some(body)).await.created();
            (op.path().replace("{id}", made["id"].as_str().unwrap()), json!({}))
        }
        "POST /admin/api-clients" => {
            (op.path().into(), json!({"name": "app", "permissions": ["identity:read"]}))
        }
        other => panic!("no request for {other}"),
    }
}

async fn client(app: &App) -> String {
    let made =
        app.ask("POST", &app.admin, "/admin/api-clients", Some(json!({"name": "app"}))).await.created();
    made["id"].as_str().unwrap().to_owned()
}

async fn call(app: &App, key: &str, op: &Operation, path: &str, body: &Value, without: &str) -> Answer {
    if !op.form {
        let body = (op.method() == "POST" && body != &json!({})).then(|| body.clone());
        return app.ask(op.method(), key, path, body).await;
    }
    let texts: Vec<(&str, &str)> = body
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let passport = sample("passport.jpg");
    let face = photo(1);
    let files: Vec<(&str, &[u8])> = op
        .files()
        .into_iter()
        .filter(|name| *name != without)
        .map(|name| (name.as_str(), if name == "frontImage" { &*passport } else { &*face }))
        .collect();
    app.form_as(key, path, &texts, &files).await
}

/// The key that may do all that an operation asks for.
fn key<'a>(app: &'a App, op: &Operation) -> &'a str {
    if op.path().starts_with("/verifications") { &app.reviewer } else { &app.admin }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_well_and_refuses_what_is_wrong() {
    let app = App::start("sqlite").await;
    let stranger = app.stranger().await;
    let mut n = 0;
    for op in &operations() {
        let name = &op.operation;
        let key = key(&app, op);
        n += 1;
        let (path, body) = request(&app, op, n).await;
        // First what is wrong, while nothing is changed: each required field missing, each word wrong, each id somebody else's.
        for field in &op.required {
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(field);
            let fields = call(&app, key, op, &path, &without, field).await.invalid();
            assert_eq!(fields, [field.as_str()], "{name} without {field}");
        }
        for field in op.enums.keys() {
            let mut wrong = body.clone();
            wrong[field] = json!("no such word");
            assert_eq!(call(&app, key, op, &path, &wrong, "").await.invalid(), [field.as_str()], "{name}");
        }
        let names_object =
            path != op.path() && !path.contains("/user/") || body.get("sessionToken").is_some();
        if names_object && op.path().starts_with("/verifications") {
            call(&app, &stranger, op, &path, &body, "").await.refused(404);
        }
        call(&app, "", op, &path, &body, "").await.refused(401);
        if op.method() == "POST" && !op.form && !body.as_object().unwrap().is_empty() {
            let not_json = axum::http::Request::post(&path)
                .header("X-API-Key", key)
                .header("content-type", "application/json")
                .body("{".into())
                .unwrap();
            app.send(not_json).await.refused(400);
        }
        // With and without the prefix of the vendor's older documents.
        for before in ["", "/v1"] {
            n += 1;
            let (path, body) = request(&app, op, n).await;
            let answer = call(&app, key, op, &format!("{before}{path}"), &body, "").await;
            if op.status == 422 {
                assert_eq!(answer.invalid(), ["video"], "{name}");
                continue;
            }
            assert_eq!(answer.status, op.status, "{name}: {}", answer.body);
            let object = if op.list { &answer.body[0] } else { &answer.body };
            let keys: BTreeSet<String> = object.as_object().unwrap().keys().cloned().collect();
            let always: BTreeSet<String> = op.response.iter().cloned().collect();
            let ever: BTreeSet<String> = always.iter().chain(&op.sometimes).cloned().collect();
            assert!(keys.is_superset(&always) && keys.is_subset(&ever), "{name} answers {keys:?}");
            if let Some(status) = object.get("overallStatus") {
                assert_eq!(status, &object["status"], "{name}");
            }
        }
        // Words that the vendor lists are all understood.
        for (field, words) in &op.enums {
            for word in words {
                n += 1;
                let (path, mut body) = request(&app, op, n).await;
                body[field] = json!(word);
                let answer = call(&app, key, op, &path, &body, "").await;
                assert_eq!(answer.status, op.status, "{name} {field} {word}: {}", answer.body);
            }
        }
    }
}
