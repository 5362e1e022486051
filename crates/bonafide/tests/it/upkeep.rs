//! What an operator does every day and fears: stopping a server, a full disk, a lost key file, commands beside a server.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
    time::{Duration, Instant},
};

use bonafide_testkit::{postgres, receiver::Receiver};
use serde_json::{Value, json};

use crate::support::{Client, Installation, Server};

/// Until what has to come about soon is so.
const PATIENCE: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(Duration::from_secs(90)).build().unwrap()
}

async fn status(server: &Server, path: &str) -> u16 {
    http().get(format!("{}{path}", server.url)).send().await.unwrap().status().as_u16()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Installation {
    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command().args(arguments).envs(environment.iter().copied()).output().unwrap()
    }

    #[track_caller]
    fn does(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Value {
        let done = self.run(arguments, environment);
        assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", text(&done.stdout)))
    }
}

/// Nobody checks, so whoever waits would do so for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_answered_when_the_server_stops() {
    let installation = Installation::new(Some(postgres::database()));
    let server = installation.serve_as(&[], &["--no-workers"]);
    let client = Client::connect(&server, &installation).await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    let session = created["session_id"].as_str().unwrap().to_owned();
    client.hand_in(&session).await.unwrap();
    let finalize = client.request("/idv/sdk/finalize", &json!({"session_id": session}));
    let waiting = tokio::spawn(finalize.send());
    let begun = Instant::now();
    let status = async || {
        let asked = http().get(format!("{}/console/verifications/{session}", server.url));
        let answer = asked.bearer_auth(&installation.api_key).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["status"].clone()
    };
    while status().await != "processing" {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (ended, log) = server.terminate();
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "5"));
    assert!(ended.success() && log.contains("\"stopped\""), "{ended} {log}");

    // The next process does it.
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    assert_eq!(client.carry_on(&session).await.unwrap()["verified"], true);
}

/// What does not come to its end is somebody else's at once, and not when a lease of minutes runs out.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_given_back() {
    let receiver = Receiver::silent().await;
    let installation = Installation::new(Some(postgres::database()));
    let environment =
        [("BONAFIDE_WEBHOOK_NETWORKS", "[\"127.0.0.2/32\"]"), ("BONAFIDE_WEBHOOK_TIMEOUT_S", "300")];
    let server = installation.serve_with(&environment);
    let client = Client::connect(&server, &installation).await;
    client.post("/webhook/create", json!({"name": "slow", "url": receiver.url})).await.unwrap();
    client.post("/idv/session/create", json!({})).await.unwrap();
    bonafide_testkit::receiver::until(|| !receiver.received().is_empty()).await;
    let before = receiver.received().len();
    let (ended, log) = server.terminate();
    assert!(ended.success() && log.contains("\"stopped\""), "{ended} {log}");
    let server = installation.serve_with(&environment);
    bonafide_testkit::receiver::until(|| receiver.received().len() > before).await;
    let all = receiver.received();
    assert!(all[..before].iter().any(|one| one.id() == all[before].id()), "a message that was under way");
    server.kill();
}

#[test]
fn requirement_10_a_database_without_its_key_file_starts_nothing() {
    for database in [None, Some(postgres::database())] {
        let installation = Installation::new(database);
        let keys = installation.data().join("keys");
        let kept = installation.folder.path().join("kept");
        fs::rename(&keys, &kept).unwrap();
        for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["keys", "list"], &["doctor"]] {
            let refused = installation.run(arguments, &[]);
            let told = text(&refused.stderr) + &text(&refused.stdout);
            assert!(!refused.status.success() && told.contains("keys is missing"), "{arguments:?}: {told}");
            assert!(!keys.exists(), "{arguments:?}");
        }
        fs::rename(&kept, &keys).unwrap();
        assert_eq!(installation.does(&["keys", "list", "--json"], &[]).as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_folder_that_was_open_is_closed() {
    let installation = Installation::new(None);
    fs::set_permissions(installation.data(), fs::Permissions::from_mode(0o755)).unwrap();
    installation.does(&["keys", "create", "--json"], &[]);
    assert_eq!(fs::metadata(installation.data()).unwrap().permissions().mode() & 0o777, 0o700);
}

/// Every file may have this many bytes from now on; all that is written beyond fails as on a full disk.
fn limit_files(server: &Server, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &server.pid().to_string(), &limit]).output().unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
}

