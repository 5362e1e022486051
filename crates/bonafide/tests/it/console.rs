//! The real binary: keys, scopes and limits on every route of every API, repeated requests across a restart, and the
//! commands that speak to a running server.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::Duration,
};

use crate::support::{BINARY, Installation, Server};
use serde_json::{Value, json};

/// How long is waited for what should come within a second: no slowness breaks a test, and no silence hangs it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command that goes on until it is told not to; it does not outlive a test that fails.
struct Running(Child);

impl Running {
    /// Waits until it ends by itself.
    fn end(&mut self) -> ExitStatus {
        const LOOK_EVERY: Duration = Duration::from_millis(50);
        for _ in 0..PATIENCE.as_millis() / LOOK_EVERY.as_millis() {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        panic!("the command goes on and on");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines of a stream as they come; they stop when it ends.
fn lines(stream: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if said.send(line).is_err() {
                break;
            }
        }
    });
    heard
}

/// A program that answers one request: its address, and the request's head in lower case and body when it came.
fn one_request() -> (String, mpsc::Receiver<(String, String)>) {
    let program = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hooks", program.local_addr().unwrap());
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = program.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = n.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            head += &line.to_ascii_lowercase();
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        let _ = said.send((head, String::from_utf8(body).unwrap()));
    });
    (address, heard)
}

/// A key of the sandbox.
pub fn key(installation: &Installation, scopes: &[&str]) -> (String, String) {
    let mut command = installation.command();
    command.args(["keys", "create", "--sandbox", "--per-minute", "100000", "--json"]);
    for scope in scopes {
        command.args(["--scope", scope]);
    }
    let made = command.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
}

pub struct Api {
    pub http: reqwest::Client,
    pub url: String,
}

impl Api {
    pub fn of(server: &Server) -> Self {
        #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
        let http = reqwest::Client::new();
        Self { http, url: server.url.clone() }
    }

    pub async fn ask(&self, method: &str, path: &str, key: &str, body: Value) -> (u16, Value) {
        self.ask_with(method, path, key, body, &[]).await
    }

