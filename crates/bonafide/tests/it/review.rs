//! The real binary: a reviewer's commands beside a running server, and what every API's callers and subscribers get to
//! know of it.

use std::process::{Command, Output};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::support::{BINARY, Installation, Server, sample};

/// A key of the sandbox, and what it is known by.
fn new_key(installation: &Installation, scopes: &[&str]) -> (String, String) {
    let mut command = installation.command();
    command.args(["keys", "create", "--sandbox", "--json"]);
    for scope in scopes {
        command.args(["--scope", scope]);
    }
    let made = command.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
}

struct Api {
    http: reqwest::Client,
    url: String,
    key: String,
    id: String,
}

impl Api {
    fn of(server: &Server, (key, id): &(String, String)) -> Self {
        #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
        let http = reqwest::Client::new();
        Self { http, url: server.url.clone(), key: key.clone(), id: id.clone() }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).header("X-Api-Key", &self.key);
        let answer = request.header("X-Client-Id", &self.id).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).header("X-Api-Key", &self.key);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A session that waits for a human.
    async fn waiting(&self) -> String {
        let steered =
            json!({"document": "field_missing", "face": "clear", "liveness": "clear", "screening": "clear"});
        let (_, created) = self.post("/idv/session/create", json!({"settings": {"sandbox": steered}})).await;
        let session = created["session_id"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        self.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await;
        let form = reqwest::multipart::Form::new()
            .text("session_id", session.clone())
            .text("latitude", "45.5")
            .text("longitude", "-73.6")
            .part(
                "image",
                reqwest::multipart::Part::bytes(std::fs::read(sample("passport.jpg")).unwrap())
                    .file_name("a.jpg"),
            );
        let url = format!("{}/idv/sdk/document/front/add", self.url);
        let request = self.http.post(url).header("X-Api-Key", &self.key).header("X-Client-Id", &self.id);
        let added = request.multipart(form).send().await.unwrap();
        assert!(added.status().is_success(), "{}", added.text().await.unwrap());
        let mut body = json!({"session_id": session, "latitude": 45.5, "longitude": -73.6});
        self.post("/idv/sdk/liveness/session/generate", body.clone()).await;
        body["images"] = json!([BASE64_STANDARD.encode(std::fs::read(sample("selfie.jpg")).unwrap())]);
        self.post("/idv/sdk/liveness/session/process", body).await;
        let (status, done) = self.post("/idv/sdk/finalize", json!({"session_id": session})).await;
        assert_eq!((status, &done["verified"]), (200, &json!(false)), "{done}");
        session
    }

    async fn read(&self, session: &str) -> Value {
        self.post("/idv/session/read", json!({"session_id": session})).await.1
    }

    /// What an API says of what happened to a verification, oldest first: type and body.
    async fn told(&self, session: &str, api: &str) -> Vec<(String, Value)> {
        let page = self.get(&format!("/console/events?subject={session}&api={api}&limit=200")).await;
        let all = page["data"].as_array().unwrap().iter().filter_map(|event| event.get("message"));
        all.map(|message| (message["type"].as_str().unwrap().to_owned(), message["body"].clone())).collect()
    }
}