/// Whatever is asked of a server without room is undone and refused, and nothing has to be started again.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn requirement_15_a_full_disk_is_told_and_passes() {
    let installation = Installation::new(None);
    let server = installation.serve_ignoring("XFSZ");
    let client = Client::connect(&server, &installation).await;
    let person = client.verified().await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    let open = created["session_id"].as_str().unwrap().to_owned();
    client.post("/idv/sdk/consent/add", json!({"session_id": open, "consented": true})).await.unwrap();
    let until = async |path: &'static str, expected: u16| {
        let begun = Instant::now();
        while status(&server, path).await != expected {
            assert!(begun.elapsed() < PATIENCE, "{path} never answered {expected}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    until("/ready", 200).await;

    limit_files(&server, "4096");
    for round in 0..3 {
        for (path, body) in [
            ("/idv/session/create", json!({})),
            ("/idv/session/anonymize", json!({"session_id": person})),
            ("/idv/sdk/finalize", json!({"session_id": open})),
        ] {
            let (status, answer) = client.post(path, body).await.unwrap();
            assert!(matches!(status, 503 | 409 | 400), "{round} {path}: {status} {answer}");
            assert!(path.ends_with("finalize") || status == 503, "{round} {path}: {status} {answer}");
        }
        let (status, answer) =
            client.document(&open, "front", &crate::support::sample("passport.jpg")).await.unwrap();
        assert_eq!(status, 503, "{round}: {answer}");
    }
    until("/ready", 503).await;
    until("/health", 503).await;
    // Nobody's data is read that cannot be written down; what shows nobody is there all the same.
    let this = json!({"session_id": person});
    let (status, refused) = client.post("/idv/document/read", this.clone()).await.unwrap();
    assert_eq!(status, 503, "{refused}");
    assert!(!refused.to_string().contains("last_name"), "{refused}");
    assert_eq!(client.post("/idv/sdk/session/read", this).await.unwrap().0, 200);

    limit_files(&server, "unlimited");
    until("/ready", 200).await;
    until("/health/simple", 200).await;
    let read = client.read(&person).await.unwrap();
    assert_eq!(read["verified"], true, "nothing of it was erased: {read}");
    assert_eq!(client.carry_on(&open).await.unwrap()["verified"], true);
    client.verified().await;
    let (status, _) = client.post("/idv/session/anonymize", json!({"session_id": person})).await.unwrap();
    assert_eq!(status, 200);
    let log = server.kill();

    let blobs = installation.data().join("blobs");
    let folders = fs::read_dir(blobs).unwrap().map(|e| e.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()));
    let unfinished: Vec<_> = files.filter(|file| file.extension().is_some()).collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
    // Each line that says why names its request, and whose it was.
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let why: Vec<Value> =
        lines.filter(|line| line["fields"]["message"] == "no room to keep what was sent").collect();
    assert!(!why.is_empty(), "{log}");
    for line in &why {
        assert!(line["span"]["request_id"].is_string() && line["span"]["key"].is_string(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn daily_work_is_done_beside_a_server() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let session = client.verified().await;
    let made = installation.command().args(["keys", "create"]).output().unwrap();
    let told = text(&made.stderr);
    assert!(!made.status.success() && told.contains("BONAFIDE_API_KEY"), "{told}");

    // To look, nothing is needed.
    let keys = installation.does(&["keys", "list", "--json"], &[]);
    assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
    installation.does(&["oauth-clients", "list", "--json"], &[]);
    let replayed = installation.does(&["replay", &session, "--json"], &[]);
    assert_eq!(replayed[0]["same"], true, "{replayed}");
    installation.does(&["screenings", "export", "--format", "json"], &[]);
    let listen = server.url.trim_start_matches("http://").to_owned();
    let doctor = installation.run(&["doctor", "--json"], &[("BONAFIDE_LISTEN", &listen)]);
    let told: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    let line = |what: &str| {
        let all = told["checks"].as_array().unwrap();
        all.iter().find(|line| line["what"] == what).unwrap_or_else(|| panic!("{what}: {told:#}")).clone()
    };
    for what in ["database", "storage", "key ring", "server"] {
        assert_eq!(line(what)["ok"], true, "{told:#}");
    }
    assert!(line("server")["detail"].as_str().unwrap().starts_with("serves"), "{told:#}");

    // To change something, the server does it, for whoever has a key that may.
    server.kill();
    let made =
        installation.does(&["keys", "create", "--scope", "keys", "--scope", "verifications", "--json"], &[]);
    let server = installation.serve();
    let beside = [("BONAFIDE_API_KEY", made["key"].as_str().unwrap()), ("BONAFIDE_URL", &server.url)];
    let second = installation.does(&["keys", "create", "--name", "second", "--json"], &beside);
    let id = second["id"].as_str().unwrap();
    let rotated = installation.does(&["keys", "rotate", id, "--overlap", "0", "--json"], &beside);
    assert!(rotated["id"] == id && rotated["key"] != second["key"], "{rotated}");
    let opens = async |key: &Value| {
        let asked = http().get(format!("{}/console/keys", server.url)).bearer_auth(key.as_str().unwrap());
        asked.send().await.unwrap().status().as_u16()
    };
    assert_eq!((opens(&second["key"]).await, opens(&rotated["key"]).await), (401, 403));
    installation.does(&["keys", "revoke", id, "--json"], &beside);
    assert_eq!(opens(&rotated["key"]).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_10_a_key_ring_is_replaced() {
    for database in [None, Some(postgres::database())] {
        let installation = Installation::new(database);
        let server = installation.serve();
        let client = Client::connect(&server, &installation).await;
        let session = client.verified().await;
        assert!(server.terminate().0.success());
        let before = fs::read_to_string(installation.data().join("keys")).unwrap();
        let rotated = installation.does(&["keyring", "rotate", "--json"], &[]);
        let early = installation.run(&["keyring", "retire"], &[]);
        assert!(
            !early.status.success() && text(&early.stderr).contains("keyring rewrap"),
            "{}",
            text(&early.stderr)
        );
        let wrapped = installation.does(&["keyring", "rewrap", "--json"], &[]);
        assert!(wrapped["wrapped"].as_u64() > Some(0), "{wrapped}");
        let retired = installation.does(&["keyring", "retire", "--json"], &[]);
        assert_eq!(retired["retired"].as_array().unwrap().len(), 1);
        let list = installation.does(&["keyring", "list", "--json"], &[]);
        assert_eq!((list.as_array().unwrap().len(), &list[0]["key"]), (1, &rotated["key"]), "{list}");
        // Lines under the key that is gone are verified with what is left of it.
        let verified = installation.does(&["audit", "verify", "--json"], &[]);
        assert_eq!(verified["intact"], true, "{verified}");
        // With the new key alone everything opens, and with the old one nothing does.
        let server = installation.serve();
        let client = Client::connect(&server, &installation).await;
        let (_, document) = client.post("/idv/document/read", json!({"session_id": session})).await.unwrap();
        assert!(document["last_name"].is_string(), "{document}");
        assert!(server.terminate().0.success());
        fs::write(installation.data().join("keys"), before).unwrap();
        let refused = installation.run(&["keys", "list"], &[]);
        assert!(
            !refused.status.success() && text(&refused.stderr).contains("key ring"),
            "{}",
            text(&refused.stderr)
        );
    }
}

/// A word that nobody knows grants nothing; whoever wrote it meant something, perhaps less than the rest of the words.
#[test]
fn a_key_with_a_scope_that_nobody_knows_refuses_the_start() {
    let installation = Installation::new(Some(postgres::database()));
    let key = installation.does(&["keys", "create", "--json"], &[]);
    let id = key["id"].as_str().unwrap();
    let change = |to: &str| {
        let mut psql = Command::new(postgres::program("psql"));
        psql.arg(installation.database.as_ref().unwrap()).args(["-v", "ON_ERROR_STOP=1", "-c", to]);
        let done = psql.output().unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
    };
    change("UPDATE credentials SET scopes = scopes || ' verifications:everything'");
    let started = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| installation.serve()));
    let Err(stopped) = started else { panic!("a server serves") };
    let told = stopped.downcast::<String>().unwrap();
    assert!(told.contains("verifications:everything") && told.contains("revoke it"), "{told}");
    // It can be mended without a server.
    change("UPDATE credentials SET scopes = 'verifications everything'");
    let listed = installation.does(&["keys", "list", "--json"], &[]);
    assert!(listed.to_string().contains(id), "{listed}");
    for one in listed.as_array().unwrap() {
        installation.run(&["keys", "revoke", one["id"].as_str().unwrap()], &[]);
    }
    let clients = installation.does(&["oauth-clients", "list", "--json"], &[]);
    for one in clients.as_array().unwrap() {
        let id = one["id"].as_str().or(one["client_id"].as_str()).unwrap();
        installation.run(&["oauth-clients", "revoke", id], &[]);
    }
    installation.serve();
}
