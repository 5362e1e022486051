//! The log of who did what, as an operator and an auditor meet it: verified and exported beside a running server.

use std::{fs, process::Output};

use bonafide_testkit::postgres;
use serde_json::{Value, json};

use crate::support::{Client, Installation, Server};

fn run(installation: &Installation, arguments: &[&str]) -> Output {
    installation.command().arg("audit").args(arguments).output().unwrap()
}

/// What `verify` prints, with its exit status.
fn verify(installation: &Installation, more: &[&str]) -> (i32, Value, String) {
    let done = run(installation, &[&["verify", "--json"], more].concat());
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    let report = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{told}"));
    (done.status.code().unwrap(), report, told)
}

/// What a command prints, an object a line.
fn lines(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let done = run(installation, arguments);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect()
}

/// Lines of this action, with their details.
fn of(all: &[Value], action: &str) -> Vec<(Value, Value)> {
    let detail = |line: &Value| serde_json::from_str(line["detail"].as_str().unwrap()).unwrap();
    all.iter().filter(|line| line["action"] == action).map(|line| (line.clone(), detail(line))).collect()
}

#[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
async fn look(server: &Server, installation: &Installation, path: &str, request: &str) -> u16 {
    let asked =
        reqwest::Client::new().get(format!("{}{path}", server.url)).bearer_auth(&installation.api_key);
    asked.header("X-Request-Id", request).send().await.unwrap().status().as_u16()
}

