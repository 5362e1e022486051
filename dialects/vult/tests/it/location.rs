//! Where pictures were captured, as it is read back and as it is judged.

use bonafide_core::finding::{Check, Code, Outcome};
use bonafide_engine::verifications;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample};

on_both!(
    a_capture_has_the_places_of_its_address_and_its_position,
    an_address_abroad_is_told_and_decides_nothing
);

/// The file of the tests has it in London.
const IN_LONDON: &str = "81.2.69.142:50000";

async fn read(app: &App, session: &str, capture: &str) -> crate::support::Answer {
    let asked = json!({"session_id": session, "location_capture_type_e": capture});
    app.post("/idv/session/location/read", asked).await
}

async fn a_capture_has_the_places_of_its_address_and_its_position(app: &App) {
    app.peer.set(IN_LONDON.parse().unwrap()).unwrap();
    let session = app.consented().await;
    read(app, &session, "front_doc_image_capture").await.refused(400, "not_captured");
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    let place = read(app, &session, "front_doc_image_capture").await.ok();
    let expected = json!({
        "ip_address": "81.2.69.142", "ip_latitude": 51.5142, "ip_longitude": -0.0931, "ip_country": "GB",
        "ip_region": "England", "ip_city": "London",
        "device_location": "45.5,-73.6", "device_latitude": 45.5, "device_longitude": -73.6,
        "device_country_name": "Canada", "device_country_code": "CA", "device_admin_area": "Quebec",
        "device_sub_admin_area": "Montréal", "device_locality": "Montréal",
    });
    assert_eq!(place, expected, "{place:#}");

    read(app, &session, "unknown").await.refused(400, "not_captured");
    assert_eq!(
        read(app, &session, "moon").await.refused(400, "invalid_request"),
        ["location_capture_type_e"]
    );
    read(app, &session, "selfie_image_capture").await.refused(400, "not_captured");
    let (client, token) = app.new_tenant("second").await;
    let asked = json!({"session_id": session, "location_capture_type_e": "front_doc_image_capture"});
    app.post_as(&client, &token, "/idv/session/location/read", asked).await.refused(404, "not_found");
}

async fn an_address_abroad_is_told_and_decides_nothing(app: &App) {
    app.peer.set(IN_LONDON.parse().unwrap()).unwrap();
    let session = app.consented().await;
    let kind = json!({"session_id": session, "document_type_e": "passport"});
    app.post("/idv/sdk/document/type/update", kind).await.ok();
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let result: Value = app.finalize(&session).await.ok();
    assert_eq!(result["verified"], true);
    let findings = verifications::findings(&app.engine, &app.caller().await, session.parse().unwrap()).await;
    let finding = findings.unwrap().into_iter().find(|f| f.check == Check::Location).unwrap();
    assert_eq!(
        (finding.outcome, finding.reasons[0].code.clone()),
        (Outcome::Consider, Code::IpCountryDiffers)
    );
    let selfie = read(app, &session, "selfie_image_capture").await.ok();
    assert_eq!(
        (&selfie["ip_address"], &selfie["device_country_code"]),
        (&json!("81.2.69.142"), &json!("CA"))
    );
}
