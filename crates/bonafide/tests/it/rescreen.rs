//! The first list arrives beside a running server with people who were approved before there was one. The server is
//! killed in the middle of screening them; started again it goes on, and nobody is screened twice.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bonafide_core::time::Clock;
use bonafide_engine::world::{OsEntropy, SystemClock};
use bonafide_store::{Db, keyring::FileKeyRing, organizations};
use bonafide_testkit::people::{self, Person};
use serde_json::Value;

use crate::support::{Installation, Server};

/// How long is waited for what should come within a minute.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_screened_once_across_a_kill_on_sqlite() {
    screened(Installation::new(None), 1_500, &small()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_screened_once_across_a_kill_on_postgres() {
    screened(Installation::new(Some(bonafide_testkit::postgres::database())), 1_500, &small()).await;
}

/// The figure of the documentation: 10,000 people against the lists of the Treasury, the kill included. How long it takes
/// is printed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs real data: sanctions"]
async fn ten_thousand_are_screened_across_a_kill() {
    let folder = bonafide_testkit::data::test_data("sanctions/ofac_2022-01");
    let files = ["sdn.csv", "alt.csv", "add.csv"].map(|name| folder.join(name).display().to_string());
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let took =
        screened(Installation::new(None), 10_000, &[&["lists", "import", "ofac"], files.as_slice()].concat())
            .await;
    eprintln!("10,000 people took {took:?}");
}

/// A list of three, one of whom is the last of the people.
fn small() -> Vec<&'static str> {
    vec!["lists", "import", "house", "HOUSE"]
}

async fn insert(installation: &Installation, many: usize) {
    let data = installation.data();
    let database =
        installation.database.clone().unwrap_or_else(|| data.join("bonafide.db").display().to_string());
    let db = Db::open(&database).await.unwrap();
    let ring = FileKeyRing::open_or_create(&data.join("keys"), &OsEntropy).unwrap();
    let mut tx = db.begin().await.unwrap();
    let organization = organizations::list(&mut tx).await.unwrap().remove(0).id;
    let now = SystemClock.now();
    for n in 0..many {
        // Names that are on no list, and now and then one that is.
        let person = match n % 500 {
            7 => Person::approved("Gudrun", "Okonkwo", "1962-05-17"),
            _ => Person::approved(&letters(n), &letters(n * 7919 + 13), "1974-08-12"),
        };
        people::insert(&mut tx, &ring, &OsEntropy, organization, now, &person).await;
    }
    tx.commit().await.unwrap();
    db.close().await;
}

/// A word for a number that no other number has.
fn letters(mut n: usize) -> String {
    let mut word = String::from("Qu");
    for _ in 0..5 {
        word.push(char::from(b'a' + (n % 26) as u8));
        word.push(['x', 'z', 'j', 'w'][n % 4]);
        n /= 26;
    }
    word
}

async fn screened(installation: Installation, many: usize, import: &[&str]) -> Duration {
    insert(&installation, many).await;
    let server = installation.serve();
    let house = installation.folder.path().join("house.csv");
    std::fs::write(
        &house,
        "id,type,name,birth_date\n1,person,Gudrun Okonkwo,1962-05-17\n2,person,Ana Eriksson,1974\n",
    )
    .unwrap();
    let house = house.display().to_string();
    let import: Vec<&str> =
        import.iter().map(|word| if *word == "HOUSE" { house.as_str() } else { word }).collect();
    let start = Instant::now();
    let imported = installation.command().args(&import).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));

    // Killed as soon as some are done, and before all are.
    let before = wait(&server, &installation, |people| people["done"].as_i64() > Some(0)).await;
    server.kill();
    let done = before["done"].as_i64().unwrap();
    assert!(done > 0 && before["total"] == many, "{before}");
    let server = installation.serve();
    let after = wait(&server, &installation, |people| people["done"] == people["total"]).await;
    let took = start.elapsed();
    assert_eq!((after["total"].as_u64(), after["failed"].as_i64()), (Some(many as u64), Some(0)), "{after}");
    assert!(done < many as i64, "the kill came too late to interrupt anything");

    // The command asks the server that has the database.
    let url = server.url.clone();
    let status = installation
        .command()
        .args(["lists", "status", "--json", "--url", &url, "--key", &installation.api_key])
        .output()
        .unwrap();
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["people"]["done"], many, "{status}");
    server.kill();

    // Each person once in the log, and each change told once.
    let log = installation.command().args(["screenings", "export", "--format", "json"]).output().unwrap();
    let log: Value = serde_json::from_slice(&log.stdout).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut hits, log) = (0, log.as_array().unwrap());
    for screening in log {
        *counts.entry(screening["verification"].as_str().unwrap()).or_default() += 1;
        hits += usize::from(screening["result"] == "hits");
    }
    assert_eq!((counts.len(), log.len()), (many, many), "everybody, and nobody twice");
    let server = installation.serve();
    let told = changes(&server, &installation).await;
    assert_eq!(told.len(), hits, "an event for each change");
    assert!(told.values().all(|times| *times == 1), "{told:?}");
    if import.contains(&"house") {
        assert_eq!(hits, many / 500);
    }
    took
}

#[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
async fn ask(server: &Server, installation: &Installation, path: &str) -> Value {
    let request =
        reqwest::Client::new().get(format!("{}{path}", server.url)).bearer_auth(&installation.api_key);
    request.send().await.unwrap().json().await.unwrap()
}

/// Waits until the people of the organization are so.
async fn wait(server: &Server, installation: &Installation, is: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let stand = ask(server, installation, "/console/screening").await;
        if stand["people"].is_object() && is(&stand["people"]) {
            return stand["people"].clone();
        }
        assert!(start.elapsed() < PATIENCE, "{stand}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How often a change of hits was told, by verification.
async fn changes(server: &Server, installation: &Installation) -> BTreeMap<String, usize> {
    let (mut told, mut next) = (BTreeMap::new(), String::new());
    loop {
        let page =
            ask(server, installation, &format!("/console/events?type=screening.changed&limit=100{next}"))
                .await;
        let page_of = page["data"].as_array().unwrap();
        if page_of.is_empty() {
            return told;
        }
        for event in page_of {
            *told.entry(event["subject"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        next = format!("&after={}", page["next"].to_string().trim_matches('"'));
    }
}
