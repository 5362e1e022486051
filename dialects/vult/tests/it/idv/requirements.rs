//! Requirements: whom they are for and from when they apply.

use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, sample};

on_both!(requirements_apply_from_the_next_session);

async fn requirements_apply_from_the_next_session(app: &App) {
    let all = app.ask("/idv/requirements").await.ok();
    assert!(all["requirements"].as_array().unwrap().len() >= 4, "{all:#}");
    let passport = app.ask("/idv/requirements?type_e=passport&data_source_e=mrz").await.ok();
    let mut passport = passport["requirements"][0].clone();
    assert_eq!(
        (&passport["birth_date_required"], &passport["middle_name_required"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(passport.as_object().unwrap().len(), 27, "type, source and 25 switches: {passport:#}");

    let verify = async || {
        let session = app.consented().await;
        app.picture("front", &session, &sample("passport.jpg")).await.ok();
        app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
        app.finalize(&session).await.ok();
        app.post("/idv/session/read", json!({"session_id": session})).await.ok()
    };
    passport["street_required"] = json!(true);
    assert_eq!(app.post("/idv/requirements", passport.clone()).await.ok(), json!({}));
    let changed = app.ask("/idv/requirements?type_e=passport&data_source_e=mrz").await.ok();
    assert_eq!(changed["requirements"], json!([passport]));
    let read = verify().await;
    assert_eq!(read["status_e"], "temporarily_complete", "no machine readable zone holds a street");
    let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    assert!(reasons.contains("street_missing"), "{reasons}");
    // Another type's requirements do not touch a passport, and an absent source may be added.
    passport["street_required"] = json!(false);
    app.post("/idv/requirements", passport.clone()).await.ok();
    let mut licence = passport.clone();
    (licence["type_e"], licence["data_source_e"]) = (json!("driver_license"), json!("barcode"));
    licence["raw_barcode_required"] = json!(true);
    app.post("/idv/requirements", licence).await.ok();
    let listed = app.ask("/idv/requirements?data_source_e=barcode").await.ok();
    assert_eq!(listed["requirements"].as_array().unwrap().len(), 1);
    assert_eq!(verify().await["verified"], true);

    for (name, bad) in [
        ("type_e", json!("boat")),
        ("data_source_e", json!("rumour")),
        ("city_required", json!("yes")),
        ("x", json!(1)),
    ] {
        let mut wrong = passport.clone();
        wrong[name] = bad;
        assert_eq!(app.post("/idv/requirements", wrong).await.refused(400, "invalid_request"), [name]);
    }
    let fields = app.ask("/idv/requirements?type_e=boat").await.refused(400, "invalid_request");
    assert_eq!(fields, ["type_e"]);
    // Nobody requires less than the product does without the scope for it.
    let mut less = passport.clone();
    less["birth_date_required"] = json!(false);
    app.post("/idv/requirements", less.clone()).await.refused(403, "insufficient_scope");
    app.as_officer().await.post("/idv/requirements", less).await.ok();
    let read = app.ask("/idv/requirements?type_e=passport&data_source_e=mrz").await.ok();
    assert_eq!(read["requirements"][0]["birth_date_required"], false);
}
