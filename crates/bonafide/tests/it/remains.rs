//! After a person was anonymized and deleted and the keys of that time were retired, nothing of them is left: in no file, no
//! table, no log of writes, and not in the memory of the processes that looked at them. What is freed is overwritten (`main.rs`),
//! but for what C++ frees: ONNX Runtime in the children keeps the numbers that a network was given last, which are no picture and
//! are not searched for here.
#![cfg(target_os = "linux")]

use std::{process::Command, time::Duration};

use bonafide_testkit::{postgres, remains::Canaries};
use serde_json::{Value, json};

use crate::{
    processes::children_of,
    support::{Client, Installation, Server, sample},
};

const NAME: &str = "Xochiquetzal Tlahuizcalpantecuhtli";
const EMAIL: &str = "mictlantecuhtli@chalchiuhtlicue.example";
const NUMBER: &str = "QZXW-99417-KKJV";
const PATH: &str = "https://example.org/huitzilopochtli-coyolxauhqui";

fn front(session: &str) -> Value {
    json!({"session_id": session, "storage_file_type_e": "passport_front"})
}

/// What is searched for: what was said of the person, what their document says, and their pictures.
async fn canaries(client: &Client, session: &str) -> Canaries {
    let mut all = Canaries::default();
    for (name, text) in [("name", NAME), ("e-mail", EMAIL), ("number", NUMBER), ("address", PATH)] {
        all.text(name, text);
    }
    let (_, document) = client.post("/idv/document/read", json!({"session_id": session})).await.unwrap();
    all.text("document number", document["document_number"].as_str().unwrap());
    let kept = client.bytes("/idv/document/download", front(session)).await.unwrap();
    let given = std::fs::read(sample("passport.jpg")).unwrap();
    for (name, picture) in [("picture as it was kept", kept), ("picture as it came", given)] {
        assert!(picture.len() > 20_000 && picture.starts_with(b"\xff\xd8"), "{name}");
        for part in 1..16 {
            all.bytes(name, &picture[picture.len() / 16 * part..][..32]);
        }
    }
    all
}

/// Everything that a server is asked about a person, so that it holds as much of them as it ever does.
async fn look(client: &Client, session: &str) {
    let this = json!({"session_id": session});
    for path in ["/idv/session/read", "/idv/document/read", "/idv/session/test/read"] {
        let (status, read) = client.post(path, this.clone()).await.unwrap();
        assert_eq!(status, 200, "{path}: {read}");
    }
    let (_, found) = client.post("/idv/session/list", json!({"metadata": {"name": NAME}})).await.unwrap();
    assert_eq!(found["meta_counts"]["total"], 1, "{found}");
    client.bytes("/idv/document/download", front(session)).await.unwrap();
}

/// Where something is left, in the files and in the memory of servers and of those who look at pictures for them.
fn left(canaries: &Canaries, installation: &Installation, servers: &[Server]) -> Vec<String> {
    let mut left = canaries.in_folder(&installation.data());
    for server in servers {
        let found = canaries.in_memory(server.pid()).unwrap();
        left.extend(found.into_iter().map(|what| format!("server, {what}")));
        for child in children_of(server.pid()) {
            match canaries.in_memory(child) {
                Ok(found) => left.extend(found.into_iter().map(|what| format!("child, {what}"))),
                // They let nobody but the administrator look into them.
                Err(error) => assert!(!rustix::process::geteuid().is_root(), "{error}"),
            }
        }
    }
    left
}

/// That the search finds what is in the memory of these servers: where their data is.
fn the_search_works(installation: &Installation, servers: &[Server]) {
    let mut known = Canaries::default();
    known.bytes("folder", installation.data().display().to_string().as_bytes());
    for server in servers {
        assert!(!known.in_memory(server.pid()).unwrap().is_empty());
    }
}

async fn nothing_is_left_of_who_was_erased(database: Option<String>, processes: usize) {
    let installation = Installation::new(database.clone());
    let servers: Vec<Server> = (0..processes).map(|_| installation.serve()).collect();
    let mut clients = vec![];
    for server in &servers {
        clients.push(Client::connect(server, &installation).await);
    }
    let told = json!({
        "metadata": {"name": NAME, "email": EMAIL, "number": NUMBER}, "webhook_url": PATH,
    });
    let (status, created) = clients[0].post_as("a key of theirs", "/idv/session/create", told).await.unwrap();
    assert_eq!(status, 200, "{created}");
    let session = created["session_id"].as_str().unwrap().to_owned();
    let read = clients[0].carry_on(&session).await.unwrap();
    assert_eq!(read["verified"], true, "{read}");
    let identity = read["identity_id"].clone();
    let canaries = canaries(&clients[0], &session).await;
    for client in &clients {
        look(client, &session).await;
    }
    let before = left(&canaries, &installation, &servers);
    println!("while the person is known: {} traces", before.len());
    the_search_works(&installation, &servers);

    let this = json!({"session_id": session});
    for (path, body) in [
        ("/idv/session/anonymize", &this),
        ("/identity/anonymize", &json!({ "identity_id": identity })),
        ("/idv/session/delete", &this),
    ] {
        let (status, done) = clients[0].post(path, body.clone()).await.unwrap();
        assert!(status < 300, "{path}: {status} {done}");
    }
    for client in &clients {
        let (status, read) = client.post("/idv/session/read", this.clone()).await.unwrap();
        assert_eq!(status, 404, "{read}");
    }
    // A connection keeps what came over it last until it ends, the files go a moment later, and what other processes hold in
    // memory goes when they look at the database next. Nothing else is asked of them: what is freed is not left to be overwritten.
    drop(clients);
    let mut after = vec![];
    for _ in 0..8 {
        for server in &servers {
            Client::connect(server, &installation).await.read(&session).await.unwrap();
        }
        after = left(&canaries, &installation, &servers);
        if after.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(after.is_empty(), "{} traces:\n{}", after.len(), after.join("\n"));
    if let Some(database) = &database {
        let dump = Command::new(postgres::program("pg_dump")).arg(database).output().unwrap();
        assert!(dump.status.success() && dump.stdout.len() > 10_000);
        assert_eq!(canaries.search(&dump.stdout), Vec::<String>::new());
        // With what was overwritten, and the log of writes.
        assert_eq!(canaries.in_folder(postgres::cluster().folder()), Vec::<String>::new());
    }

    for server in servers {
        assert!(server.terminate().0.success());
    }
    for step in ["rotate", "rewrap", "retire"] {
        let done = installation.command().args(["keyring", step, "--json"]).output().unwrap();
        assert!(done.status.success(), "{step}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let list = installation.command().args(["keyring", "list", "--json"]).output().unwrap();
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(canaries.in_folder(installation.folder.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_11_nothing_is_left_of_who_was_erased_on_sqlite() {
    nothing_is_left_of_who_was_erased(None, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_11_nothing_is_left_of_who_was_erased_in_two_processes_on_postgres() {
    nothing_is_left_of_who_was_erased(Some(postgres::database()), 2).await;
}
