//! One person, four views: whoever was verified through one API is read through each of the others, in its own words.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, Installation, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_each_api_is_read_through_all() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let api = Api::new(&server, &installation);

    let made = [
        ("vult", api.vult(&client).await),
        ("athenty", api.athenty().await),
        ("verifyhq", api.verifyhq().await),
        ("checkout", api.checkout().await),
    ];
    for (by, id) in &made {
        let before = api.views(&client, id).await;
        assert_eq!(before.statuses(), ["initiated", "created", "PENDING", "in_progress"], "{by}: before");
        client.carry_on(id).await.unwrap();
        let views = api.views(&client, id).await;
        assert_eq!(views.statuses(), ["approved", "approved", "VERIFIED", "complete"], "{by}: approved");
        assert_eq!(views.checkout["response_codes"], json!([{"code": 10000, "summary": "approved"}]), "{by}");
        assert_eq!(views.vult["verified"], true, "{by}");
        // The same document, whoever asks.
        let number = views.vult_document["document_number"]
            .as_str()
            .unwrap_or_else(|| panic!("{by}: {}", views.vult_document));
        assert!(!number.is_empty(), "{by}");
        assert_eq!(views.checkout["documents"][0]["document_number"], number, "{by}");
        assert_eq!(number_of(&views.athenty), number, "{by}");
        let born = &views.checkout["verified_identity"]["birth_date"];
        assert_eq!(views.vult["birth_date"], *born, "{by}");
        let score = views.verifyhq["faceMatchScore"].as_f64();
        // The basic tier of VerifyHQ asks for no face.
        assert_eq!(score.is_some_and(|score| (0.0..=1.0).contains(&score)), *by != "verifyhq", "{by}");
    }
    // Lists: Checkout has none.
    let ids: Vec<&str> = made.iter().rev().map(|(_, id)| id.as_str()).collect();
    let (_, listed) = client.post("/idv/session/list", json!({})).await.unwrap();
    let of_vult: Vec<&str> = listed["sessions"]
        .as_array()
        .unwrap_or_else(|| panic!("{listed}"))
        .iter()
        .map(|session| session["session_id"].as_str().unwrap())
        .collect();
    assert_eq!(of_vult, ids, "the newest first");
    let listed = api.get("/v2/api/requests").await;
    let of_athenty: Vec<&str> = listed["data"]
        .as_array()
        .unwrap_or_else(|| panic!("{listed}"))
        .iter()
        .map(|request| request["id"].as_str().unwrap().trim_start_matches("req_"))
        .collect();
    assert_eq!(of_athenty, ids, "the newest first");
    // VerifyHQ lists by user: of one that names none, that is its applicant.
    for (by, id) in &made {
        let user = api.get(&format!("/verifications/identity/ver_{id}")).await["userId"].clone();
        let mine = api.get(&format!("/verifications/identity/user/{}", user.as_str().unwrap())).await;
        let found = mine.to_string().contains(&format!("ver_{id}"));
        assert_eq!(found, *by == "verifyhq" || *by == "checkout", "{by}: {user} {mine}");
    }
}

/// The number of the document that a request shows.
fn number_of(request: &Value) -> &str {
    let documents = request["documents"].as_array().unwrap_or_else(|| panic!("{request}"));
    let fields = documents.iter().find_map(|document| document["fields"].as_array()).unwrap();
    let number =
        fields.iter().find(|field| field["name"] == "documentNumber" || field["name"] == "document_number");
    number.unwrap_or_else(|| panic!("{request}"))["value"].as_str().unwrap()
}

/// One verification through every API.
struct Views {
    athenty: Value,
    checkout: Value,
    verifyhq: Value,
    vult: Value,
    /// What Vult tells of its document; null before there is one.
    vult_document: Value,
}

impl Views {
    /// In the order of the names.
    fn statuses(&self) -> [&str; 4] {
        let word = |of: &'static str, value: &Value| -> String {
            value.as_str().unwrap_or_else(|| panic!("{of}: no status")).to_owned()
        };
        [
            word("athenty", &self.athenty["status"]),
            word("checkout", &self.checkout["status"]),
            word("verifyhq", &self.verifyhq["status"]),
            word("vult", &self.vult["status_e"]),
        ]
        .map(|status| &*status.leak())
    }
}

/// The organization's program.
struct Api {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Api {
    fn new(server: &Server, installation: &Installation) -> Self {
        #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
        let http = reqwest::Client::new();
        Self { http, url: server.url.clone(), key: installation.api_key.clone() }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        body
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn vult(&self, client: &Client) -> String {
        let (_, made) = client.post("/idv/session/create", json!({})).await.unwrap();
        made["session_id"].as_str().unwrap().to_owned()
    }

    async fn athenty(&self) -> String {
        let body = json!({"type": "idv", "requirements": ["document", "biometric_face"]});
        plain(&self.post("/v2/api/requests", body).await)
    }

    async fn verifyhq(&self) -> String {
        plain(&self.post("/verifications/identity", json!({"userId": "user_7", "tier": "BASIC"})).await)
    }

    async fn checkout(&self) -> String {
        let person = self.post("/applicants", json!({"external_applicant_id": "user_8"})).await;
        let body = json!({"applicant_id": person["id"], "declared_data": {"name": "Raphael Hythloday"}});
        plain(&self.post("/identity-verifications", body).await)
    }

    async fn views(&self, client: &Client, id: &str) -> Views {
        let this = json!({"session_id": id});
        let (_, vult_document) = client.post("/idv/document/read", this).await.unwrap();
        Views {
            athenty: self.get(&format!("/v2/api/requests/req_{id}")).await,
            checkout: self.get(&format!("/identity-verifications/idv_{id}")).await,
            verifyhq: self.get(&format!("/verifications/identity/ver_{id}")).await,
            vult: client.read(id).await.unwrap(),
            vult_document,
        }
    }
}

/// An id without its API's prefix.
fn plain(made: &Value) -> String {
    made["id"].as_str().unwrap().split_once('_').unwrap().1.to_owned()
}
