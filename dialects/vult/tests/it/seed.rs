//! Every operation of the vendor's document (`seed.json` holds its facts), asked well and asked badly.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Answer, App, sample};

/// One operation as the vendor documents it.
#[derive(Debug, Deserialize)]
struct Operation {
    /// Method and path; the path is ours, the vendor publishes none.
    operation: String,
    /// Whether it needs `X-Client-Id`.
    client_header: bool,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    #[serde(default)]
    enums: BTreeMap<String, Vec<String>>,
    /// The fields of the 200 answer; none for `{}` and for files.
    response: Vec<String>,
}

impl Operation {
    fn method(&self) -> &str {
        self.operation.split_once(' ').unwrap().0
    }
    fn path(&self) -> &str {
        self.operation.split_once(' ').unwrap().1
    }
    fn is_form(&self) -> bool {
        self.path().starts_with("/idv/sdk/document/") && self.path().ends_with("/add")
    }
}

fn operations() -> Vec<Operation> {
    serde_json::from_str(include_str!("seed.json")).unwrap()
}

fn document() -> Value {
    let routes = bonafide_vult::DIALECT.routes(&Default::default());
    serde_json::to_value(routes.document).unwrap()
}

/// Our words beside the vendor's: only where their page has no place for what a device or a receiver has to know.
fn is_ours(path: &str, name: &str) -> bool {
    ["liveness_steps", "captures_wanted"].contains(&name)
        || path == "/webhook/create" && ["id", "secret"].contains(&name)
        || ["/idv/session/create", "/ida/session/create"].contains(&path) && name == "capture_token"
}