    async fn ask_with(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> (u16, Value) {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("X-Api-Key", key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

/// An operation of an API, as its published document has it.
pub struct Operation {
    pub method: String,
    /// With its variables in braces.
    pub path: String,
    /// None where nobody has to say who they are.
    pub scope: Option<String>,
    /// Whether the capture token of a session is good for it too.
    or_capture: bool,
    pub is_form: bool,
    /// A body that its schema allows, with [`ID`] in the place of each id of ours; null where it takes none.
    pub body: Value,
}

/// What stands for an id in the body of an [`Operation`].
pub const ID: &str = "{id}";

/// A value that a schema allows: of an object what is required and what names an id.
fn example(schema: &Value, document: &Value, name: &str) -> Value {
    if let Some(named) = schema["$ref"].as_str() {
        return example(document.pointer(named.trim_start_matches('#')).unwrap(), document, name);
    }
    let lower = name.to_ascii_lowercase();
    // Words of the organization's own are no ids of ours.
    let is_id = (lower.ends_with("id") || lower.ends_with("ids"))
        && !["client_id", "clientid", "user_id", "userid", "externalid", "matterid"].contains(&&*lower);
    let choice = ["oneOf", "anyOf", "allOf"].into_iter().find_map(|of| schema[of].as_array());
    if let Some(one) = choice.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
        return example(one, document, name);
    }
    let kind = schema["type"].as_array().map_or(&schema["type"], |all| &all[0]).as_str().unwrap_or("object");
    match kind {
        "string" if is_id => ID.into(),
        _ if !schema["enum"][0].is_null() => schema["enum"][0].clone(),
        "array" => [example(&schema["items"], document, name)].into(),
        "object" => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let members = schema["properties"].as_object().into_iter().flatten();
            let members = members.filter_map(|(name, schema)| {
                let value = example(schema, document, name);
                let names_one = value == ID || value == json!([ID]);
                (names_one || required.contains(&name.as_str())).then(|| (name.clone(), value))
            });
            Value::Object(members.collect())
        }
        _ if !schema["example"].is_null() => schema["example"].clone(),
        "boolean" => true.into(),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        _ if lower.contains("url") => "https://example.com/hooks".into(),
        _ if lower.contains("until") => "2030-01-01T00:00:00Z".into(),
        _ => "aaaaaaaa".into(),
    }
}

impl Operation {
    /// Its path with this in the place of each variable.
    pub fn at(&self, id: &str) -> String {
        let parts = self.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Every operation of every API that the server has.
pub async fn operations(api: &Api) -> Vec<Operation> {
    let listed = Command::new(BINARY).args(["routes", "--json"]).output().unwrap();
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let text = |route: &Value, key: &str| route[key].as_str().unwrap().to_owned();
    let dialects: BTreeSet<String> = listed.iter().map(|route| text(route, "dialect")).collect();
    let mut all = vec![];
    for dialect in dialects {
        let url = format!("{}/openapi/{dialect}.json", api.url);
        let document: Value = api.http.get(url).send().await.unwrap().json().await.unwrap();
        for route in listed.iter().filter(|route| route["dialect"] == dialect.as_str()) {
            let (method, path) = (text(route, "method"), text(route, "path"));
            let operation = &document["paths"][&path][method.to_ascii_lowercase()];
            assert!(operation.is_object(), "{dialect} does not publish {method} {path}");
            let ways = operation["security"].as_array().into_iter().flatten();
            let mut words = ways.filter_map(|way| way.as_object()?.values().next()?[0].as_str());
            let scope = words.next().map(str::to_owned);
            let or_capture = scope.as_deref() != Some(CAPTURE) && words.any(|word| word == CAPTURE);
            let is_form = operation["requestBody"]["content"]["multipart/form-data"].is_object();
            let content = &operation["requestBody"]["content"];
            let form = if is_form { "multipart/form-data" } else { "application/json" };
            let body = match &content[form]["schema"] {
                Value::Null => Value::Null,
                schema => example(schema, &document, ""),
            };
            all.push(Operation { method, path, scope, or_capture, is_form, body });
        }
    }
    assert!(all.len() > 75, "{}", all.len());
    all
}

/// The scope of capture tokens. No key has it.
const CAPTURE: &str = "capture";

/// A token of a new session, for the person's device.
async fn capture_token(api: &Api, keys: &[(&str, String)]) -> String {
    let (_, writer) = keys.iter().find(|(scope, _)| *scope == "verifications:write").unwrap();
    let new = json!({"type": "idv", "requirements": ["document"]});
    let (status, made) = api.ask("POST", "/v2/api/requests", writer, new).await;
    assert_eq!(status, 201, "{made}");
    made["accessToken"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn requirement_02_every_route_asks_for_its_scope() {
    let installation = Installation::new(None);
    let scopes =
        ["verifications:read", "verifications:write", "settings", "policy", "reviews", "webhooks", "keys"];
    let keys = scopes.map(|scope| (scope, key(&installation, &[scope]).1));
    let server = installation.serve_with(&[("BONAFIDE_REQUESTS_PER_MINUTE", "100000")]);
    let api = Api::of(&server);
    let (mut open, mut asked) = (vec![], 0);
    for operation in operations(&api).await {
        let (method, path) = (&operation.method, operation.at("none"));
        let Some(needed) = operation.scope.clone() else {
            open.push(path);
            continue;
        };
        assert!(needed == CAPTURE || scopes.contains(&needed.as_str()), "{method} {path} asks for {needed}");
        let (status, _) = api.ask(method, &path, "", json!({})).await;
        assert_eq!(status, 401, "{method} {path} without a credential");
        // What a person's device may do no key may, and the other way round. Some operations end the session.
        let token = capture_token(&api, &keys).await;
        let (status, body) = api.ask(method, &path, &token, json!({})).await;
        if needed == CAPTURE || operation.or_capture {
            assert!(
                ![401, 403, 500].contains(&status),
                "{method} {path} with a capture token: {status} {body}"
            );
        } else {
            assert_eq!(status, 403, "{method} {path} with a capture token: {body}");
        }
        for (scope, key) in &keys {
            // A key gives away no more than it has.
            let body = if path == "/console/keys" { json!({"scopes": ["keys"]}) } else { json!({}) };
            let (status, body) = api.ask(method, &path, key, body).await;
            if *scope == needed {
                assert!(![401, 403, 500].contains(&status), "{method} {path} with {scope}: {status} {body}");
            } else {
                assert_eq!(status, 403, "{method} {path} with {scope}: {body}");
            }
            asked += 1;
        }
    }
    assert!(asked > 350, "{asked}");
    open.sort();
    let known = [
        "/",
        // By links that are signed.
        "/assets/none/none/none",
        "/assets/none/none/report",
        "/capture/share/picture",
        "/capture/share/read",
        "/capture/token",
        "/connect/token",
        "/health",
        "/health/simple",
        "/live",
        "/metrics",
        "/oauth2/token",
        "/ping",
        "/ready",
        "/status",
    ];
    assert_eq!(open, [&known[..], &["/version"]].concat(), "what nobody has to say who they are for");
    // Also where the vendor's older documents have it.
    let (_, admin) = &keys[4];
    let (status, _) =
        api.ask("POST", "/v1/admin/api-clients", admin, json!({"name": "a", "permissions": []})).await;
    assert_eq!(status, 403, "webhooks are given along, and this key has none to give");
    let (status, _) = api.ask("POST", "/v1/admin/api-clients", "sk_none", json!({"name": "a"})).await;
    assert_eq!(status, 401);
}

/// A new session of the Vult API, and the token of its device.
async fn new_session(api: &Api, key: &str) -> (String, String) {
    let (status, made) = api.ask("POST", "/idv/session/create", key, json!({})).await;
    assert_eq!(status, 200, "{made}");
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("session_id"), text("capture_token"))
}

/// Whatever a device asks for with the token of its session: it gets at this session, by operations that say so, and to it no
/// other is there.
#[tokio::test]
async fn requirement_02_a_capture_token_opens_its_session_in_every_api_and_nothing_else() {
    let installation = Installation::new(None);
    let (_, key) = key(&installation, &["verifications"]);
    let server = installation.serve_with(&[("BONAFIDE_REQUESTS_PER_MINUTE", "100000")]);
    let api = Api::of(&server);
    let (others, _) = new_session(&api, &key).await;
    let (mut let_in, mut refused) = (0, 0);
    for operation in operations(&api).await {
        let (Some(needed), method) = (&operation.scope, &operation.method) else { continue };
        // Some operations end the session.
        let (own, token) = new_session(&api, &key).await;
        let ask = async |id: &str| {
            let url = format!("{}{}", api.url, operation.at(id));
            let request = api.http.request(method.parse().unwrap(), url).bearer_auth(&token);
            let request = if operation.is_form {
                let form = reqwest::multipart::Form::new().text("session_id", id.to_owned());
                let form = form.text("latitude", "1").text("longitude", "1");
                let image = reqwest::multipart::Part::bytes(b"none".to_vec()).file_name("a.jpg");
                request.multipart(form.part("image", image))
            } else {
                request.json(&json!({
                    "session_id": id, "latitude": 1, "longitude": 1, "consented": true, "sdk_metadata": {},
                    "document_type_e": "passport", "images": ["AAAA"],
                }))
            };
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let mut body: Value = answer.json().await.unwrap_or_default();
            for id in ["request_id", "requestId"] {
                body.as_object_mut().map(|body| body.remove(id));
                body["error"].as_object_mut().map(|error| error.remove(id));
            }
            (status, body)
        };
        let place = format!("{method} {}", operation.path);
        if operation.or_capture {
            let (there, nowhere) = (ask(&others).await, ask("none").await);
            assert_eq!((there.0, &there), (404, &nowhere), "{place}: nobody learns which sessions there are");
            let (status, body) = ask(&own).await;
            // Of authentications this is none, though it is its own.
            let expected = operation.path.starts_with("/ida/");
            assert_eq!(status == 404, expected, "{place}: {status} {body}");
            assert!(![401, 403, 500].contains(&status), "{place}: {status} {body}");
            let_in += 1;
        } else if needed != CAPTURE {
            for id in [&own, &others] {
                assert_eq!(ask(id).await.0, 403, "{place}");
            }
            refused += 1;
        }
    }
    assert!(let_in == 14 && refused > 150, "{let_in} and {refused}");
}

#[tokio::test]
async fn a_path_that_nobody_has_is_refused_by_whose_it_would_be() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let api = Api::of(&server);
    for (path, told) in [
        ("/nothing", json!({"status": 404, "code": "no_such_operation"})),
        ("/idvs", json!({"status": 404, "code": "no_such_operation"})),
        ("/v2/api/nothing", json!({"statusCode": 404, "code": "NOT_FOUND"})),
        (
            "/applicants/a/nothing",
            json!({"error_type": "resource_not_found", "error_codes": ["no_such_operation"]}),
        ),
        ("/console/nothing", json!({"status": 404, "code": "no_such_operation"})),
        ("/webhooks/nothing/at/all", json!({"statusCode": 404, "error": "Not Found"})),
        ("/v1/nothing", json!({"statusCode": 404, "error": "Not Found"})),
    ] {
        let (status, body) = api.ask("GET", path, "", json!({})).await;
        assert_eq!(status, 404, "{path}");
        for (field, value) in told.as_object().unwrap() {
            assert_eq!(&body[field], value, "{path}: {body}");
        }
    }
    let (_, body) = api.ask("GET", "/idv/nothing", "", json!({})).await;
    assert_eq!(body["error"]["code"], "no_such_operation");
    let (_, body) = api.ask("GET", "/nothing", "", json!({})).await;
    assert!(body["detail"].as_str().unwrap().contains("/docs"), "{body}");
    // A path that is there, asked with a method that is not.
    for (path, field, value) in [
        ("/webhooks/configure", "/statusCode", json!(405)),
        ("/v1/webhooks/configure", "/statusCode", json!(405)),
        ("/console/events/trigger", "/code", json!("method_not_allowed")),
        ("/idv/session/read", "/error/code", json!("method_not_allowed")),
    ] {
        let (status, body) = api.ask("PUT", path, "", json!({})).await;
        assert_eq!((status, body.pointer(field)), (405, Some(&value)), "{path}: {body}");
    }
}

#[tokio::test]
async fn a_vendors_administrator_makes_clients_and_their_webhooks() {
    let installation = Installation::new(None);
    let (_, admin) = key(&installation, &["verifications", "keys"]);
    let server = installation.serve();
    let api = Api::of(&server);
    let new = json!({"name": "shop", "permissions": ["identity:read"], "rateLimit": 300});
    let headers = [("X-Admin-Secret", admin.as_str())];
    let (status, client) = api.ask_with("POST", "/admin/api-clients", "", new, &headers).await;
    assert_eq!(status, 201, "{client}");
    assert_eq!((&client["rateLimit"], &client["permissions"]), (&json!(300), &json!(["identity:read"])));
    let secret = client["apiKey"].as_str().unwrap();
    let hook = json!({"clientId": client["id"], "callbackUrl": "https://example.com/h", "events": ["identity.verified"]});
    let (status, made) = api.ask("POST", "/webhooks/configure", secret, hook.clone()).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/v1/webhooks/client/{}", client["id"].as_str().unwrap());
    let (_, listed) = api.ask("GET", &path, secret, json!({})).await;
    assert_eq!(listed[0]["id"], made["id"]);
    assert_eq!((&listed[0]["active"], &listed[0]["secret"]), (&json!(true), &Value::Null));
    let (status, gone) =
        api.ask("DELETE", &format!("/webhooks/{}", made["id"].as_str().unwrap()), secret, json!({})).await;
    assert_eq!(status, 200, "{gone}");
    // One request a minute: the second is refused, or on a machine that takes a minute for one, a later one.
    let new = json!({"name": "kiosk", "permissions": ["identity:read"], "rateLimit": 1});
    let (_, slow) = api.ask_with("POST", "/admin/api-clients", "", new, &headers).await;
    let path = format!("/v1/webhooks/client/{}", slow["id"].as_str().unwrap());
    let (mut granted, mut refused) = (0, Value::Null);
    while refused.is_null() && granted < 20 {
        match api.ask("GET", &path, slow["apiKey"].as_str().unwrap(), json!({})).await {
            (429, body) => refused = body,
            (status, body) => {
                assert_eq!(status, 200, "{body}");
                granted += 1;
            }
        }
    }
    assert!(granted >= 1 && refused["statusCode"] == 429, "{granted} granted, then {refused}");
    for (wrong, told) in [
        (json!({"clientId": client["id"], "callbackUrl": "ftp://x", "events": []}), "callbackUrl"),
        (
            json!({"clientId": client["id"], "callbackUrl": "https://x.example", "events": ["lost"]}),
            "events.0",
        ),
        (json!({"clientId": client["id"], "events": []}), "callbackUrl"),
    ] {
        let (status, body) = api.ask("POST", "/webhooks/configure", &admin, wrong).await;
        assert_eq!(status, 422);
        assert!(body["message"][0].as_str().unwrap().starts_with(told), "{body}");
    }
}

#[tokio::test]
async fn a_vendors_client_manages_its_own_webhooks() {
    let installation = Installation::new(None);
    let (_, admin) = key(&installation, &["verifications", "keys"]);
    let server = installation.serve();
    let api = Api::of(&server);
    let client = async |name: &str| {
        let new = json!({"name": name, "permissions": ["identity:read"]});
        let made = api.ask("POST", "/admin/api-clients", &admin, new).await.1;
        (made["id"].as_str().unwrap().to_owned(), made["apiKey"].as_str().unwrap().to_owned())
    };
    let ((mine, key), (theirs, other)) = (client("mine").await, client("theirs").await);
    let hook = json!({"clientId": mine, "callbackUrl": "https://example.com/h", "events": []});
    let made = api.ask("POST", "/webhooks/configure", &key, hook.clone()).await.1;
    let (list, one) =
        (format!("/webhooks/client/{mine}"), format!("/webhooks/{}", made["id"].as_str().unwrap()));
    for (method, path) in [("POST", "/webhooks/configure"), ("GET", list.as_str()), ("DELETE", one.as_str())]
    {
        let (status, told) = api.ask(method, path, &other, hook.clone()).await;
        assert_eq!((status, &told["statusCode"]), (404, &json!(404)), "{method} {path}: {told}");
    }
    // A webhook of another API, or of everybody, is none of a client's either.
    let all = json!({"api": "verifyhq", "name": "a", "url": "https://example.com/all"});
    let all = api.ask("POST", "/console/webhooks", &admin, all).await.1;
    let path = format!("/webhooks/{}", all["id"].as_str().unwrap());
    assert_eq!(api.ask("DELETE", &path, &key, json!({})).await.0, 404);
    // Who manages clients manages their webhooks.
    assert_eq!(api.ask("GET", &list, &admin, json!({})).await.1.as_array().unwrap().len(), 1);
    let path = format!("/webhooks/client/{theirs}");
    assert_eq!(api.ask("GET", &path, &other, json!({})).await, (200, json!([])));
    assert_eq!(api.ask("DELETE", &one, &admin, json!({})).await.0, 200);
}

#[tokio::test]
async fn a_refusal_says_when_and_how_to_come_in() {
    let installation = Installation::new(None);
    let (_, admin) = key(&installation, &["verifications", "keys"]);
    let server = installation.serve();
    let api = Api::of(&server);
    // By the gate, by a handler, and by what was kept of a handler's answer.
    let headers = [("Idempotency-Key", "1")];
    for (key, headers) in
        [("sk_none", &headers[..0]), (&admin, &headers[..0]), (&admin, &headers), (&admin, &headers)]
    {
        let (status, told) = api.ask_with("POST", "/webhooks/configure", key, json!({}), headers).await;
        assert_eq!(status, if key == "sk_none" { 401 } else { 422 });
        let at: jiff::Timestamp = told["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(at.as_second() > 1_700_000_000, "{told}");
    }
    for path in ["/webhooks/client/client_x", "/console/webhooks", "/idv/weights"] {
        for (key, challenge) in [("", "Bearer"), ("sk_none", "Bearer error=\"invalid_token\"")] {
            let asked = api.http.get(format!("{}{path}", api.url)).header("X-Api-Key", key);
            let answer = asked.send().await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), answer.headers()["www-authenticate"].to_str().unwrap()),
                (401, challenge)
            );
        }
    }
}

#[tokio::test]
async fn requirement_18_a_repeated_request_is_known_after_a_restart() {
    let installation = Installation::new(None);
    let (_, key) = key(&installation, &["verifications"]);
    let create = async |server: &Server, body: Value| {
        let headers = [("Idempotency-Key", "7a9c")];
        Api::of(server).ask_with("POST", "/idv/session/create", &key, body, &headers).await
    };
    let server = installation.serve();
    let (status, first) = create(&server, json!({})).await;
    assert_eq!(status, 200, "{first}");
    server.kill();
    let server = installation.serve();
    assert_eq!(create(&server, json!({})).await, (200, first));
    assert_eq!(create(&server, json!({"metadata": {}})).await.0, 422);
}

#[test]
fn what_happens_reaches_a_program_on_this_machine() {
    let installation = Installation::new(None);
    let (_, key) = key(&installation, &["verifications", "keys"]);
    let server = installation.serve();
    let command = |args: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(args).env("BONAFIDE_URL", &server.url).env("BONAFIDE_API_KEY", &key);
        command
    };
    let run = |args: &[&str]| {
        let done = command(args).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    let json = |args: &[&str]| -> Value { serde_json::from_str(&run(args)).unwrap() };

    let (address, heard) = one_request();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let listen = ["listen", "--api", "checkout", "--forward-to", &address, "--secret", secret, "--json"];
    let only = ["--event", "identity_verification_checks_completed", "--after", "0"];
    let listener = Running(command(&[&listen[..], &only].concat()).stdout(Stdio::null()).spawn().unwrap());

    let done = json(&["trigger", "identity_verification_checks_completed", "--json"]);
    assert_eq!(done["type"], "verification.approved");
    let (head, body) = heard.recv_timeout(PATIENCE).expect("`listen` sends the event on");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["type"], "identity_verification_checks_completed");
    assert_eq!(told["data"]["status"], "approved");
    let right = bonafide_courier::sign::hex_hmac(secret, body.as_bytes());
    assert!(head.contains(&format!("cko-signature: {right}")), "{head}");
    assert!(head.contains("webhook-signature: v1,"), "{head}");
    drop(listener);

    // Everything that an API knows can be made to happen.
    run(&["webhooks", "create", "https://example.com/hooks", "--api", "athenty", "--json"]);
    let types = json(&["trigger", "--json"]);
    let mut triggered = 0;
    for api in types.as_array().unwrap() {
        let name = api["api"].as_str().unwrap();
        for event in api["events"].as_array().unwrap() {
            let event = event.as_str().unwrap();
            let about_a_webhook = event.contains("webhook");
            if !about_a_webhook || name == "athenty" {
                run(&["trigger", event, "--api", name]);
                triggered += 1;
            }
        }
    }
    assert!(triggered > 60, "{triggered}");
    let events = json(&["events", "list", "--type", "verification.expired", "--json"]);
    assert!(!events["data"].as_array().unwrap().is_empty());
    let shown = json(&["events", "show", events["data"][0]["id"].as_str().unwrap()]);
    assert_eq!(shown["type"], "verification.expired");
    assert!(run(&["events", "list"]).contains("verification.approved"));

    // What an operator does with webhooks.
    let made =
        json(&["webhooks", "create", "https://example.org/x", "--event", "idv.session.created", "--json"]);
    let id = made["id"].as_str().unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_ne!(json(&["webhooks", "rotate", id, "--json"])["secret"], made["secret"]);
    run(&["webhooks", "off", id]);
    assert_eq!(json(&["webhooks", "show", id])["active"], false);
    run(&["webhooks", "on", id]);
    let replayed = json(&["webhooks", "replay", id, "--json"]);
    assert!(replayed["messages"].as_u64().unwrap() > 10, "{replayed}");
    let waiting = json(&["webhooks", "deliveries", id, "--json"]);
    let event = waiting["data"][0]["event"].as_str().unwrap();
    let all = waiting["data"].as_array().unwrap();
    let page = json(&["webhooks", "deliveries", id, "--limit", "1", "--skip", "1", "--json"]);
    assert_eq!((&page["data"][0]["event"], &page["next"]), (&all[1]["event"], &json!("2")));
    assert!(run(&["webhooks", "deliveries", id, "--limit", "1"]).contains("--skip 1"));
    let latest = json(&["events", "list", "--limit", "1", "--json"]);
    let before = latest["next"].as_str().unwrap();
    assert!(run(&["events", "list", "--limit", "1"]).contains("There may be more"));
    let older = json(&["events", "list", "--limit", "1", "--before", before, "--json"]);
    let position = |page: &Value| page["data"][0]["position"].as_i64().unwrap();
    assert!(position(&older) < position(&latest), "{older}");
    run(&["webhooks", "attempts", id, event]);
    run(&["events", "replay", event]);
    assert!(run(&["webhooks", "list"]).contains("https://example.org/x"));
    run(&["webhooks", "delete", id]);
    for (args, told) in [
        (vec!["webhooks", "show", id], "webhook not found"),
        (vec!["webhooks", "create", "https://127.0.0.1/"], "public internet"),
        (vec!["trigger", "nothing"], "no API has an event"),
        (vec!["listen", "--api", "nobody"], "must be one of"),
        (vec!["listen", "--forward-to", "localhost:3000"], "write it like"),
        (vec!["listen", "--forward-to", &address, "--secret", "whsec_short"], "--secret"),
        (vec!["webhooks", "deliveries", id, "--limit", "0"], "1..=200"),
        (vec!["events", "list", "--type", "nothing"], "must be one of"),
    ] {
        let done = command(&args).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!done.status.success() && said.contains(told), "{args:?}: {said}");
    }
    let done = command(&["events", "list"]).env_remove("BONAFIDE_API_KEY").output().unwrap();
    assert!(String::from_utf8_lossy(&done.stderr).contains("BONAFIDE_API_KEY"));
}

