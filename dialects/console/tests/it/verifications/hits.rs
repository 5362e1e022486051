//! Hits of lists are looked at.

use bonafide_core::verification::Status;
use bonafide_engine::jobs;
use serde_json::{Value, json};

use crate::support::App;

fn list(app: &App, rows: &str) {
    let files = [("house.csv".to_owned(), format!("id,type,name,birth_date\n{rows}\n").into_bytes())].into();
    let store = bonafide_screening::snapshot::Store::new(app.folder.path().join("lists"));
    store.import("house", None, &files, 1, true).unwrap();
    // A change is seen within ten seconds.
    app.clock.advance(20_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_is_dismissed_before_anybody_is_approved() {
    let app = &App::looking().await;
    list(app, "1,person,Somebody Else,1950");
    let first = app.decided(&[]).await;
    let fields = app.whole(first).await["document"]["fields"].clone();
    let field = |name: &str| {
        let all = fields.as_array().unwrap();
        all.iter().find(|f| f["name"] == name).unwrap()["value"].as_str().unwrap().to_owned()
    };
    let name = format!("{} {}", field("first_name"), field("last_name"));
    list(app, &format!("2,person,{name},{}", field("birth_date")));
    let id = app.decided(&[]).await;
    assert_eq!(app.status(id).await, Status::ReviewRequired);
    let screening = app.whole(id).await["screening"].clone();
    assert_eq!((&screening["counting"], &screening["hits"][0]["id"]), (&json!(1), &json!("house:2")));
    let hit = &screening["hits"][0];
    assert!(!hit["pairs"].as_array().unwrap().is_empty(), "word by word: {hit}");
    let agrees =
        hit["facts"].as_array().unwrap().iter().any(|f| f["what"] == "birth_date" && f["agrees"] == true);
    assert!(agrees, "{hit}");

    let approve = json!({"verdict": "approve", "reason": "evidence_in_order"});
    app.review(&app.key, id, approve).await.refused(409, "hits_open");
    let path = |hit: &str, what: &str| format!("/console/verifications/{id}/hits/{hit}/{what}");
    let until = "2026-07-01T00:00:00Z";
    let said = json!({"reason": "born in Lilliput", "until": until});
    for (wrong, field) in [
        (json!({"reason": "", "until": until}), "reason"),
        (json!({"reason": "x", "until": "2020-01-01T00:00:00Z"}), "until"),
        (json!({"reason": "x", "until": "soon"}), "until"),
        (json!({"reason": "x"}), "until"),
    ] {
        assert_eq!(
            app.post(&path("house:2", "dismiss"), wrong).await.refused(400, "invalid_request"),
            [field]
        );
    }
    app.post(&path("house:3", "dismiss"), said.clone()).await.refused(404, "not_found");
    app.post(&path("house", "dismiss"), said.clone()).await.refused(404, "not_found");
    app.post(&path("house:2", "restore"), json!({})).await.refused(404, "not_found");
    let reader = app.new_key("verifications").await;
    app.post_as(&reader, &path("house:2", "dismiss"), said.clone()).await.refused(403, "insufficient_scope");
    assert_eq!(app.post(&path("house:2", "dismiss"), said.clone()).await.ok(), json!({"hits": 0}));
    let hit = app.whole(id).await["screening"]["hits"][0].clone();
    assert_eq!((&hit["dismissed"], &hit["dismissal"]["reason"]), (&json!(true), &json!("born in Lilliput")));
    // Taken back, it counts again.
    assert_eq!(app.post(&path("house%3A2", "restore"), json!({})).await.ok(), json!({"hits": 1}));
    let whole: Value = app.whole(id).await;
    assert_eq!(
        (&whole["screening"]["counting"], &whole["screening"]["hits"][0]["dismissed"]),
        (&json!(1), &json!(false))
    );
    assert!(app.history(id).await.contains(&"screening_restored".to_owned()));
    assert_eq!(app.post(&path("house:2", "dismiss"), said).await.ok(), json!({"hits": 0}));
    jobs::run_pending(&app.engine).await.unwrap();
    // Who waits for nothing else is approved: by the machine, which looks again, or else by a human.
    if app.status(id).await == Status::ReviewRequired {
        app.review(&app.key, id, json!({"verdict": "approve", "reason": "somebody_else"})).await.ok();
    }
    assert_eq!(app.status(id).await, Status::Approved);
}
