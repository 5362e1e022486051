//! All that is known of a verification.

use serde_json::{Value, json};

use crate::support::App;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_truth_of_a_person_who_was_looked_at() {
    let app = &App::looking().await;
    let id = app.decided(&[]).await;
    let whole = app.whole(id).await;
    let fields = whole["document"]["fields"].as_array().unwrap();
    let number: Vec<&Value> = fields.iter().filter(|f| f["name"] == "document_number").collect();
    assert!(number.len() >= 2, "every source is told: {number:#?}");
    assert_eq!(number[0]["best"], true);
    assert!(number.iter().skip(1).all(|f| f["best"] == false));
    for field in &number {
        assert!(field["confidence"].as_f64().is_some() && field["source"].is_string(), "{field}");
    }
    assert!(number.iter().any(|f| f["region"].as_array().is_some_and(|r| r.len() == 4)), "{number:#?}");

    let findings = whole["findings"].as_array().unwrap();
    let face = findings.iter().find(|f| f["check"] == "face_match").unwrap();
    assert!(face["score"].as_f64() >= face["threshold"].as_f64(), "{face}");
    assert_eq!((&face["outcome"], &face["consequence"]), (&json!("clear"), &json!("decline")));
    assert_eq!(face["models"][0]["sha256"].as_str().map(str::len), Some(64), "{face}");

    // The points add up to the score.
    let machine = &whole["decisions"][0]["machine"];
    let judged = &machine["judged"];
    let sum = |field: &str| -> f64 {
        judged["signals"].as_array().unwrap().iter().map(|s| s[field].as_f64().unwrap()).sum()
    };
    assert!((sum("points") / sum("weight") - judged["score"].as_f64().unwrap()).abs() < 1e-9);
    assert_eq!(machine["weights"]["score_tolerance"], judged["threshold"]);
    assert!(machine["policy"]["required"].as_array().is_some_and(|required| !required.is_empty()));
    assert_eq!(whole["decision"], whole["decisions"][0]["id"]);
    assert_eq!(machine["findings"], whole["findings"], "nothing changed since");
    let history: Vec<&str> =
        whole["history"].as_array().unwrap().iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(history.first(), Some(&"created"), "{history:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_flip_is_what_stands_in_the_way() {
    let app = &App::start("sqlite").await;
    let id = app.decided(&[("face", "mismatch")]).await;
    let whole = app.whole(id).await;
    let obstacles = whole["would_flip"]["obstacles"].as_array().unwrap();
    // Nothing looked at the selfie here, and that stands in the way as well.
    let checks: Vec<&str> = obstacles.iter().filter_map(|o| o["check"].as_str()).collect();
    assert_eq!(checks, ["face_match", "selfie_source"], "{obstacles:#?}");
    assert_eq!(
        (&obstacles[0]["check"], &obstacles[0]["leads_to"]),
        (&json!("face_match"), &json!("decline"))
    );
    assert_eq!(obstacles[0]["reasons"], json!(["face_mismatch"]));
    assert_eq!(whole["possible"], json!(["reopen"]));
    // An approval says what it hangs on.
    let whole = app.whole(app.decided(&[]).await).await;
    assert!(whole["would_flip"]["obstacles"].as_array().unwrap().is_empty());
    let depends: Vec<&str> = whole["would_flip"]["depends_on"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|d| d["check"].as_str())
        .collect();
    assert!(depends.contains(&"face_match") && depends.contains(&"passive_liveness"), "{depends:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_was_given_there_is_little_to_tell() {
    let app = &App::start("sqlite").await;
    let whole = app.whole(app.created().await).await;
    for absent in ["decision", "document", "screening", "would_flip", "verified", "score", "identity"] {
        assert!(whole[absent].is_null(), "{absent}: {whole:#}");
    }
    for empty in ["pictures", "findings", "decisions", "earlier"] {
        assert_eq!(whole[empty], json!([]), "{empty}");
    }
    assert_eq!((&whole["status"], &whole["possible"]), (&json!("created"), &json!(["cancel"])));
    app.get("/console/verifications/01kt1gw6g0fmj99z5sfwzpmy4a").await.refused(404, "not_found");
    app.get("/console/verifications/x").await.refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_is_seen() {
    let app = &App::looking().await;
    let first = app.decided(&[]).await;
    let second = app.decided(&[]).await;
    let earlier = app.whole(second).await["earlier"].clone();
    let seen = earlier.as_array().unwrap().iter().find(|e| e["id"] == first.to_string());
    let seen = seen.unwrap_or_else(|| panic!("{earlier:#}"));
    assert_eq!((&seen["same_number"], &seen["same_face"]), (&json!(true), &json!(true)), "{seen}");
    assert_eq!((&seen["contradictions"], &seen["status"]), (&json!([]), &json!("approved")), "{seen}");
}
