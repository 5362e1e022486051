//! What one organization has is not there for another, on any route of any API; and whoever was not given a key gets nowhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    console::{Api, ID, Operation, key, operations},
    support::{Client, Installation},
};

const EVERYTHING: [&str; 6] = ["verifications", "settings", "policy", "reviews", "webhooks", "keys"];

/// What belongs to an organization, by ids as they were told: alone, and the one that another belongs to.
#[derive(Default)]
struct Known {
    ids: BTreeSet<String>,
    pairs: BTreeSet<(String, String)>,
}

impl Known {
    /// What an answer names; of what was asked about, what belongs to it.
    fn learn(&mut self, about: Option<&str>, answer: &Value) {
        for id in ids_in(answer) {
            if let Some(about) = about.filter(|about| *about != id) {
                self.pairs.insert((about.to_owned(), id.clone()));
            }
            self.ids.insert(id);
        }
    }
}

/// Whatever looks like an id of ours: 26 characters of base32, with or without what says of what.
fn ids_in(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().flat_map(ids_in).collect(),
        Value::Object(members) => members.values().flat_map(ids_in).collect(),
        Value::String(text) => {
            let (kind, bare) = text.rsplit_once('_').unwrap_or(("", text));
            let base32 =
                bare.len() == 26 && bare.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            (base32 && kind.len() < 8).then(|| text.clone()).into_iter().collect()
        }
        _ => vec![],
    }
}

/// An id of the same kind that nothing has.
fn of_nobody(id: &str) -> String {
    let kind = id.rsplit_once('_').map_or(String::new(), |(kind, _)| format!("{kind}_"));
    format!("{kind}{}", "0".repeat(26))
}

/// The body with this in the place of each id.
fn naming(body: &Value, id: &str) -> Value {
    match body {
        Value::String(text) if text == ID => id.into(),
        Value::Array(all) => all.iter().map(|one| naming(one, id)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), naming(value, id))).collect()
        }
        other => other.clone(),
    }
}

/// How many ids the path has a place for.
fn places(operation: &Operation) -> usize {
    operation.path.matches('{').count()
}

/// A body as a form, with a file wherever nothing better is known.
fn form(body: &Value) -> reqwest::multipart::Form {
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        form = match value.as_str() {
            Some("aaaaaaaa") => {
                let picture = reqwest::multipart::Part::bytes(b"none".to_vec()).file_name("a.jpg");
                form.part(name.clone(), picture)
            }
            Some(text) => form.text(name.clone(), text.to_owned()),
            None => form.text(name.clone(), value.to_string()),
        };
    }
    form
}

