//! A backup that is made while the server works holds the person whole, and is noise without the key ring.

use std::{path::Path, process::Command};

use crate::support::{Client, Installation};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn requirement_25_a_person_is_read_back_from_a_backup_on_sqlite() {
    drill(None, |_| None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_25_a_person_is_read_back_from_a_backup_on_postgres() {
    // What docs/operations.md says, with the programs beside the test's server.
    let restored = |installation: &Installation| {
        let url = installation.database.as_deref().unwrap();
        let (dump, new) =
            (installation.folder.path().join("bonafide.dump"), bonafide_testkit::postgres::database());
        let run = |program: &str, args: &[&str]| {
            let output =
                Command::new(bonafide_testkit::postgres::program(program)).args(args).output().unwrap();
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        };
        let file = dump.to_str().unwrap();
        run("pg_dump", &["--format=custom", "--file", file, url]);
        run("pg_restore", &["--no-owner", "--exit-on-error", "--dbname", &new, file]);
        Some(new)
    };
    drill(Some(bonafide_testkit::postgres::database()), restored).await;
}

/// `database` copies a PostgreSQL database: the URL of the copy.
async fn drill(address: Option<String>, database: impl Fn(&Installation) -> Option<String>) {
    let old = Installation::new(address);
    let server = old.serve();
    let client = Client::connect(&server, &old).await;
    let session = client.verified().await;
    let this = json!({"session_id": session});
    let read = async |client: &Client| {
        let (_, document) = client.post("/idv/document/read", this.clone()).await.unwrap();
        let file = json!({"session_id": session, "storage_file_type_e": "passport_front"});
        (document, client.bytes("/idv/document/download", file).await.unwrap())
    };
    let before = read(&client).await;
    assert!(before.0["last_name"].is_string() && before.1.starts_with(b"\xff\xd8\xff"), "{}", before.0);

    // Beside the running server, with a verification under way.
    let (_, open) = client.post("/idv/session/create", json!({})).await.unwrap();
    let copied = database(&old);
    let backup = old.folder.path().join("backup");
    let report = run_backup(&old, &backup);
    let pictures = files(&old.data().join("blobs"));
    assert!(
        pictures > 0 && report["pictures"] == pictures && files(&backup.join("blobs")) == pictures,
        "{report}"
    );
    assert_eq!(report["database_bytes"].is_null(), copied.is_some(), "{report}");
    let again = old.command().arg("backup").arg(&backup).output().unwrap();
    assert!(!again.status.success(), "a backup is never overwritten");
    assert!(!backup.join("keys").exists(), "the key ring is kept in another place");
    server.kill();

    // Elsewhere, with the key ring.
    let restored = Installation { database: copied, ..Installation::empty(&old) };
    std::fs::rename(&backup, restored.data()).unwrap();
    let keys = restored.data().join("keys");
    std::fs::copy(old.data().join("keys"), &keys).unwrap();
    let server = restored.serve();
    let client = Client::connect(&server, &restored).await;
    assert_eq!(read(&client).await, before);
    let continued = client.carry_on(open["session_id"].as_str().unwrap()).await.unwrap();
    assert_eq!(continued["verified"], true, "what was under way goes on: {continued}");
    server.kill();

    // With another key ring, and with none.
    let other = Installation::new(None);
    std::fs::copy(other.data().join("keys"), &keys).unwrap();
    assert_refused(&restored, "this is not the key ring of this database");
    std::fs::remove_file(&keys).unwrap();
    assert_refused(&restored, "is missing");
}

/// How many files are in a folder and those in it.
fn files(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

fn run_backup(installation: &Installation, folder: &Path) -> Value {
    let output = installation.command().arg("backup").arg(folder).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_refused(installation: &Installation, why: &str) {
    let output = installation.command().args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains(why), "{told}");
}