async fn reads_are_lines(database: Option<String>) {
    let installation = Installation::new(database);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let session = client.verified().await;
    let this = json!({"session_id": session});
    let before = of(&lines(&installation, &["export"]), "data.read").len();
    // What is polled shows nobody, and a refused read nothing.
    for path in ["/idv/sdk/session/read", "/idv/session/test/read", "/idv/sdk/session/read"] {
        let (status, answer) = client.post(path, this.clone()).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        assert!(!answer.to_string().contains("ERIKSSON"), "{path}: {answer}");
    }
    let nobody = json!({"session_id": "01arz3ndektsv4rrffq69g5fav"});
    assert_eq!(client.post("/idv/document/read", nobody).await.unwrap().0, 404);
    assert_eq!(of(&lines(&installation, &["export"]), "data.read").len(), before);

    let (status, document) = client.post("/idv/document/read", this.clone()).await.unwrap();
    assert!(status == 200 && document["last_name"].is_string(), "{document}");
    let file = json!({"session_id": session, "storage_file_type_e": "passport_front"});
    client.bytes("/idv/document/download", file).await.unwrap();
    assert_eq!(
        look(&server, &installation, &format!("/console/verifications/{session}"), "look-1").await,
        200
    );
    // A second look at the same in the minute, as whoever waits for a result takes it.
    look(&server, &installation, &format!("/console/verifications/{session}"), "look-2").await;
    let all = lines(&installation, &["export"]);
    let read = of(&all, "data.read");
    let by = |operation: &str| -> Vec<&(Value, Value)> {
        read.iter().filter(|(_, detail)| detail["operation"] == operation).collect()
    };
    let verification = format!("verification:{session}");
    let (line, detail) = by("POST /idv/document/read")[0];
    assert_eq!(line["object"], verification.as_str());
    assert!(line["actor"].as_str().unwrap().starts_with("credential:"), "{line}");
    assert!(detail["request"].as_str().is_some_and(|id| !id.is_empty()), "{detail}");
    let (_, detail) = by("POST /idv/document/download")[0];
    let opened = detail["opened"].as_array().unwrap();
    assert!(opened.iter().any(|name| name.as_str().unwrap().starts_with("picture:")), "{detail}");
    let looks = by("GET /console/verifications/{id}");
    assert!((1..=2).contains(&looks.len()), "{looks:?}");
    assert_eq!((&looks[0].1["request"], &looks[0].0["object"]), (&json!("look-1"), &json!(verification)));
    let text = serde_json::to_string(&all).unwrap().to_uppercase();
    for name in [document["last_name"].as_str().unwrap(), document["first_name"].as_str().unwrap()] {
        assert!(!text.contains(&name.to_uppercase()), "the log names nobody");
    }

    let (status, report, told) = verify(&installation, &[]);
    assert_eq!((status, &report["intact"]), (0, &json!(true)), "{report:#} {told}");
    let keys = lines(&installation, &["keys"]);
    assert_eq!(keys.len(), 1, "one organization, one key: {}", keys.len());
    assert_eq!((&keys[0]["organization"], &keys[0]["key"]), (&all[0]["organization"], &all[0]["key"]));
    assert!(server.terminate().0.success());
    // The last ends were written when it stopped.
    let (status, report, _) = verify(&installation, &[]);
    let chain = &report["chains"][0];
    assert_eq!(status, 0);
    assert!(
        chain["anchors"].as_u64() >= Some(1) && chain["lines"].as_u64() >= Some(all.len() as u64),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_14_reads_are_lines_on_sqlite() {
    reads_are_lines(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_14_reads_are_lines_on_postgres() {
    reads_are_lines(Some(postgres::database())).await;
}

/// Somebody puts an older database in the place of the one that is there, or has other keys, or writes to the file of anchors.
#[tokio::test(flavor = "multi_thread")]
async fn requirement_14_what_was_cut_off_is_told() {
    let installation = Installation::new(None);
    let (status, report, told) = verify(&installation, &[]);
    assert_eq!(
        (status, &report["intact"], &report["anchors"]["found"]),
        (3, &json!(true), &json!(false)),
        "{told}"
    );
    assert!(told.contains("there is no file of anchors"), "{told}");

    let database = installation.data().join("bonafide.db");
    let old = fs::read(&database).unwrap();
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    assert!(server.terminate().0.success());
    let (status, report, told) = verify(&installation, &[]);
    assert_eq!(status, 0, "{report:#} {told}");
    let organization = report["chains"][0]["organization"].as_str().unwrap().to_owned();
    assert_eq!(verify(&installation, &["--organization", &organization]).0, 0);
    let nobody = run(&installation, &["verify", "--organization", created["session_id"].as_str().unwrap()]);
    assert_eq!(nobody.status.code(), Some(1));

    let anchors = installation.data().join("audit-anchors.jsonl");
    let good = fs::read_to_string(&anchors).unwrap();
    assert!(good.lines().count() >= 2, "at the start and at the end: {good}");
    let last = good.lines().last().unwrap();
    for (text, because) in [
        (good.replace(last, &last.replace("\"lines\":", "\"lines\":1")), "was changed"),
        (good.lines().skip(1).map(|l| format!("{l}\n")).collect(), "lines are missing"),
    ] {
        fs::write(&anchors, text).unwrap();
        let (status, report, told) = verify(&installation, &[]);
        assert_eq!((status, &report["intact"]), (4, &json!(false)), "{told}");
        assert!(told.contains(because), "{told}");
    }
    fs::write(&anchors, &good).unwrap();

    let keys = installation.data().join("keys");
    let ring = fs::read_to_string(&keys).unwrap();
    let name = ring.lines().last().unwrap().split(' ').next().unwrap();
    fs::write(&keys, format!("{name} {}\n", "7".repeat(64))).unwrap();
    let (status, report, _) = verify(&installation, &[]);
    assert_eq!((status, &report["chains"][0]["line"]), (4, &json!(1)), "{report:#}");
    fs::write(&keys, &ring).unwrap();

    let new = fs::read(&database).unwrap();
    fs::write(&database, old).unwrap();
    let (status, report, told) = verify(&installation, &[]);
    let because = report["chains"][0]["because"].as_str().unwrap();
    assert!(status == 4 && because.contains("cut off"), "{report:#}");
    assert!(told.contains("compare the lines"), "{told}");
    // Beside a copy of the anchors that is kept elsewhere it is told too.
    let kept = installation.folder.path().join("kept");
    fs::rename(&anchors, &kept).unwrap();
    assert_eq!(verify(&installation, &[]).0, 3);
    assert_eq!(verify(&installation, &["--anchors", kept.to_str().unwrap()]).0, 4);
    fs::write(&database, new).unwrap();
    assert_eq!(verify(&installation, &["--anchors", kept.to_str().unwrap()]).0, 0);
}

/// Lines that were written since the last time are held by an anchor soon, also where nobody has the time to stop the server.
#[tokio::test(flavor = "multi_thread")]
async fn requirement_14_what_is_cut_off_of_a_server_that_was_killed_is_told() {
    let installation = Installation::new(None);
    let database = installation.data().join("bonafide.db");
    let old = fs::read(&database).unwrap();
    let server = installation.serve_with(&[("BONAFIDE_AUDIT_ANCHOR_EVERY_S", "1")]);
    let client = Client::connect(&server, &installation).await;
    client.post("/idv/session/create", json!({})).await.unwrap();
    let all = lines(&installation, &["export"]);
    let last = all.last().unwrap()["hash"].as_str().unwrap().to_owned();
    let anchors = installation.data().join("audit-anchors.jsonl");
    for waited in 0.. {
        assert!(waited < 600, "no anchor came");
        if fs::read_to_string(&anchors).is_ok_and(|text| text.contains(&last)) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    server.kill();
    fs::write(&database, old).unwrap();
    for log in ["bonafide.db-wal", "bonafide.db-shm"] {
        let _ = fs::remove_file(installation.data().join(log));
    }
    let (status, report, told) = verify(&installation, &[]);
    let because = report["chains"][0]["because"].as_str().unwrap_or_default();
    assert!(status == 4 && because.contains("cut off"), "{report:#} {told}");
}

/// An auditor who has what was exported, and none of the installation.
#[tokio::test(flavor = "multi_thread")]
async fn requirement_14_an_export_is_checked_away_from_the_key_ring() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    for _ in 0..3 {
        client.post("/idv/session/create", json!({})).await.unwrap();
    }
    assert!(server.terminate().0.success());
    let elsewhere = tempfile::tempdir().unwrap();
    let file = |name: &str| elsewhere.path().join(name).display().to_string();
    let (exported, keys, anchors) = (file("lines"), file("keys"), file("anchors"));
    let lines = String::from_utf8(run(&installation, &["export"]).stdout).unwrap();
    fs::write(&exported, &lines).unwrap();
    fs::write(&keys, run(&installation, &["keys"]).stdout).unwrap();
    fs::copy(installation.data().join("audit-anchors.jsonl"), &anchors).unwrap();
    drop(installation);
    let check = |more: &[&str]| {
        let mut command = std::process::Command::new(crate::support::BINARY);
        command.args(["audit", "check", "--json", &exported]).args(more).env_remove("BONAFIDE_DATA_DIR");
        let done = command.output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        let report: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (done.status.code().unwrap(), report["chains"][0].clone(), told)
    };
    let count = lines.lines().count() as i64;
    assert!(count >= 5, "{lines}");
    let (with_anchors, with_keys) = (["--anchors", &anchors], ["--keys", &keys]);
    let with_all = [with_anchors, with_keys].concat();
    let (status, chain, told) = check(&with_all);
    assert_eq!((status, &chain["unproved"], &chain["lines"]), (0, &json!(0), &json!(count)), "{told}");
    // With less, what that proves; and what it does not is told.
    let (status, chain, told) = check(&with_anchors);
    assert_eq!((status, &chain["intact"], &chain["unproved"]), (3, &json!(true), &json!(count)), "{told}");
    assert!(told.contains("--keys") && !told.contains("--anchors"), "{told}");
    let (status, chain, told) = check(&with_keys);
    assert_eq!((status, &chain["intact"], &chain["unproved"]), (3, &json!(true), &json!(0)), "{told}");
    assert!(told.contains("--anchors") && !told.contains("--keys"), "{told}");
    // A line is taken out, two are swapped, the end is cut off: told without any secret.
    let all: Vec<&str> = lines.lines().collect();
    let mut swapped = all.clone();
    swapped.swap(1, 2);
    let without: Vec<&str> = [&all[..2], &all[3..]].concat();
    for (other, line) in [(without, 3), (swapped, 2), (all[..all.len() - 1].to_vec(), count)] {
        fs::write(&exported, other.join("\n")).unwrap();
        let (status, chain, told) = check(&with_anchors);
        assert_eq!((status, &chain["intact"], &chain["line"]), (4, &json!(false), &json!(line)), "{told}");
    }
    // What a line says is proved by its secret alone.
    let changed = lines.replacen("\"actor\":\"", "\"actor\":\"somebody ", 1);
    assert_ne!(changed, lines);
    fs::write(&exported, &changed).unwrap();
    assert_eq!(check(&with_anchors).0, 3);
    let (status, chain, _) = check(&with_all);
    assert_eq!((status, &chain["line"]), (4, &json!(1)), "{chain}");
    // Written anew, with hashes that follow from each other: the anchors hold others.
    fs::write(&exported, lines.replace(last_hash(&lines), &"0".repeat(64))).unwrap();
    assert_eq!(check(&with_anchors).0, 4);
    fs::write(&exported, "none").unwrap();
    assert_eq!(check(&[]).0, 1);
    fs::write(&exported, "").unwrap();
    assert_eq!(check(&[]).0, 3);
}

/// The hash of the last line.
fn last_hash(lines: &str) -> &str {
    lines.trim_end().rsplit("\"hash\":\"").next().unwrap().split('"').next().unwrap()
}

/// What a command writes out beside a server is in the log once the server took it in.
#[tokio::test(flavor = "multi_thread")]
async fn exports_of_commands_are_lines() {
    let installation = Installation::new(None);
    let export = || {
        let done =
            installation.command().args(["screenings", "export", "--format", "json"]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let exported = || of(&lines(&installation, &["export"]), "data.exported");
    export();
    let first = exported();
    assert_eq!(
        (first.len(), &first[0].0["actor"], &first[0].1["what"]),
        (1, &json!("operator"), &json!("screenings"))
    );
    let server = installation.serve();
    // It takes signals once it answers.
    Client::connect(&server, &installation).await;
    export();
    let notes = installation.data().join("audit-notes");
    assert_eq!(fs::read_dir(&notes).unwrap().count(), 1);
    assert!(server.terminate().0.success());
    assert_eq!((exported().len(), fs::read_dir(&notes).unwrap().count()), (2, 0));
    // Where no note can be left nothing is written out.
    fs::remove_dir(&notes).unwrap();
    fs::write(&notes, "").unwrap();
    let server = installation.serve();
    let done = installation.command().args(["screenings", "export"]).output().unwrap();
    assert!(!done.status.success() && done.stdout.is_empty());
    server.kill();
}
