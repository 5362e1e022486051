//! `bonafide policy` beside a running server, and what its API refuses.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{BINARY, Installation, Server};

fn key(installation: &Installation, scopes: &[&str]) -> String {
    let mut command = installation.command();
    command.args(["keys", "create", "--json"]);
    for scope in scopes {
        command.args(["--scope", scope]);
    }
    let made: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    made["key"].as_str().unwrap().to_owned()
}

fn policy(server: &Server, key: &str, args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.arg("policy").args(args).env("BONAFIDE_URL", &server.url).env("BONAFIDE_API_KEY", key);
    command.output().unwrap()
}

#[track_caller]
fn said(done: &Output) -> Value {
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[track_caller]
fn refused(done: &Output) -> String {
    assert!(!done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    String::from_utf8(done.stderr.clone()).unwrap()
}

#[test]
fn policies_are_set_and_shown_beside_a_running_server() {
    let installation = Installation::new(None);
    let officer = key(&installation, &["verifications:read", "policy"]);
    let clerk = key(&installation, &["verifications"]);
    let server = installation.serve();
    let ask = |args: &[&str]| policy(&server, &officer, args);

    let none = ask(&["list"]);
    assert!(String::from_utf8_lossy(&none.stdout).contains("standard"), "{none:?}");
    assert_eq!(said(&ask(&["show"]))["version"], Value::Null);
    let presets = said(&ask(&["presets", "--json"]));
    let names: Vec<&str> =
        presets["data"].as_array().unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["basic", "standard", "strict", "age_only"]);
    let standard = &presets["data"][1]["policy"];
    assert_eq!(said(&ask(&["show"]))["policy"], *standard);

    // Stricter: by a file that says what differs.
    let file = installation.folder.path().join("policy.json");
    std::fs::write(&file, json!({"minimum_age": 21, "accepted": {"countries": ["CAN", "USA"]}}).to_string())
        .unwrap();
    let file = file.to_str().unwrap();
    let tried = said(&ask(&["test", file, "--json"]));
    assert_eq!((&tried["sessions"], &tried["weaker"]), (&json!(0), &json!([])));
    assert!(refused(&policy(&server, &clerk, &["set", file])).contains("403"));
    let set = said(&ask(&["set", file, "--json"]));
    assert_eq!((&set["policy"]["version"], &set["policy"]["policy"]["minimum_age"]), (&json!(1), &json!(21)));
    let id = set["policy"]["id"].as_str().unwrap();
    assert_eq!(said(&policy(&server, &clerk, &["show", "--id", id])), set["policy"]);
    assert_eq!(said(&ask(&["show"]))["version"]["id"], id);

    // Weaker has to be meant, and says in what.
    let weaker = refused(&ask(&["set", "--preset", "basic"]));
    for field in ["409", "minimum_age", "accepted.countries", "accepted.both_sides", "accept_weaker"] {
        assert!(weaker.contains(field), "{field} in {weaker}");
    }
    let set = said(&ask(&["set", "--preset", "basic", "--accept-weaker", "--json"]));
    assert_eq!(set["policy"]["version"], 2);
    assert!(set["backtest"]["weaker"].as_array().unwrap().contains(&json!("minimum_age")), "{set:#}");
    said(&ask(&["set", "--preset", "strict", "--name", "wealthy", "--json"]));
    assert_eq!(said(&ask(&["list", "--json"]))["data"].as_array().unwrap().len(), 3);
    assert_eq!(said(&ask(&["list", "--name", "wealthy", "--json"]))["data"][0]["version"], 1);
    let table = String::from_utf8(ask(&["list"]).stdout).unwrap();
    assert!(table.contains("wealthy") && table.contains("default"), "{table}");
    assert!(refused(&ask(&["show", "nobodys"])).contains("404"));
}

#[tokio::test]
async fn what_is_wrong_in_a_policy_is_named() {
    let installation = Installation::new(None);
    let officer = key(&installation, &["verifications:read", "policy"]);
    let server = installation.serve();
    #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
    let http = reqwest::Client::new();
    let post = async |body: Value| {
        let request = http.post(format!("{}/console/policies", server.url)).bearer_auth(&officer);
        let answer = request.json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        (status, errors.iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
    };
    for (body, field) in [
        (json!({"policy": {"minimum_aeg": 3}}), "policy.minimum_aeg"),
        (json!({"polciy": {}}), "polciy"),
        (json!({"preset": "lax"}), "preset"),
        (json!({"name": "Über"}), "name"),
        (json!({"since": "yesterday"}), "since"),
        (json!({"policy": {"minimum_age": 121}}), "policy.minimum_age"),
        (json!({"policy": {"minimum_age": "18"}}), "policy.minimum_age"),
        (json!({"policy": {"accepted": {"countries": ["XYZ"]}}}), "policy.accepted.countries"),
        (json!({"policy": {"accepted": {"county": []}}}), "policy.accepted.county"),
        (json!({"policy": {"required": ["face_match"]}}), "policy.required"),
        (json!({"policy": {"on_fail": {"facematch": "decline"}}}), "policy.on_fail"),
        (json!({"policy": {"on_fail": {"face_match": "maybe"}}}), "policy.on_fail.face_match"),
        (json!({"policy": {"on_fail": {"activity": "decline"}}}), "policy.on_fail.activity"),
        (json!({"policy": {"liveness_floor": 1.5}}), "policy.liveness_floor"),
        (json!({"policy": {"activity": {"window_s": 1}}}), "policy.activity.window_s"),
        (json!({"policy": {"max_attempts": 0}}), "policy.max_attempts"),
    ] {
        let (status, mut fields) = post(body.clone()).await;
        fields.dedup();
        assert_eq!((status, fields), (400, vec![field.to_owned()]), "{body}");
    }
    assert_eq!(post(json!({"client_id": "nobody"})).await.0, 404);
    assert_eq!(post(json!({})).await.0, 201, "the preset `standard` as it is");
}
