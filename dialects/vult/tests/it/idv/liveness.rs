//! Liveness captures with movements: asked for, answered once, never with what was submitted before.

use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, sample};

on_both!(requirement_22_movements_are_asked_for_and_a_capture_counts_once);

async fn requirement_22_movements_are_asked_for_and_a_capture_counts_once(app: &App) {
    let selfie = image::load_from_memory(&sample("selfie.jpg")).unwrap().to_rgb8();
    let frames: Vec<Vec<u8>> = (0..5)
        .map(|n| bonafide_specimen::to_jpeg(&bonafide_specimen::attack::retaken(&selfie, n), 90).unwrap())
        .collect();
    let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
    let place = |session: &str| json!({"session_id": session, "latitude": 45.5, "longitude": -73.6});
    let mut orders = vec![];
    for expected in ["still_picture", "replayed"] {
        app.clock.advance(60_000);
        let session = app.consented_in(json!({"liveness_mode": "passive_active"})).await;
        let kind = json!({"session_id": session, "document_type_e": "passport"});
        app.post("/idv/sdk/document/type/update", kind).await.ok();
        app.picture("front", &session, &sample("passport.jpg")).await.ok();
        let this = json!({"session_id": session});
        let read = app.post("/idv/sdk/session/read", this.clone()).await.ok();
        assert_eq!(read["liveness_steps"], json!(null), "no capture is open");
        app.post("/idv/sdk/liveness/session/generate", place(&session)).await.ok();
        let read = app.post("/idv/sdk/session/read", this.clone()).await.ok();
        assert_eq!(read["liveness_steps"].as_array().unwrap().len(), 4, "{read:#}");
        orders.push(read["liveness_steps"].clone());
        for few in [&frames[..1], &frames[..4]] {
            let refused = app.liveness(&session, few).await;
            assert!(refused.body.to_string().contains("5 or 9 or 13 in all"), "{}", refused.body);
            assert_eq!(refused.refused(400, "invalid_request"), ["images"]);
        }
        app.liveness(&session, &frames).await.ok();
        assert_eq!(app.finalize(&session).await.ok()["verified"], false);
        let device = app.post("/idv/sdk/session/read", this.clone()).await.ok();
        let read = app.post("/idv/session/read", this).await.ok();
        assert_eq!(
            (&device["liveness_detected"], &read["liveness_detected"]),
            (&json!(false), &json!(false))
        );
        assert_eq!(read["liveness_detected_at"], json!(null));
        let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
        assert!(reasons.contains("active_liveness_failed") && reasons.contains(expected), "{reasons}");
    }
    assert_ne!(orders[0], orders[1], "the order is drawn anew");
}