#[tokio::test]
async fn listening_shows_its_secret_and_ends_with_its_key() {
    let installation = Installation::new(None);
    let (_, admin) = key(&installation, &["verifications", "keys"]);
    let (id, reader) = key(&installation, &["verifications:read"]);
    let (_, settings) = key(&installation, &["settings"]);
    let server = installation.serve();
    let api = Api::of(&server);
    let listen = |key: &str| {
        let mut command = Command::new(BINARY);
        // Nobody is there: that is for the program's author to see, and no reason to end.
        command.args(["listen", "--json", "--after", "0", "--forward-to", "http://127.0.0.1:1/hooks"]);
        command
            .env("BONAFIDE_URL", &server.url)
            .env("BONAFIDE_API_KEY", key)
            .env_remove("BONAFIDE_LISTEN_SECRET");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        (Running(child), out, err)
    };
    let (mut listener, out, err) = listen(&reader);
    let first = err.recv_timeout(PATIENCE).expect("the secret is shown");
    assert!(first.starts_with("signing with whsec_"), "{first}");
    let event = json!({"api": "vult", "event": "idv.session.complete"});
    let (status, body) = api.ask("POST", "/console/events/trigger", &admin, event.clone()).await;
    assert_eq!(status, 200, "{body}");
    let line: Value = serde_json::from_str(&out.recv_timeout(PATIENCE).expect("an event a line")).unwrap();
    assert!(line["id"].as_str().unwrap().starts_with("evt_"), "{line}");

    let (status, body) = api.ask("DELETE", &format!("/console/keys/{id}"), &admin, json!({})).await;
    assert_eq!(status, 204, "{body}");
    // Ends the request under way; the next one is refused.
    api.ask("POST", "/console/events/trigger", &admin, event).await;
    assert_eq!(listener.end().code(), Some(1));
    let said: Vec<String> = err.iter().collect();
    assert!(said.len() == 1 && said[0].contains("401") && said[0].contains("keys create"), "{said:?}");

    let (mut listener, _, err) = listen(&settings);
    assert_eq!(listener.end().code(), Some(1));
    let said: Vec<String> = err.iter().collect();
    assert!(said.len() == 1 && said[0].contains("403") && said[0].contains("verifications:read"), "{said:?}");
}

