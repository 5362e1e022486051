//! What is misspelt is refused with what was meant; what a client sends beyond the vendor's document is ignored and told.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample};

on_both!(
    a_misspelt_member_is_refused_with_the_one_that_was_meant,
    settings_hold_nothing_unknown,
    what_is_beyond_the_document_is_ignored_and_told,
    forms_and_query_strings_too,
);

async fn a_misspelt_member_is_refused_with_the_one_that_was_meant(app: &App) {
    let session = app.created().await;
    for (path, body, field, meant) in [
        ("/idv/session/create", json!({"livenes_mode": "passive_active"}), "livenes_mode", "liveness_mode"),
        ("/idv/session/create", json!({"livenessMode": "passive_active"}), "livenessMode", "liveness_mode"),
        ("/idv/session/create", json!({"metdata": {}}), "metdata", "metadata"),
        ("/idv/session/list", json!({"tkae": 5}), "tkae", "take"),
        ("/idv/session/list", json!({"statsu": "complete"}), "statsu", "status"),
        (
            "/idv/sdk/consent/add",
            json!({"session_id": session, "consented": true, "consent": true}),
            "consent",
            "consented",
        ),
    ] {
        let refused = app.post(path, body).await;
        let message = refused.body["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(refused.refused(400, "invalid_request"), [field], "{path}");
        assert!(
            message.contains(field) && message.contains(&format!("did you mean `{meant}`?")),
            "{message}"
        );
    }
    // The session is as it was.
    let read = app.post("/idv/sdk/session/read", json!({"session_id": session})).await.ok();
    assert_eq!(read["consented"], false);
}

async fn settings_hold_nothing_unknown(app: &App) {
    let create = async |settings: Value| app.post("/idv/session/create", json!({"settings": settings})).await;
    for (settings, field) in [
        (json!({"livenes_movements": "without_head"}), "settings.livenes_movements"),
        (json!({"user_id": "u-1", "theme": "dark"}), "settings.theme"),
        (json!({"liveness_movements": "with_head"}), "settings.liveness_movements"),
        (json!({"user_id": 1}), "settings.user_id"),
        (json!({"user_id": "marta@example.com"}), "settings.user_id"),
    ] {
        assert_eq!(create(settings.clone()).await.refused(400, "invalid_request"), [field], "{settings}");
    }
    let refused = create(json!({"user-id": "u-1"})).await;
    assert!(refused.body.to_string().contains("did you mean `user_id`?"), "{}", refused.body);
    for good in
        [json!({}), json!({"user_id": "u-1", "liveness_movements": "without_head"}), json!({"user_id": null})]
    {
        create(good).await.ok();
    }
    let session = app.consented().await;
    let late = json!({"session_id": session, "settings": {"livness_movements": "all"}});
    let fields = app.post("/idv/sdk/finalize", late).await.refused(400, "invalid_request");
    assert_eq!(fields, ["settings.livness_movements"]);
}

async fn what_is_beyond_the_document_is_ignored_and_told(app: &App) {
    let sent = json!({
        "customer_reference": "c-1", "metadata": {"liveness_mod": 1, "anything": {"at": "all"}},
        "Marta Rossi": true, "$schema": "x",
    });
    let answer = app.post("/idv/session/create", sent).await;
    let told = answer.headers["bonafide-ignored-members"].to_str().unwrap().to_owned();
    assert_eq!(told, "*, customer_reference");
    let session = answer.ok()["session_id"].clone();
    let read = app.post("/idv/session/read", json!({"session_id": session, "expand": ["x"]})).await;
    assert_eq!(read.headers["bonafide-ignored-members"], "expand");
    assert_eq!(read.ok()["metadata"], json!({"liveness_mod": 1, "anything": {"at": "all"}}));
}

async fn forms_and_query_strings_too(app: &App) {
    let session = app.consented().await;
    let place = [("session_id", session.as_str()), ("latitude", "45.5"), ("longitude", "-73.6")];
    let with = |more: (&'static str, &'static str)| [place.as_slice(), &[more]].concat();
    let picture = sample("passport.jpg");
    let refused = app.parts("front", &with(("longitud", "1")), Some(&picture)).await;
    assert_eq!(refused.refused(400, "invalid_request"), ["longitud"]);
    let twice = app.parts("front", &with(("longitude", "1")), Some(&picture)).await;
    assert_eq!(twice.refused(400, "invalid_request"), ["longitude"]);
    let told = app.parts("front", &with(("device_model", "x")), Some(&picture)).await;
    assert_eq!(told.headers["bonafide-ignored-members"], "device_model");
    told.ok();
    assert_eq!(app.ask("/idv/weights?clientid=x").await.refused(400, "invalid_request"), ["clientid"]);
    let told = app.ask("/idv/weights?cache=no").await;
    assert_eq!(told.headers["bonafide-ignored-members"], "cache");
    told.ok();
}