#[tokio::test]
async fn a_reviewer_works_beside_a_running_server() {
    let installation = Installation::new(None);
    let (reviewer, _) = new_key(&installation, &["verifications", "reviews", "policy"]);
    let maker = new_key(&installation, &["verifications"]);
    let server = installation.serve();
    let api = Api::of(&server, &maker);
    let (first, second) = (api.waiting().await, api.waiting().await);
    let run_as = |key: &str, args: &[&str]| -> Output {
        let mut command = Command::new(BINARY);
        command.args(args).env("BONAFIDE_URL", &server.url).env("BONAFIDE_API_KEY", key);
        command.output().unwrap()
    };
    let run = |args: &[&str]| {
        let done = run_as(&reviewer, args);
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let refused = |key: &str, args: &[&str]| {
        let done = run_as(key, args);
        assert!(!done.status.success() && done.stdout.is_empty(), "{args:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    let json_of = |args: &[&str]| -> Value { serde_json::from_str(&run(args)).unwrap() };

    let listed = run(&["verifications", "list", "--status", "review_required"]);
    assert!(listed.contains(&first) && listed.contains("2 review_required"), "{listed}");
    let page = json_of(&["verifications", "list", "--limit", "1", "--json"]);
    assert_eq!(page["data"][0]["id"], second, "newest first");
    let next = json_of(&[
        "verifications",
        "list",
        "--limit",
        "1",
        "--after",
        page["next"].as_str().unwrap(),
        "--json",
    ]);
    assert_eq!(next["data"][0]["id"], first);
    assert!(run(&["verifications", "list", "--status", "expired"]).contains("No verification is like that."));
    let shown = run(&["verifications", "show", &first]);
    for part in ["review_required", "Findings", "Decisions", "What would flip", "Possible now: approve"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let whole = json_of(&["verifications", "show", &first, "--json"]);
    let seen = whole["decision"].as_str().unwrap();

    // Errors say what to do next.
    let told =
        refused(&reviewer, &["verifications", "review", &first, "approve", "--reason", "document_forged"]);
    assert!(told.contains("evidence_in_order"), "{told}");
    let told = refused(&reviewer, &["verifications", "review", &first, "approve", "--reason", "other"]);
    assert!(told.contains("note"), "{told}");
    let told =
        refused(&maker.0, &["verifications", "review", &first, "approve", "--reason", "evidence_in_order"]);
    assert!(told.contains("reviews") && told.contains("bonafide keys create --scope"), "{told}");
    let told = refused(&reviewer, &["verifications", "show", "01kt1gw6g0fmj99z5sfwzpmy4a"]);
    assert!(told.contains("not found"), "{told}");
    let told = refused(
        &reviewer,
        &["verifications", "dismiss", &first, "2", "--reason", "a", "--until", "2030-01-01T00:00:00Z"],
    );
    assert!(told.contains("list and entry"), "{told}");

    // Approved, as every API's callers and subscribers are told.
    let approve =
        ["verifications", "review", &first, "approve", "--reason", "evidence_in_order", "--seen", seen];
    assert!(run(&[&approve[..], &["--note", "Looked at it."]].concat()).contains("is approved."));
    let told = refused(&reviewer, &approve);
    assert!(told.contains("reopen it first"), "{told}");
    let read = api.read(&first).await;
    assert_eq!((&read["status_e"], &read["verified"]), (&json!("complete"), &json!(true)));
    assert!(read["verified_at"].is_string() && read["identity_id"].is_string(), "{read:#}");
    assert!(!read.to_string().contains("Looked at it"), "the note is for colleagues");
    // After it only that there is a report.
    let last = async |api_name: &str| {
        let told = api.told(&first, api_name).await;
        told.into_iter().rfind(|(word, _)| !word.ends_with("report_created")).unwrap()
    };
    let (word, body) = last("vult").await;
    assert_eq!((word.as_str(), &body["verified"]), ("idv.session.complete", &json!(true)));
    assert_eq!(body["reason"], "evidence_in_order");
    let (word, body) = last("checkout").await;
    assert_eq!(word, "identity_verification_checks_completed");
    assert_eq!(
        (&body["data"]["status"], &body["data"]["response_codes"][0]["code"]),
        (&json!("approved"), &json!(10000))
    );
    assert_eq!(last("athenty").await.0, "request.approved");

    // Opened again and declined.
    let opened = json_of(&["verifications", "reopen", &first, "--reason", "new_information", "--json"]);
    assert_eq!((&opened["status"], &opened["decided"]), (&json!("review_required"), &json!(true)));
    let read = api.read(&first).await;
    assert_eq!(
        (&read["status_e"], &read["verified"]),
        (&json!("temporarily_complete"), &Value::Null),
        "{read:#}"
    );
    assert_eq!(last("vult").await.0, "idv.session.temporarily_complete");
    run(&["verifications", "review", &first, "decline", "--reason", "not_the_holder"]);
    let read = api.read(&first).await;
    assert_eq!((&read["status_e"], &read["verified"]), (&json!("complete"), &json!(false)));
    assert!(read["identity_id"].is_null() && read["verified_at"].is_null(), "{read:#}");
    let (word, body) = last("checkout").await;
    assert_eq!(
        (word.as_str(), &body["data"]["status"]),
        ("identity_verification_checks_completed", &json!("declined"))
    );
    let codes = body["data"]["response_codes"].to_string();
    assert!(codes.contains("62304"), "the face is somebody else's: {codes}");
    assert_eq!(last("athenty").await.0, "request.rejected");

    // The person is asked again, which their device reads; then it is ended.
    let ask = ["verifications", "review", &second, "ask_again", "--reason", "picture_unclear"];
    run(&[&ask[..], &["--capture", "document_front"]].concat());
    let (_, device) = api.post("/idv/sdk/session/read", json!({"session_id": second})).await;
    assert_eq!(
        (&device["document_front_given"], &device["selfie_given"]),
        (&json!(false), &json!(true)),
        "{device:#}"
    );
    assert_eq!(api.read(&second).await["status_e"], "in_progress");
    assert_eq!(api.told(&second, "vult").await.pop().unwrap().0, "idv.session.retry_required");
    // Handing in without it is no submission.
    let (_, told) = api.post("/idv/sdk/finalize", json!({"session_id": second})).await;
    assert_ne!(told["verified"], true, "{told}");
    assert_eq!(api.read(&second).await["history"].to_string().matches("\"processing\"").count(), 1);
    assert!(run(&["verifications", "cancel", &second, "--reason", "withdrawn"]).contains("is canceled."));
    assert_eq!(api.read(&second).await["status_e"], "expired");
    assert_eq!(api.told(&second, "checkout").await.pop().unwrap().0, "identity_verification_closed");
}

#[tokio::test]
async fn the_block_list_is_kept_beside_a_running_server() {
    let installation = Installation::new(None);
    let maker = new_key(&installation, &["verifications", "reviews"]);
    let (admin, _) = new_key(&installation, &["settings", "policy"]);
    let server = installation.serve();
    let run_as = |key: &str, args: &[&str]| -> Output {
        let mut command = Command::new(BINARY);
        command.args(["block-list"]).args(args).env("BONAFIDE_URL", &server.url).env("BONAFIDE_API_KEY", key);
        command.output().unwrap()
    };
    let run = |args: &[&str]| {
        let done = run_as(&admin, args);
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let refused = |key: &str, args: &[&str]| {
        let done = run_as(key, args);
        assert!(!done.status.success(), "{args:?}");
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(run(&["list"]).contains("There are none"));
    let number =
        ["add", "number", "--country", "FRA", "--number", "12AB34567", "--reason", "Reported stolen."];
    let told = run(&number);
    assert!(told.contains("FRA …567") && !told.contains("12AB34567"), "{told}");
    run(&["add", "name", "--name", "Ana Lopez", "--birth-date", "1980-12-31", "--reason", "Fraud."]);
    run(&number);
    let page: Value = serde_json::from_str(&run(&["list", "--json"])).unwrap();
    assert_eq!((&page["total"], page["data"].as_array().map(Vec::len)), (&json!(2), Some(2)), "{page:#}");
    let kinds: Vec<&str> =
        page["data"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["name", "number"], "newest first");
    assert!(run(&["list", "--kind", "name"]).contains("Ana Lopez 1980-12-31"));
    assert!(run(&["list", "--limit", "1"]).contains("--skip 1"));
    for (wrong, told) in [
        (vec!["add", "number", "--reason", "x"], "give the number"),
        (vec!["add", "name", "--reason", "x"], "give the name"),
        (vec!["add", "face", "--name", "Ana", "--reason", "x"], "name"),
        (vec!["add", "name", "--name", "Ana", "--birth-date", "31.12.1980", "--reason", "x"], "birth_date"),
        (vec!["add", "face", "--verification", "01kt1gw6g0fmj99z5sfwzpmy4a", "--reason", "x"], "not found"),
    ] {
        let error = refused(&admin, &wrong);
        assert!(error.contains(told), "{wrong:?}: {error}");
    }
    // Who may add may not let in.
    let id = page["data"][1]["id"].as_str().unwrap();
    assert!(refused(&maker.0, &["remove", id]).contains("policy"));
    assert!(run(&["remove", id]).contains("Removed"));
    assert!(refused(&admin, &["remove", id]).contains("not found"));
}

#[tokio::test]
async fn two_keys_agree_where_the_settings_say_so() {
    let installation = Installation::new(None);
    let scopes = ["verifications", "reviews"];
    let (one, other) = (new_key(&installation, &scopes), new_key(&installation, &scopes));
    let server = installation.serve_with(&[("BONAFIDE_FOUR_EYES", "approve")]);
    let session = Api::of(&server, &one).waiting().await;
    let approve = |key: &str| {
        let mut command = Command::new(BINARY);
        command.args(["verifications", "review", &session, "approve", "--reason", "evidence_in_order"]);
        command.env("BONAFIDE_URL", &server.url).env("BONAFIDE_API_KEY", key).output().unwrap()
    };
    let proposed = String::from_utf8(approve(&one.0).stdout).unwrap();
    assert!(proposed.contains("somebody with another key"), "{proposed}");
    let again = approve(&one.0);
    assert!(
        !again.status.success()
            && String::from_utf8_lossy(&again.stderr).contains("another one has to agree")
    );
    let agreed = String::from_utf8(approve(&other.0).stdout).unwrap();
    assert!(agreed.contains("is approved."), "{agreed}");
}
