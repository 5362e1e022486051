//! Every operation of the vendor's page (`seed.json` holds its facts), asked well and asked badly.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Request, header},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Answer, App};

/// One operation as the vendor documents it.
#[derive(Debug, Deserialize)]
struct Operation {
    /// Method and path.
    operation: String,
    id: String,
    status: u16,
    #[serde(default)]
    required: Vec<String>,
    /// Of a body, or of the query string.
    #[serde(default)]
    optional: Vec<String>,
    /// The words of a field, by its path.
    #[serde(default)]
    enums: BTreeMap<String, Vec<String>>,
    /// Fields that name what may be somebody else's.
    #[serde(default)]
    foreign: Vec<String>,
    /// The fields of the answer.
    response: Vec<String>,
    /// Fields that the answer has beside those, where they were given.
    #[serde(default)]
    when_given: Vec<String>,
    /// Of a list: the fields of what is in it.
    #[serde(default)]
    item: Vec<String>,
}

impl Operation {
    fn method(&self) -> &str {
        self.operation.split_once(' ').unwrap().0
    }
    fn path(&self) -> &str {
        self.operation.split_once(' ').unwrap().1
    }
    /// The path under the newer name of requests.
    fn other_path(&self) -> Option<String> {
        self.path().contains("/requests").then(|| self.path().replace("/requests", "/verifications"))
    }
}

fn operations() -> Vec<Operation> {
    serde_json::from_str(include_str!("seed.json")).unwrap()
}

fn document() -> Value {
    let routes = bonafide_athenty::DIALECT.routes(&Default::default());
    serde_json::to_value(routes.document).unwrap()
}

fn properties(document: &Value, schema: &Value) -> BTreeSet<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => &document["components"]["schemas"][reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn set(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

#[test]
fn the_document_has_every_operation_with_its_fields() {
    let document = document();
    assert_eq!(document["info"]["title"], "Athenty API");
    let scheme = &document["components"]["securitySchemes"]["ApiKeyAuth"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("header"), &json!("X-Api-Key")));
    let seed = operations();
    assert_eq!(seed.len(), 6);
    for op in &seed {
        for path in [Some(op.path().to_owned()), op.other_path()].into_iter().flatten() {
            let published = &document["paths"][&path][op.method().to_lowercase()];
            assert!(published.is_object(), "{} {path} is not there", op.method());
            if path == op.path() {
                assert_eq!(published["operationId"], json!(op.id));
            }
            let body = &published["requestBody"]["content"]["application/json"]["schema"];
            let mut asked = properties(&document, body);
            let parameters = published["parameters"].as_array().cloned().unwrap_or_default();
            let in_query = parameters.iter().filter(|p| p["in"] == "query");
            asked.extend(in_query.map(|p| p["name"].as_str().unwrap().to_owned()));
            let expected: BTreeSet<String> = op.required.iter().chain(&op.optional).cloned().collect();
            assert_eq!(asked, expected, "request of {path}");

            let status = op.status.to_string();
            let answer = &published["responses"][&status]["content"]["application/json"]["schema"];
            let known = properties(&document, answer);
            let named = set(&[op.response.clone(), op.when_given.clone()].concat());
            assert!(named.is_subset(&known), "answer of {path} has {known:?}");
            if op.method() == "POST" {
                assert_eq!(known.difference(&named).count(), 0, "answer of {path} has {known:?}");
            }
            for refusal in ["401", "402", "403", "422", "429"] {
                let has = published["responses"][refusal].is_object();
                assert!(
                    has || refusal == "422" && parameters.is_empty() && body.is_null(),
                    "{path} {refusal}"
                );
            }
        }
    }
}

/// What the calls speak of.
struct World {
    client: String,
    request: String,
}

impl World {
    async fn new(app: &App) -> Self {
        let text = |body: Value| body["id"].as_str().unwrap().to_owned();
        let client = text(app.post("/v2/api/clients", json!({"nameFirst": "Jane"})).await.ok());
        let request = text(app.created(json!({"subjectName": "Jane Smith"})).await);
        Self { client, request }
    }

    /// A valid body with every field.
    fn body(&self, op: &Operation) -> Value {
        match op.path() {
            "/v2/api/requests" => json!({
                "type": "idv",
                // Nothing is passed on without the last.
                "requirements": ["document", "person", "biometric_face", "consent"],
                "clientId": self.client,
                "matterId": "0197a3f0-4c1b-7d2e-8f3a-5b6c7d8e9f01",
                "subjectName": "Jane Smith",
                "subjectEmail": "jane@example.com",
                "subjectPhone": "+1 416 555 0100",
                "expiresDays": 7,
                "config": {},
                "thirdParties": [{"name": "A Bank", "email": "desk@bank.example", "requirements": ["person"]}],
            }),
            "/v2/api/clients" => json!({
                "nameFirst": "Jane", "nameLast": "Smith", "businessName": "Smith Ltd", "email": "jane@example.com",
                "phone": "+1 416 555 0100", "externalId": "crm-7", "memberType": "individual",
                "addressLine1": "1 Main St", "addressLine2": "Floor 2", "city": "Toronto", "region": "ON",
                "postalCode": "M5V 2T6", "country": "CA", "metadata": {"tier": "gold"},
            }),
            other => unreachable!("{other} has no body"),
        }
    }

    fn path(&self, op: &Operation) -> String {
        let id = if op.path().contains("/clients") { &self.client } else { &self.request };
        op.path().replace("{id}", id)
    }
}

/// Sets what a path like `requirements.0` names.
fn put(body: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((list, n)) => body[list][n.parse::<usize>().unwrap()] = value,
        None => body[path] = value,
    }
}