/// What is answered of these ids, without what differs from one request to the next. The last one goes into the body.
async fn asked(api: &Api, key: &str, operation: &Operation, ids: &[&str]) -> (u16, Value) {
    let mut left = ids.iter();
    let parts = operation.path.split('/').map(|part| match part.starts_with('{') {
        true => *left.next().unwrap_or(&ids[ids.len() - 1]),
        false => part,
    });
    let path = parts.collect::<Vec<_>>().join("/");
    let body = naming(&operation.body, ids[ids.len() - 1]);
    let (status, mut body) = if operation.is_form {
        let method = operation.method.parse().unwrap();
        let request = api.http.request(method, format!("{}{path}", api.url)).header("X-Api-Key", key);
        let answer = request.multipart(form(&body)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    } else {
        let body = if body.is_null() { json!({}) } else { body };
        api.ask(&operation.method, &path, key, body).await
    };
    if let Some(members) = body.as_object_mut() {
        let changing = ["request_id", "requestId", "timestamp", "instance", "path"];
        members.retain(|name, _| !changing.contains(&&**name));
        if let Some(error) = members.get_mut("error").and_then(Value::as_object_mut) {
            error.retain(|name, _| !changing.contains(&&**name));
        }
    }
    (status, body)
}

/// What each API makes for an organization, and what it tells of it.
async fn everything(api: &Api, key: &str, client: &Client, all: &[Operation]) -> Known {
    let mut known = Known::default();
    let session = client.verified().await;
    let read = client.read(&session).await.unwrap();
    known.learn(None, &json!([session, read]));
    let identity = read["identity_id"].as_str().unwrap();
    let address = json!("https://example.com/hooks");
    let post = async |path: &str, body: Value| {
        let (status, made) = api.ask("POST", path, key, body).await;
        assert!(status < 300, "{path}: {status} {made}");
        made
    };
    let applicant =
        post("/applicants", json!({"email": "anna@example.com", "external_applicant_name": "Anna"})).await;
    let journey = "usj_00000000000000000000000000";
    let workflow = post("/workflows", json!({"name": "a"})).await;
    let (at, action) =
        (workflow["id"].as_str().unwrap(), json!({"type": "webhook", "url": address, "signature": null}));
    for (path, body) in [
        ("/idv/session/create", json!({})),
        ("/ida/session/create", json!({"identity_id": identity})),
        ("/webhook/create", json!({"name": "a", "url": address})),
        ("/v2/api/requests", json!({"type": "idv", "requirements": ["document"]})),
        ("/v2/api/clients", json!({"firstName": "Anna", "lastName": "Muster", "type": "INDIVIDUAL"})),
        (
            "/identity-verifications",
            json!({"applicant_id": applicant["id"], "declared_data": {"name": "Anna Muster"}}),
        ),
        ("/verifications/identity", json!({"userId": "user_1", "tier": "STANDARD"})),
        ("/verifications/liveness/session", json!({"userId": "user_1"})),
        ("/console/webhooks", json!({"api": "vult", "name": "a", "url": address})),
        ("/console/keys", json!({"scopes": ["verifications:read"], "name": "a"})),
        ("/console/block-list", json!({"kind": "name", "name": "Someone Else", "reason": "a test"})),
        ("/console/policies", json!({"name": "another", "preset": "standard"})),
        (
            "/aml-verifications",
            json!({"applicant_id": applicant["id"], "search_parameters": {"configuration_identifier": "a"}}),
        ),
        ("/id-document-verifications", json!({"applicant_id": applicant["id"], "user_journey_id": journey})),
        (
            "/address-document-verifications",
            json!({"applicant_id": applicant["id"], "user_journey_id": journey}),
        ),
        (&format!("/workflows/{at}/actions"), action),
    ] {
        let made = post(path, body).await;
        known.learn(path.contains("/actions").then_some(at), &made);
    }
    known.learn(None, &json!([applicant, workflow]));
    // What is told of all that names what belongs to it: applicants, attempts, events, deliveries, pictures.
    for round in 0..3 {
        for operation in all.iter().filter(|operation| operation.method == "GET" && operation.scope.is_some())
        {
            match places(operation) {
                0 if round == 0 => {
                    let (_, answer) = asked(api, key, operation, &["none"]).await;
                    known.learn(None, &answer);
                }
                1 => {
                    for id in known.ids.clone() {
                        let (status, answer) = asked(api, key, operation, &[&id]).await;
                        if status < 300 {
                            known.learn(Some(&id), &answer);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    known
}

/// What operations are asked about: an id, or one and what belongs to it. Of ids that say what they are of, two of each.
fn targets<'a>(operation: &Operation, known: &'a Known) -> Vec<Vec<&'a str>> {
    let all: Vec<Vec<&str>> = match places(operation) {
        0 | 1 => known.ids.iter().map(|id| vec![id.as_str()]).collect(),
        _ => known.pairs.iter().map(|(of, id)| vec![of.as_str(), id.as_str()]).collect(),
    };
    let mut met: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let is_new = |ids: &Vec<&'a str>| {
        let kinds: Vec<&str> =
            ids.iter().map(|id| id.rsplit_once('_').map_or("", |(kind, _)| kind)).collect();
        let count = met.entry(kinds.clone()).or_default();
        *count += 1;
        kinds.contains(&"") || *count <= 2
    };
    all.into_iter().filter(is_new).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_01_what_another_organization_has_is_not_there_on_any_route() {
    let installation = Installation::new(None);
    // The sandbox is an organization of its own.
    let (_, stranger) = key(&installation, &EVERYTHING);
    let mut command: Command = installation.command();
    command.args(["keys", "create", "--per-minute", "100000", "--json"]);
    for scope in EVERYTHING {
        command.args(["--scope", scope]);
    }
    let made: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
    let owner = made["key"].as_str().unwrap();
    let server = installation.serve_with(&[
        ("BONAFIDE_REQUESTS_PER_MINUTE", "1000000"),
        ("BONAFIDE_ORGANIZATION_REQUESTS_PER_MINUTE", "1000000"),
    ]);
    let api = Api::of(&server);
    let client = Client::connect(&server, &installation).await;
    let all = operations(&api).await;
    let known = everything(&api, owner, &client, &all).await;
    assert!(known.ids.len() > 20 && known.pairs.len() > 20, "{:?} {:?}", known.ids, known.pairs);
    let mut about: Vec<&Operation> = all
        .iter()
        .filter(|o| o.scope.as_deref().is_some_and(|scope| scope != "capture"))
        .filter(|o| places(o) > 0 || naming(&o.body, "") != o.body)
        .collect();
    assert!(about.len() > 120, "{}", about.len());
    // What changes nothing first, what removes something last, and keys after that.
    about.sort_by_key(|o| {
        let removes =
            ["anonymize", "delete", "revoke", "withdraw", "cancel"].iter().any(|w| o.path.contains(w));
        (o.path.contains("/keys/"), o.method == "DELETE" || removes, o.method != "GET")
    });
    let reads: Vec<&&Operation> = about.iter().filter(|o| o.method == "GET").collect();
    let mut theirs = vec![];
    for operation in &reads {
        for ids in targets(operation, &known) {
            if asked(&api, owner, operation, &ids).await.0 < 300 {
                theirs.push((operation, ids));
            }
        }
    }
    assert!(theirs.len() > 60, "{}", theirs.len());

    let mut asked_about = 0;
    for operation in &about {
        let mut nobodys = BTreeMap::new();
        for ids in targets(operation, &known) {
            let none: Vec<String> = ids.iter().map(|id| of_nobody(id)).collect();
            if !nobodys.contains_key(&none) {
                let none_of: Vec<&str> = none.iter().map(String::as_str).collect();
                nobodys.insert(none.clone(), asked(&api, &stranger, operation, &none_of).await);
            }
            let nowhere = &nobodys[&none];
            let there = asked(&api, &stranger, operation, &ids).await;
            let place = format!("{} {} with {ids:?}", operation.method, operation.path);
            assert!(there.0 < 500 && there.0 != 403, "{place}: {there:?}");
            assert_eq!(there.0, nowhere.0, "{place}: {there:?}, and for what nobody has {nowhere:?}");
            if there.0 >= 400 {
                assert_eq!(there.1, nowhere.1, "{place}");
            }
            // A word of the caller's own, or something new of theirs.
            let told =
                ids_in(&there.1).into_iter().filter(|id| known.ids.contains(id) && !ids.contains(&&**id));
            assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new(), "{place}: {there:?}");
            asked_about += 1;
        }
    }
    println!("{} operations, {asked_about} requests about what others have", about.len());
    for (operation, ids) in theirs {
        let (status, answer) = asked(&api, owner, operation, &ids).await;
        assert!(status < 300, "{} {ids:?} is not there any more: {answer}", operation.path);
    }

    // What the owner gets: otherwise nobody was refused anything.
    let mut unreached = vec![];
    for operation in &about {
        let mut reached = false;
        let mut nobodys = BTreeMap::new();
        for ids in targets(operation, &known) {
            let none: Vec<String> = ids.iter().map(|id| of_nobody(id)).collect();
            if !nobodys.contains_key(&none) {
                let none_of: Vec<&str> = none.iter().map(String::as_str).collect();
                nobodys.insert(none.clone(), asked(&api, owner, operation, &none_of).await);
            }
            reached = asked(&api, owner, operation, &ids).await != nobodys[&none];
            if reached {
                break;
            }
        }
        if !reached {
            unreached.push(format!("{} {}", operation.method, operation.path));
        }
    }
    println!("not reached by the owner either: {unreached:#?}");
    assert!(unreached.len() * 3 < about.len(), "{} of {}: {unreached:#?}", unreached.len(), about.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_06_a_fresh_server_lets_nobody_in() {
    let installation = Installation::empty(&Installation::new(None));
    let server = installation.serve_with(&[("BONAFIDE_REQUESTS_PER_MINUTE", "100000")]);
    let api = Api::of(&server);
    let listed = installation.command().args(["keys", "list", "--json"]).output().unwrap();
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(0), "{listed}");
    for operation in operations(&api).await.iter().filter(|operation| operation.scope.is_some()) {
        for guess in ["", "admin", "bonafide", "changeme", "test"] {
            let (status, _) = api.ask(&operation.method, &operation.at("none"), guess, json!({})).await;
            assert!(
                [401, 429].contains(&status),
                "{} {} with {guess:?}: {status}",
                operation.method,
                operation.path
            );
        }
    }
    for (id, secret) in [("admin", "admin"), ("bonafide", "bonafide"), ("client", "secret"), ("admin", "")] {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = api.http.post(format!("{}/oauth2/token", api.url)).form(&form).send().await.unwrap();
        assert!([400, 401, 429].contains(&answer.status().as_u16()), "{id}: {}", answer.status());
    }
}
