//! Every operation of the vendor's pages (`seed.json` holds their facts), asked well and asked badly.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, header},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    support::{App, id},
    walk::{BACK, at, attempts, declared},
};

/// One operation as the vendor documents it.
#[derive(Debug, Deserialize)]
struct Operation {
    operation: String,
    /// What a good request is answered with.
    status: u16,
    /// What else it may be answered with.
    statuses: Vec<u16>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    optional: Vec<String>,
    /// What every answer has.
    response: Vec<String>,
    /// What it has once it is known.
    #[serde(default)]
    sometimes: Vec<String>,
    /// The links of every answer.
    links: Vec<String>,
}

impl Operation {
    fn method(&self) -> &str {
        self.operation.split_once(' ').unwrap().0
    }
    fn path(&self) -> &str {
        self.operation.split_once(' ').unwrap().1
    }
    fn members(&self) -> BTreeSet<String> {
        self.response.iter().chain(&self.sometimes).cloned().collect()
    }
}

fn operations() -> Vec<Operation> {
    serde_json::from_str(include_str!("seed.json")).unwrap()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The published document, and what its schemas hold.
struct Published(Value);

impl Published {
    fn new() -> Self {
        let routes = bonafide_checkout::DIALECT.routes(&Default::default());
        Self(serde_json::to_value(routes.document).unwrap())
    }

    /// The members of a schema by name, those of what is flattened into it included, and which of them are required.
    fn members(&self, schema: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
        let (mut all, mut required, mut parts) = (BTreeSet::new(), BTreeSet::new(), vec![schema.clone()]);
        while let Some(mut part) = parts.pop() {
            if let Some(name) = part["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
                part = self.0["components"]["schemas"][name].clone();
            }
            all.extend(keys(&part["properties"]));
            let names = part["required"].as_array().into_iter().flatten();
            required.extend(names.map(|name| name.as_str().unwrap().to_owned()));
            for many in ["allOf", "oneOf", "anyOf"] {
                parts.extend(part[many].as_array().into_iter().flatten().cloned());
            }
        }
        (all, required)
    }

    fn schema(&self, name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
        self.members(&self.0["components"]["schemas"][name])
    }
}

#[test]
fn the_document_has_every_operation_with_its_fields_and_statuses() {
    let published = Published::new();
    let seed = operations();
    assert_eq!(seed.len(), 8);
    for op in &seed {
        let item = &published.0["paths"][op.path()][op.method().to_lowercase()];
        assert!(item.is_object(), "{} is not there", op.operation);
        let answer = &item["responses"][op.status.to_string()]["content"]["application/json"]["schema"];
        let (all, required) = published.members(answer);
        assert_eq!(all, op.members(), "answer of {}", op.operation);
        assert_eq!(required, op.response.iter().cloned().collect(), "required in {}", op.operation);
        for status in &op.statuses {
            let told = &item["responses"][status.to_string()];
            assert!(told["content"]["application/json"].is_object(), "{} of {}", status, op.operation);
        }
        let (mut asked, required) =
            published.members(&item["requestBody"]["content"]["application/json"]["schema"]);
        let parameters = item["parameters"].as_array().cloned().unwrap_or_default();
        let query = parameters.iter().filter(|p| p["in"] == "query");
        asked.extend(query.map(|p| p["name"].as_str().unwrap().to_owned()));
        let expected: BTreeSet<String> = op.required.iter().chain(&op.optional).cloned().collect();
        assert_eq!(asked, expected, "request of {}", op.operation);
        assert_eq!(required, op.required.iter().cloned().collect(), "required of {}", op.operation);
    }
}

#[test]
fn the_document_has_the_vendors_objects() {
    let published = Published::new();
    let (all, required) = published.schema("Document");
    let least =
        ["document_type", "document_issuing_country", "front_image_signed_url", "full_name", "birth_date"];
    assert_eq!(required, set(&least));
    let more = [
        "back_image_signed_url",
        "first_names",
        "last_name",
        "last_name_at_birth",
        "birth_place",
        "nationality",
        "gender",
        "personal_number",
        "tax_identification_number",
        "document_number",
        "document_expiry_date",
        "document_issue_date",
        "document_issue_place",
        "document_mrz",
        "address",
        "permit_obtaining_date",
        "permit_expiry_date",
        "permit_type_detailed",
        "permit_type_remarks",
    ];
    assert_eq!(all, &set(&least) | &set(&more));
    let (all, required) = published.schema("Holder");
    assert_eq!(required, set(&["full_name", "birth_date"]));
    let more = ["first_names", "last_name", "last_name_at_birth", "birth_place", "nationality", "gender"];
    assert_eq!(all, &set(&["full_name", "birth_date"]) | &set(&more));
    let (all, required) = published.schema("NewDeclaredData");
    assert_eq!(all, set(&["name", "birth_date", "phone_number", "email", "address"]));
    assert_eq!(required, set(&["name"]));
    let (all, _) = published.schema("SessionInformation");
    let known = ["ip_address", "number_of_sessions", "user_agent", "initial_device", "selected_documents"];
    assert_eq!(all, set(&known));
    let words = |name: &str| published.0["components"]["schemas"][name]["enum"].clone();
    assert_eq!(
        words("IdentityState"),
        json!([
            "created",
            "pending",
            "capture_in_progress",
            "checks_in_progress",
            "approved",
            "declined",
            "retry_required",
            "refused",
            "inconclusive"
        ])
    );
    assert_eq!(
        words("AttemptState"),
        json!([
            "pending_redirection",
            "capture_in_progress",
            "capture_aborted",
            "capture_refused",
            "expired",
            "checks_in_progress",
            "checks_inconclusive",
            "completed",
            "terminated"
        ])
    );
    assert_eq!(
        words("DocumentKind"),
        json!(["Driving licence", "ID", "Other", "Passport", "Residence Permit", "Travel Document", "Visa"])
    );
    assert_eq!(
        words("RiskLabel"),
        json!(["multiple_faces_detected", "mcc_not_confident", "risky_document_format"])
    );
}

/// A path and a body that are answered well.
async fn good(app: &App, approved: &Value, op: &Operation) -> (String, Option<Value>) {
    let open = async || {
        let idv = app.waiting().await;
        let attempt = app.attempt(&idv).await;
        (idv, id(&attempt))
    };
    match op.operation.as_str() {
        "POST /create-and-open-idv" => {
            (op.path().to_owned(), Some(json!({"declared_data": declared(), "redirect_url": BACK})))
        }
        "POST /identity-verifications" => {
            let applicant = app.applicant(json!({})).await;
            (
                op.path().to_owned(),
                Some(json!({"applicant_id": applicant["id"], "declared_data": declared()})),
            )
        }
        "GET /identity-verifications/{identity_verification_id}" => (at(approved), None),
        "POST /identity-verifications/{identity_verification_id}/anonymize" => {
            (format!("{}/anonymize", at(&app.waiting().await)), None)
        }
        "POST /identity-verifications/{identity_verification_id}/attempts" => {
            (attempts(&app.waiting().await), Some(json!({"redirect_url": BACK})))
        }
        "GET /identity-verifications/{identity_verification_id}/attempts" => (attempts(approved), None),
        "GET /identity-verifications/{identity_verification_id}/attempts/{attempt_id}" => {
            let (idv, attempt) = open().await;
            (format!("{}/{attempt}", attempts(&idv)), None)
        }
        "GET /identity-verifications/{identity_verification_id}/pdf-report" => {
            (format!("{}/pdf-report", at(approved)), None)
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_well_and_refuses_what_is_wrong() {
    let app = App::looking().await;
    let approved = app.approved().await;
    let stranger = app.stranger().await;
    for op in &operations() {
        let name = &op.operation;
        let (path, body) = good(&app, &approved, op).await;
        // First what is refused, while nothing is changed.
        for field in &op.required {
            let mut without = body.clone().unwrap();
            without.as_object_mut().unwrap().remove(field);
            assert_eq!(app.post(&path, without).await.invalid(), [format!("{field}__required")], "{name}");
        }
        let request = Request::builder()
            .method(op.method())
            .uri(&path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string())));
        let nobody = app.send(request.unwrap()).await;
        assert_eq!(nobody.refused(401, "authentication_error"), ["unauthorized"], "{name}");
        if path.contains("idv_") {
            let refused = app.ask(op.method(), &stranger, &path, body.clone()).await;
            assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"], "{name}");
        }
        if body.is_some() {
            let request = Request::post(&path)
                .header(header::AUTHORIZATION, format!("Bearer {}", app.key))
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from("{"));
            let broken = app.send(request.unwrap()).await;
            assert_eq!(broken.refused(400, "invalid_request"), ["invalid_json"], "{name}");
        }
        let answer = app.ask(op.method(), &app.key, &path, body).await;
        assert_eq!(answer.status.as_u16(), op.status, "{name}: {}", answer.body);
        let answer = answer.ok();
        let told = keys(&answer);
        assert!(op.response.iter().all(|member| told.contains(member)), "{name} answers {told:?}");
        assert!(told.is_subset(&op.members()), "{name} answers {told:?}");
        assert_eq!(keys(&answer["_links"]), op.links.iter().cloned().collect(), "{name}");
        for href in answer["_links"].as_object().into_iter().flatten().map(|(_, link)| &link["href"]) {
            assert!(href.as_str().is_some_and(|href| href.starts_with("https://")), "{name}: {href}");
        }
        // Where an answer says that it is found, it is.
        if let Some(path) = answer["_links"]["self"]["href"].as_str() {
            app.get(path.strip_prefix(crate::support::URL).unwrap()).await.ok();
        }
    }
}
