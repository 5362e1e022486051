//! The server is killed without warning at random moments of a verification; started again, it finishes
//! the same verification, once.

use std::time::Duration;

use crate::support::{Client, Installation};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn requirement_17_twenty_kills_on_sqlite() {
    kills(Installation::new(None), 20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_17_six_kills_on_postgres() {
    kills(Installation::new(Some(bonafide_testkit::postgres::database())), 6).await;
}

async fn kills(installation: Installation, times: u32) {
    // One undisturbed run says how long a verification takes here.
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let start = std::time::Instant::now();
    let session = create(&client).await;
    client.carry_on(&session).await.unwrap();
    let whole = start.elapsed();
    server.kill();

    let mut moment = 0x2545_f491_4f6c_dd1d_u64;
    let mut interrupted = 0;
    for round in 0..times {
        // Xorshift: the same moments in every run, spread over the whole verification.
        moment ^= moment << 13;
        moment ^= moment >> 7;
        moment ^= moment << 17;
        let after = whole.mul_f64((moment % 1000) as f64 / 1000.0);

        let server = installation.serve();
        let client = Client::connect(&server, &installation).await;
        let session = create(&client).await;
        let walk = {
            let session = session.clone();
            tokio::spawn(async move { client.carry_on(&session).await.is_ok() })
        };
        tokio::time::sleep(after).await;
        server.kill();
        interrupted += u32::from(!walk.await.unwrap());

        let server = installation.serve();
        let client = Client::connect(&server, &installation).await;
        let mut read = client.carry_on(&session).await.unwrap();
        for _ in 0..100 {
            if read["status_e"] != "in_progress" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            read = client.read(&session).await.unwrap();
        }
        assert_eq!(read["verified"], true, "round {round}, killed after {after:?}: {read:#}");
        let events: Vec<&str> =
            read["history"].as_array().unwrap().iter().filter_map(|e| e["event"].as_str()).collect();
        for once in ["created", "capturing", "processing", "approved"] {
            let seen = events.iter().filter(|e| **e == once).count();
            assert_eq!(seen, 1, "round {round}: {once} in {events:?}");
        }
        // Each check left its mark once.
        for job in ["read_document", "match_faces", "check_liveness"] {
            let seen =
                read["history"].as_array().unwrap().iter().filter(|e| e["detail"]["job"] == job).count();
            assert_eq!(seen, 1, "round {round}: {job} in {events:?}");
        }
        server.kill();
    }
    assert!(interrupted * 2 >= times, "only {interrupted} of {times} kills hit a running verification");
}

async fn create(client: &Client) -> String {
    let (status, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    assert_eq!(status, 200, "{created}");
    created["session_id"].as_str().unwrap().to_owned()
}
