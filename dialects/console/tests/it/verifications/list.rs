//! Verifications are looked through.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

on_both!(they_are_filtered_counted_and_paged);

fn ids(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
}

async fn they_are_filtered_counted_and_paged(app: &App) {
    let empty = app.get("/console/verifications").await.ok();
    assert_eq!(empty, json!({"data": [], "counts": {}}));
    let mut made = vec![];
    for steps in
        [&[][..], &[("face", "mismatch")], &[("document", "field_missing")], &[("document", "field_missing")]]
    {
        made.push(app.decided(steps).await.to_string());
        app.clock.advance(1000);
    }
    made.push(app.created().await.to_string());
    made.reverse();
    let all = app.get("/console/verifications").await.ok();
    assert_eq!(ids(&all), made, "newest first");
    assert_eq!(all["counts"], json!({"approved": 1, "declined": 1, "review_required": 2, "created": 1}));
    assert!(all["next"].is_null());
    let brief = &all["data"][3];
    assert_eq!(
        (&brief["status"], &brief["api"], &brief["user_id"]),
        (&json!("declined"), &json!("vult"), &json!("user-7"))
    );
    assert_eq!((&brief["verified"], &brief["reasons"][0]), (&json!(false), &json!("face_match_failed")));

    let find = async |query: &str| app.get(&format!("/console/verifications?{query}")).await.ok();
    let waiting = find("status=review_required").await;
    assert_eq!(ids(&waiting), made[1..3]);
    assert_eq!(waiting["counts"], all["counts"], "the others are counted too");
    assert_eq!(ids(&find("status=declined,approved").await), made[3..]);
    assert_eq!(ids(&find("reason=face_mismatch").await), made[3..4]);
    assert_eq!(ids(&find("reason=birth_date_missing").await), made[1..3]);
    assert!(ids(&find("reason=glare").await).is_empty() && ids(&find("user_id=nobody").await).is_empty());
    assert_eq!(ids(&find("user_id=user-7&kind=identity_verification").await), made);
    assert!(ids(&find("kind=face_authentication").await).is_empty());
    let identity = all["data"][4]["identity"].as_str().unwrap();
    assert_eq!(ids(&find(&format!("identity={identity}")).await), made[4..]);
    let from = all["data"][1]["created_at"].as_str().unwrap();
    assert_eq!(ids(&find(&format!("from={from}")).await), made[..2]);
    assert_eq!(ids(&find(&format!("until={from}")).await), made[2..]);

    // Pages, also while rows are added.
    let (mut seen, mut after) = (vec![], String::new());
    for _ in 0..10 {
        let page = find(&format!("limit=2{after}")).await;
        seen.extend(ids(&page));
        assert_eq!(page["counts"].is_null(), !after.is_empty(), "the first page alone counts");
        app.created().await;
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);

    let long = format!("user_id={}", "0".repeat(256));
    for (wrong, field) in [
        (long.as_str(), "user_id"),
        ("status=waiting", "status"),
        ("status=", "status"),
        ("status=approved,,declined", "status"),
        ("kind=dog", "kind"),
        ("api=console", "api"),
        ("reason=because", "reason"),
        ("identity=me", "identity"),
        ("from=yesterday", "from"),
        ("after=1", "after"),
        ("limit=many", "limit"),
        ("colour=red", "colour"),
    ] {
        let fields =
            app.get(&format!("/console/verifications?{wrong}")).await.refused(400, "invalid_request");
        assert_eq!(fields, [field], "{wrong}");
    }
    assert!(ids(&app.get_as(&app.stranger().await, "/console/verifications").await.ok()).is_empty());
}