#[test]
fn the_document_has_every_operation_with_its_fields() {
    let document = document();
    let seed = operations();
    assert_eq!(seed.len(), 53);
    let schema = |reference: &Value| {
        let name = reference["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        document["components"]["schemas"][name].clone()
    };
    // The properties of a schema, those of what is flattened into it included.
    let properties = |mut body: Value| -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        if body.get("$ref").is_some() {
            body = schema(&body);
        }
        let mut parts = vec![body];
        while let Some(part) = parts.pop() {
            let part = if part.get("$ref").is_some() { schema(&part) } else { part };
            names.extend(part["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
            for many in ["allOf", "oneOf", "anyOf"] {
                parts.extend(part[many].as_array().into_iter().flatten().cloned());
            }
        }
        names
    };
    for op in &seed {
        let published = &document["paths"][op.path()][op.method().to_lowercase()];
        assert!(published.is_object(), "{} is not there", op.operation);
        let content = &published["responses"]["200"]["content"];
        let answer = properties(content["application/json"]["schema"].clone());
        let known: BTreeSet<String> = answer.into_iter().filter(|n| !is_ours(op.path(), n)).collect();
        let expected: BTreeSet<String> = op.response.iter().cloned().collect();
        assert_eq!(known, expected, "answer of {}", op.operation);

        let request = published["requestBody"]["content"].as_object();
        let body =
            request.and_then(|content| content.values().next()).map(|c| properties(c["schema"].clone()));
        let mut asked = body.unwrap_or_default();
        let parameters = published["parameters"].as_array().cloned().unwrap_or_default();
        asked.extend(
            parameters.iter().filter(|p| p["in"] != "header").map(|p| p["name"].as_str().unwrap().to_owned()),
        );
        let expected: BTreeSet<String> = op.required.iter().chain(&op.optional).cloned().collect();
        assert_eq!(asked, expected, "request of {}", op.operation);
        assert_eq!(
            parameters
                .iter()
                .any(|p| p["in"] == "header" && p["name"] == "X-Client-Id" && p["required"] == true),
            op.client_header,
            "X-Client-Id of {}",
            op.operation
        );
    }
}

/// What the calls speak of.
struct World {
    verified: String,
    identity: String,
    authenticated: String,
    webhook: String,
    weights: Value,
    weights_id: String,
    requirements: Value,
}

impl World {
    async fn new(app: &App) -> Self {
        let verified = app.consented().await;
        app.picture("front", &verified, &sample("passport.jpg")).await.ok();
        app.liveness(&verified, &[&sample("selfie.jpg")]).await.ok();
        assert_eq!(app.finalize(&verified).await.ok()["verified"], true);
        let read = app.post("/idv/session/read", json!({"session_id": verified})).await.ok();
        let identity = read["identity_id"].as_str().unwrap().to_owned();
        let authenticated = Self::authentication(app, &identity).await;
        app.liveness_of("ida", &authenticated, &[&sample("selfie.jpg")]).await.ok();
        app.finalize_of("ida", &authenticated).await.ok();
        let new = json!({"name": "first", "url": "https://example.com/"});
        app.post("/webhook/create", new).await.ok();
        let webhooks = app.post("/webhook/list", json!({})).await.ok();
        let requirements = app.ask("/idv/requirements").await.ok();
        Self {
            verified,
            identity,
            authenticated,
            webhook: webhooks["webhooks"][0]["id"].as_str().unwrap().to_owned(),
            weights: app.ask("/idv/weights").await.ok(),
            weights_id: read["idv_weights_id"].as_str().unwrap().to_owned(),
            requirements: requirements["requirements"][0].clone(),
        }
    }

    async fn authentication(app: &App, identity: &str) -> String {
        let created = app.post("/ida/session/create", json!({"identity_id": identity})).await.ok();
        created["session_id"].as_str().unwrap().to_owned()
    }

    /// A valid body, with objects of its own for what changes them.
    async fn body(&self, app: &App, op: &Operation) -> Value {
        let selfie = BASE64_STANDARD.encode(sample("selfie.jpg"));
        let place = |session: &str| json!({"session_id": session, "latitude": 45.5, "longitude": -73.6});
        let generated = async |of: &str, session: String| {
            app.post(&format!("/{of}/sdk/liveness/session/generate"), place(&session)).await.ok();
            session
        };
        let with = |mut body: Value, name: &str, value: Value| {
            body[name] = value;
            body
        };
        let this = |session: &str| json!({"session_id": session});
        match op.path() {
            "/idv/sdk/metadata/update" => {
                json!({"session_id": app.created().await, "sdk_metadata": {"os": "x"}})
            }
            "/idv/sdk/liveness/session/generate" => place(&app.consented().await),
            "/idv/sdk/liveness/session/process" => {
                let session = generated("idv", app.consented().await).await;
                with(place(&session), "images", json!([selfie]))
            }
            "/idv/sdk/consent/add" => json!({"session_id": app.created().await, "consented": true}),
            "/idv/sdk/document/type/update" => {
                json!({"session_id": app.consented().await, "document_type_e": "passport"})
            }
            "/idv/sdk/document/front/add" | "/idv/sdk/document/back/add" => {
                json!({"session_id": app.consented().await, "latitude": "45.5", "longitude": "-73.6", "image": ""})
            }
            "/idv/sdk/finalize" => {
                let session = app.consented().await;
                app.picture("front", &session, &sample("passport.jpg")).await.ok();
                app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
                json!({"session_id": session, "settings": {}})
            }
            "/idv/session/delete" | "/idv/session/anonymize" => this(&app.created().await),
            "/idv/session/create" => {
                json!({"metadata": {}, "liveness_mode": "passive_active", "webhook_url": "https://example.com/", "settings": {}})
            }
            "/idv/session/list" | "/ida/session/list" => json!({
                "take": 1, "skip": 0, "search_term": "", "start_date": "2026-06-01", "end_date": null, "metadata": {},
                "identity_id": self.identity, "status": "complete", "client_id": [app.client_id], "user_id": [],
            }),
            "/idv/document/list" => json!({"session_id": self.verified, "take": 1, "skip": 0}),
            "/idv/document/download" => {
                json!({"session_id": self.verified, "storage_file_type_e": "passport_front"})
            }
            "/idv/session/location/read" => {
                json!({"session_id": self.verified, "location_capture_type_e": "front_doc_image_capture"})
            }
            "/ida/session/location/read" => {
                json!({"session_id": self.authenticated, "location_capture_type_e": "selfie_image_capture"})
            }
            "/idv/requirements" => self.requirements.clone(),
            "/idv/weights" => self.weights.clone(),
            "/ida/session/delete" => this(&Self::authentication(app, &self.identity).await),
            "/ida/session/create" => json!({
                "identity_id": self.identity, "webhook_url": "https://example.com/", "liveness_mode": "passive",
                "metadata": {}, "settings": {},
            }),
            "/ida/sdk/metadata/update" => json!({"session_id": self.open(app).await, "sdk_metadata": {}}),
            "/ida/sdk/liveness/session/generate" => place(&self.open(app).await),
            "/ida/sdk/liveness/session/process" => {
                let session = generated("ida", self.open(app).await).await;
                with(place(&session), "images", json!([selfie]))
            }
            "/ida/sdk/finalize" => {
                let session = self.open(app).await;
                app.liveness_of("ida", &session, &[&sample("selfie.jpg")]).await.ok();
                this(&session)
            }
            "/identity/list" => json!({
                "client_id": app.client_id, "user_id": [], "search_term": "", "take": 1, "skip": 0,
                "start_date": "2026-06-01T00:00:00Z", "end_date": "2027-06-01T00:00:00Z", "metadata": {},
            }),
            "/identity/document/read" => json!({"identity_id": self.identity, "document_type_e": "passport"}),
            "/identity/image/read" => json!({"identity_id": self.identity, "storage_file_type_e": "selfie"}),
            "/webhook/create" => {
                json!({"client_id": app.client_id, "name": "n", "url": "https://example.com/"})
            }
            "/webhook/list" => json!({"client_id": app.client_id, "take": 1, "skip": 0, "search_term": ""}),
            "/webhook/delete" => json!({"id": self.webhook}),
            path if path.starts_with("/identity/") => json!({"identity_id": self.identity}),
            path if path.starts_with("/ida/") => this(&self.authenticated),
            _ => this(&self.verified),
        }
    }

    async fn open(&self, app: &App) -> String {
        Self::authentication(app, &self.identity).await
    }
}

async fn call(app: &App, world: &World, op: &Operation, body: &Value) -> Answer {
    if op.method() == "GET" {
        return app.ask(&op.path().replace("{id}", &world.weights_id)).await;
    }
    if op.is_form() {
        let side = if op.path().contains("/front/") { "front" } else { "back" };
        let fields = body.as_object().unwrap().iter().filter(|(name, _)| *name != "image");
        let texts: Vec<(&str, &str)> = fields.map(|(n, v)| (n.as_str(), v.as_str().unwrap())).collect();
        return app.parts(side, &texts, Some(&sample("passport.jpg"))).await;
    }
    if op.path().ends_with("/finalize") && body["session_id"].is_string() {
        let of = if op.path().starts_with("/ida") { "ida" } else { "idv" };
        return app.finalize_of(of, body["session_id"].as_str().unwrap()).await;
    }
    app.post(op.path(), body.clone()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_well_and_refuses_what_is_wrong() {
    let app = App::start("sqlite").await;
    let world = World::new(&app).await;
    let (client, token) = app.new_tenant("second").await;
    // Last what takes away.
    let mut all = operations();
    all.sort_by_key(|op| matches!(op.path(), "/identity/anonymize" | "/webhook/delete"));
    for op in &all {
        let name = &op.operation;
        let body = if op.method() == "GET" { json!({}) } else { world.body(&app, op).await };
        if op.method() == "POST" {
            // Each required field missing, each word wrong, each id somebody else's: first, while nothing is changed.
            for field in op.required.iter().filter(|_| !op.is_form()) {
                let mut without = body.clone();
                without.as_object_mut().unwrap().remove(field);
                let fields = app.post(op.path(), without).await.refused(400, "invalid_request");
                assert!(fields.contains(field), "{name} without {field}: {fields:?}");
            }
            for (field, words) in &op.enums {
                let mut wrong = body.clone();
                wrong[field] = json!("no such word");
                let fields = app.post(op.path(), wrong).await.refused(400, "invalid_request");
                assert_eq!(fields, [field.as_str()], "{name}");
                assert!(!words.is_empty());
            }
            let named = ["session_id", "identity_id", "id"];
            if named.iter().any(|id| op.required.iter().any(|r| r == id)) && !op.is_form() {
                app.post_as(&client, &token, op.path(), body.clone()).await.refused(404, "not_found");
            }
            if op.client_header && !op.is_form() {
                let request = Request::post(op.path())
                    .header(header::CONTENT_TYPE, "application/json")
                    .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
                    .body(Body::from(body.to_string()))
                    .unwrap();
                assert_eq!(
                    app.send(request).await.refused(400, "invalid_request"),
                    ["X-Client-Id"],
                    "{name}"
                );
            }
            let request = Request::post(op.path()).header(header::CONTENT_TYPE, "application/json");
            let nobody = app.send(request.body(Body::from(body.to_string())).unwrap()).await;
            nobody.refused(401, "unauthorized");
        }
        let answer = call(&app, &world, op, &body).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let keys = answer.body.as_object().into_iter().flatten().map(|(key, _)| key.clone());
        let keys: BTreeSet<String> = keys.filter(|key| !is_ours(op.path(), key)).collect();
        let known: BTreeSet<String> = op.response.iter().cloned().collect();
        assert!(keys.is_subset(&known), "{name} answers {keys:?}");
        if answer.body.is_null() {
            assert_eq!(answer.headers[header::CONTENT_TYPE], "image/jpeg", "{name}");
        }
        // Words that the vendor lists are all understood.
        for (field, words) in op.enums.iter().filter(|_| op.method() == "POST") {
            for word in words {
                let mut other = world.body_again(&app, op, &body).await;
                other[field] = json!(word);
                let answer = app.post(op.path(), other).await;
                let refused = answer.body["error"]["code"].clone();
                let unknown = word == "unknown" && refused == "invalid_request";
                let absent = refused == "not_found" || refused == "not_captured";
                assert!(answer.status == 200 || unknown || absent, "{name} {field} {word}: {}", answer.body);
            }
        }
    }
}

impl World {
    /// A body for one more call: what was used up is made anew.
    async fn body_again(&self, app: &App, op: &Operation, before: &Value) -> Value {
        match op.path() {
            "/idv/sdk/document/type/update" => self.body(app, op).await,
            _ => before.clone(),
        }
    }
}