async fn asked_badly(app: &App, world: &World, op: &Operation, stranger: &str) {
    let name = &op.operation;
    let path = world.path(op);
    let request = Request::builder().method(op.method()).uri(&path);
    let nobody = app.send(request.body(Body::empty()).unwrap()).await;
    nobody.refused(401, "UNAUTHORIZED");
    if op.path().ends_with("/{id}") {
        app.get_as(stranger, &path).await.refused(404, "NOT_FOUND");
        for none in ["req_x", "00000000-0000-0000-0000-000000000000", "%00"] {
            let path = op.path().replace("{id}", none);
            app.get(&path).await.refused(404, "NOT_FOUND");
        }
        return;
    }
    if op.method() == "GET" {
        for field in op.enums.keys() {
            let fields = app.get(&format!("{path}?{field}=nonsense")).await.invalid();
            assert_eq!(fields, [field.as_str()], "{name}");
        }
        let wrong = app.get(&format!("{path}?page=0&limit=101")).await.refused(422, "VALIDATION_ERROR");
        let said = |field: &str, message: &str| (field.to_owned(), message.to_owned());
        assert_eq!(
            wrong,
            [
                said("page", "Number must be greater than or equal to 1"),
                said("limit", "Number must be less than or equal to 100")
            ]
        );
        return;
    }
    let body = world.body(op);
    for field in &op.required {
        let mut without = body.clone();
        without.as_object_mut().unwrap().remove(field);
        let told = app.post(&path, without).await.refused(422, "VALIDATION_ERROR");
        assert_eq!(told, [(field.clone(), "Required".to_owned())], "{name}");
    }
    for (field, words) in &op.enums {
        let mut wrong = body.clone();
        put(&mut wrong, field, json!("no such word"));
        let told = app.post(&path, wrong).await.refused(422, "VALIDATION_ERROR");
        let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let expected = format!("Invalid enum value. Expected {}", words.join(" | "));
        assert_eq!(told, [(field.clone(), expected)], "{name}");
    }
    for field in &op.foreign {
        let told = app.ask("POST", stranger, &path, Some(body.clone())).await.invalid();
        assert_eq!(told, [field.as_str()], "{name}");
    }
    // A number and an object are right nowhere in this API's bodies, except where they are asked for.
    for field in op.required.iter().chain(&op.optional) {
        let mut wrong = body.clone();
        wrong[field] = if field == "expiresDays" { json!("7") } else { json!(7.5) };
        let fields = app.post(&path, wrong).await.invalid();
        assert_eq!(fields, [field.as_str()], "{name}");
    }
    let request = Request::post(&path)
        .header("X-Api-Key", &app.key)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{\"type\": "))
        .unwrap();
    assert!(app.send(request).await.refused(400, "BAD_REQUEST").is_empty());
}

fn has_the_fields(op: &Operation, answer: &Answer) {
    let name = &op.operation;
    assert_eq!(answer.status.as_u16(), op.status, "{name}: {}", answer.body);
    let keys: BTreeSet<String> = answer.body.as_object().unwrap().keys().cloned().collect();
    let fields = set(&op.response);
    assert!(fields.is_subset(&keys), "{name} answers {keys:?}");
    if op.method() == "POST" {
        let given = set(&op.when_given);
        let more: Vec<_> = keys.difference(&fields).filter(|key| !given.contains(*key)).collect();
        assert!(more.is_empty(), "{name} answers {more:?} beside what is documented");
    }
    for item in answer.body["data"].as_array().into_iter().flatten() {
        for field in &op.item {
            assert!(item.get(field).is_some(), "{name}: an item has no {field}: {item}");
        }
    }
    let envelope = ["hasNext", "hasPrev", "limit", "page", "total", "totalPages"];
    if let Some(pagination) = answer.body["pagination"].as_object() {
        let mut keys: Vec<&str> = pagination.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, envelope);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_well_and_refuses_what_is_wrong() {
    let app = App::start("sqlite").await;
    let world = World::new(&app).await;
    let stranger = app.stranger().await;
    for op in &operations() {
        asked_badly(&app, &world, op, &stranger).await;
        let path = world.path(op);
        if op.method() == "GET" {
            has_the_fields(op, &app.get(&path).await);
            for (field, words) in &op.enums {
                for word in words {
                    app.get(&format!("{path}?{field}={word}")).await.ok();
                }
            }
            if let Some(other) = op.other_path() {
                let other = app.get(&other.replace("{id}", &world.request)).await.ok();
                assert_eq!(other, app.get(&path).await.ok(), "the other name answers the same");
            }
            continue;
        }
        let body = world.body(op);
        has_the_fields(op, &app.post(&path, body.clone()).await);
        for (field, words) in &op.enums {
            for word in words {
                let mut other = body.clone();
                other["thirdParties"] = json!([]);
                if field == "requirements.0" {
                    other["requirements"] = json!([word]);
                } else {
                    put(&mut other, field, json!(word));
                }
                if op.path().contains("/clients") {
                    other.as_object_mut().unwrap().remove("thirdParties");
                }
                let answer = app.post(&path, other).await.ok();
                let told =
                    if field == "requirements.0" { &answer["requirements"][0] } else { &answer[field] };
                assert_eq!(*told, json!(word), "{}", op.operation);
            }
        }
        if let Some(other) = op.other_path() {
            has_the_fields(op, &app.post(&other, body).await);
        }
    }
}