#[tokio::test]
async fn what_was_counted_is_served_apart() {
    let installation = Installation::new(None);
    let (_, key) = key(&installation, &["verifications"]);
    let server = installation.serve_with(&[("BONAFIDE_METRICS_LISTEN", "127.0.0.1:0")]);
    let counted = format!("{}/metrics", server.metrics.as_deref().unwrap());
    let api = Api::of(&server);
    api.ask("POST", "/idv/session/create", &key, json!({})).await;
    api.ask("POST", "/idv/session/read", &key, json!({"session_id": "none"})).await;
    // A method that somebody made up is no series of its own.
    let odd = reqwest::Method::from_bytes(b"ODDITY").unwrap();
    api.http.request(odd, format!("{}/idv/session/read", server.url)).send().await.unwrap();
    let text = api.http.get(counted).send().await.unwrap().text().await.unwrap();
    for line in [
        r#"bonafide_requests_total{method="POST",route="/idv/session/create",status="200"} 1"#,
        r#"bonafide_requests_total{method="POST",route="/idv/session/read",status="404"} 1"#,
        r#"bonafide_events_total{event="verification.created"} 1"#,
        r#"bonafide_requests_total{method="other","#,
        r#"bonafide_waiting{queue="checks"} 0"#,
        r#"bonafide_waiting_seconds{queue="messages"} 0"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("ODDITY"), "{text}");
    assert!(!text.contains(&key) && !text.contains("sk_sbox_"), "no credential is counted by name");
    let (status, _) = api.ask("GET", "/metrics", &key, json!({})).await;
    assert_eq!(status, 200, "the vendor's own answer stays where it is");
}
