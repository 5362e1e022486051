//! Face authentications: of who was approved before, and of nobody else.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    support::{App, URL, id, sample},
    walk::{BACK, BUILT_IN, FAV, at, attempts, codes, link},
};

fn new(applicant: &Value) -> Value {
    json!({"applicant_id": applicant, "user_journey_id": BUILT_IN})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_face_is_approved_and_another_is_not() {
    let app = App::looking().await;
    let approved = app.approved().await;
    let applicant = &approved["applicant_id"];
    let made = app.post(FAV, new(applicant)).await.created();
    let name = id(&made);
    assert!(name.starts_with("fav_") && name.len() == 30, "{name}");
    assert_eq!(
        made,
        json!({
            "id": name,
            "created_on": made["created_on"],
            "modified_on": made["modified_on"],
            "applicant_id": applicant,
            "user_journey_id": BUILT_IN,
            "status": "created",
            "response_codes": [],
            "risk_labels": [],
            "_links": {
                "self": {"href": format!("{URL}{FAV}/{name}")},
                "applicant": {"href": format!("{URL}/applicants/{}", applicant.as_str().unwrap())},
            },
        })
    );
    assert_eq!(app.again(&made).await, made);
    assert_eq!(app.told(&name).await[0], "face_authentication_created");

    let attempt = app.attempt(&made).await;
    assert!(id(&attempt).starts_with("fatp_"), "{attempt}");
    assert_eq!((&attempt["status"], &attempt["redirect_url"]), (&json!("pending_redirection"), &json!(BACK)));
    assert_eq!(app.again(&made).await["status"], "pending");
    let device = app.device(link(&attempt)).await;
    assert_eq!(app.again(&made).await["status"], "capture_in_progress");
    app.shows_face(&device, &sample("selfie.jpg")).await;
    assert!(app.hands_in(&device).await.status.is_success());
    let done = app.again(&made).await;
    assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{done:#}");
    let face = done["face"]["image_signed_url"].as_str().unwrap();
    assert_eq!(app.picture(face).await.status, StatusCode::OK);
    let one = format!("{}/{}", attempts(&made), id(&attempt));
    let read = app.get(&one).await.ok();
    assert_eq!((&read["status"], &read["response_codes"]), (&json!("completed"), &json!([])));
    assert_eq!(read["applicant_session_information"]["number_of_sessions"], 1);
    let assets = app.get(&format!("{one}/assets")).await.ok();
    assert_eq!((&assets["total_count"], &assets["data"][0]["type"]), (&json!(1), &json!("face_image")));
    assert_eq!(app.get(&attempts(&made)).await.ok()["data"], json!([read]));
    app.post(&attempts(&made), json!({})).await.refused(409, "conflict");

    // Somebody else.
    let second = app.post(FAV, new(applicant)).await.created();
    let attempt = app.attempt(&second).await;
    let device = app.device(link(&attempt)).await;
    app.shows_face(&device, &sample("other.jpg")).await;
    assert!(app.hands_in(&device).await.status.is_success());
    let declined = app.again(&second).await;
    assert_eq!((&declined["status"], codes(&declined)), (&json!("declined"), vec![62321]), "{declined:#}");
    let forgotten = app.post(&format!("{}/anonymize", at(&second)), json!({})).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("declined"), vec![62321]));
    assert!(forgotten["face"].is_null());
    assert_eq!(app.post_nothing(&format!("{}/anonymize", at(&second))).await.ok(), forgotten);

    // An identity verification is none, and who was forgotten is known no more.
    app.get(&at(&made).replace(FAV, "/identity-verifications").replace("fav_", "idv_"))
        .await
        .refused(404, "resource_not_found");
    app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    app.post(FAV, new(applicant)).await.created();
    app.post_nothing(&format!("{}/anonymize", at(&approved))).await.ok();
    assert_eq!(app.post(FAV, new(applicant)).await.invalid(), ["applicant_id__invalid"]);
}

#[tokio::test]
async fn nobody_is_authenticated_who_was_not_approved() {
    let app = App::start("sqlite").await;
    let applicant = app.applicant(json!({})).await;
    assert_eq!(app.post(FAV, new(&applicant["id"])).await.invalid(), ["applicant_id__invalid"]);
    for unknown in ["aplt_not_found", "aplt_01kt1gw6g0fmj99z5sfwzpmy4a"] {
        let refused = app.post(FAV, new(&json!(unknown))).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"]);
    }
    let mut journey = new(&applicant["id"]);
    journey["user_journey_id"] = json!("usj_01kt1gw6g0fmj99z5sfwzpmy4a");
    assert_eq!(app.post(FAV, journey).await.invalid(), ["user_journey_id__invalid"]);
    let mut told = app.post(FAV, json!({})).await.invalid();
    told.sort();
    assert_eq!(told, ["applicant_id__required", "user_journey_id__required"]);
    for method in ["GET", "POST"] {
        let path = format!("{FAV}/fav_01kt1gw6g0fmj99z5sfwzpmy4a/attempts");
        app.ask(method, &app.key, &path, None).await.refused(404, "resource_not_found");
    }
}
