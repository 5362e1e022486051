//! What comes of real pictures.

use axum::http::StatusCode;
use bonafide_engine::jobs;
use serde_json::{Value, json};

use super::{base64, new, words};
use crate::{
    pdf::pdf,
    support::{App, URL, id, sample},
    walk::{BUILT_IN, FAV, IDDV, IDV, at, attempts, blurred, codes, declared},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_is_approved() {
    let app = App::looking().await;
    let applicant = app.applicant(json!({"external_applicant_id": "customer-7"})).await;
    let mut body = new(&applicant);
    body["declared_data"] = declared();
    let made = app.post(IDDV, body).await.created();
    let name = id(&made);
    assert!(name.starts_with("iddv_") && name.len() == 31, "{name}");
    let links = json!({
        "self": {"href": format!("{URL}{IDDV}/{name}")},
        "applicant": {"href": format!("{URL}/applicants/{}", id(&applicant))},
    });
    assert_eq!(
        made,
        json!({
            "id": name,
            "created_on": "2026-06-01T12:00:00.000000Z",
            "modified_on": "2026-06-01T12:00:00.000000Z",
            "applicant_id": id(&applicant),
            "user_journey_id": BUILT_IN,
            "status": "created",
            "response_codes": [],
            "declared_data": declared(),
            "_links": links,
        })
    );
    assert_eq!(app.again(&made).await, made);
    let report = format!("{}/pdf-report", at(&made));
    assert_eq!(app.get(&report).await.refused(404, "resource_not_found"), ["report__not_available"]);

    let picture = sample("passport.jpg");
    app.clock.advance(60_000);
    let attempt = app.post(&attempts(&made), json!({"document_front": base64(&picture)})).await.created();
    let tried = id(&attempt);
    assert!(tried.starts_with("datp_") && tried.len() == 31, "{tried}");
    assert_eq!(
        attempt,
        json!({
            "id": tried,
            "created_on": "2026-06-01T12:01:00.000000Z",
            "modified_on": "2026-06-01T12:01:00.000000Z",
            "status": "quality_checks_in_progress",
            "response_codes": [],
            "_links": {"self": {"href": format!("{URL}{}/{tried}", attempts(&made))}},
        })
    );
    let one = format!("{}/{tried}", attempts(&made));
    assert_eq!(app.get(&one).await.ok(), attempt);
    assert_eq!(app.again(&made).await["status"], "quality_checks_in_progress");
    let refused = app.post(&attempts(&made), json!({"document_front": base64(&picture)})).await;
    assert_eq!(refused.refused(409, "conflict"), ["wrong_state"]);
    jobs::run_pending(&app.engine).await.unwrap();

    let done = app.again(&made).await;
    assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{done:#}");
    let document = &done["document"];
    for (field, value) in [
        ("document_type", "Passport"),
        ("document_issuing_country", "UTO"),
        ("full_name", "RAPHAEL JOHN HYTHLODAY"),
        ("birth_date", "1978-02-07"),
        ("document_number", "U4178035K"),
        ("document_expiry_date", "2034-11-03"),
        ("gender", "M"),
    ] {
        assert_eq!(document[field], value, "{document:#}");
    }
    assert!(document["back_image_signed_url"].is_null() && done["risk_labels"].is_null(), "{done:#}");
    let front = app.picture(document["front_image_signed_url"].as_str().unwrap()).await;
    assert_eq!(front.status, StatusCode::OK);
    let read = app.get(&one).await.ok();
    assert_eq!((&read["status"], &read["response_codes"]), (&json!("completed"), &json!([])));
    assert_eq!(
        app.get(&attempts(&made)).await.ok(),
        json!({
            "total_count": 1, "skip": 0, "limit": 10, "data": [read],
            "_links": {"self": {"href": format!("{URL}{}?skip=0&limit=10", attempts(&made))}},
        })
    );
    let assets = app.get(&format!("{one}/assets")).await.ok();
    assert_eq!(
        (&assets["total_count"], &assets["data"][0]["type"]),
        (&json!(1), &json!("document_front_image"))
    );
    let link = assets["data"][0]["_links"]["asset_url"]["href"].as_str().unwrap();
    assert_eq!(app.picture(link).await.bytes, front.bytes);
    let refused = app.post(&attempts(&made), json!({"document_front": base64(&picture)})).await;
    assert_eq!(refused.refused(409, "conflict"), ["wrong_state"]);

    let report = app.get(&report).await.ok();
    assert_eq!(report["pdf_report"], report["signed_url"]);
    let file = app.picture(report["signed_url"].as_str().unwrap()).await;
    assert_eq!((file.status, file.bytes.starts_with(b"%PDF-1.7")), (StatusCode::OK, true));

    let events = app.events(&name).await;
    let told: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let order = ["created", "started", "checks_in_progress", "checks_completed", "report_created"];
    assert_eq!(told, words(&order));
    let data = |event: &Value, status: &str, codes: Value| {
        json!({
            "id_document_verification_id": name,
            "applicant_id": id(&applicant),
            "external_applicant_id": "customer-7",
            "user_journey_id": BUILT_IN,
            "status": status,
            "response_codes": codes,
            "sequence": event["data"]["sequence"],
            "environment": "live",
        })
    };
    let approved = json!([{"code": 10000, "summary": "approved"}]);
    for (event, status, codes) in [
        (&events[0], "created", json!([])),
        (&events[1], "quality_checks_in_progress", json!([])),
        (&events[2], "checks_in_progress", json!([])),
        (&events[3], "approved", approved.clone()),
        (&events[4], "approved", approved),
    ] {
        assert_eq!(event["data"], data(event, status, codes), "{}", event["type"]);
    }

    // The same under the name that the product had before.
    assert_eq!(app.get(&format!("/v2{}", at(&made))).await.ok()["status"], "approved");
    assert_eq!(app.get(&format!("/v2{one}")).await.ok()["id"], json!(tried));
    // It is no other kind of verification, and no attempt of another.
    for kind in [(IDV, "idv_"), (FAV, "fav_")] {
        let other = at(&made).replace(IDDV, kind.0).replace("iddv_", kind.1);
        app.get(&other).await.refused(404, "resource_not_found");
        app.get(&format!("{other}/attempts")).await.refused(404, "resource_not_found");
    }

    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("approved"), vec![10000]));
    assert!(forgotten["document"].is_null() && forgotten["declared_data"].is_null(), "{forgotten:#}");
    assert!(!forgotten.to_string().to_lowercase().contains("hythloday"));
    assert_eq!(app.post(&format!("{}/anonymize", at(&made)), json!({})).await.ok(), forgotten);
    assert_eq!(app.picture(link).await.status, StatusCode::GONE);
    assert_eq!(app.get(&format!("{one}/assets")).await.ok()["data"], json!([]));
    let report = format!("{}/pdf-report", at(&made));
    assert_eq!(app.get(&report).await.refused(404, "resource_not_found"), ["report__not_available"]);
    assert_eq!(app.told(&name).await.last().unwrap(), "id_document_verification_anonymized");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_come_however_they_are_sent() {
    let app = App::looking().await;
    let (front, back) = (sample("card_front.jpg"), sample("card_back.jpg"));
    let uri = |file: &[u8], kind: &str| format!("data:{kind};base64,{}", base64(file));
    let (upper, lower) = ([120.0, 500.0, 350.0, 260.0], [120.0, 120.0, 350.0, 260.0]);
    let (alone, one_each) = ([100.0, 400.0, 400.0, 300.0], [&front, &back]);
    let on_one_page = pdf(&[&[(&front, upper), (&back, lower)]]);
    let on_two_pages =
        pdf(&one_each.map(|side| vec![(side.as_slice(), alone)]).each_ref().map(Vec::as_slice));
    let only_front = pdf(&[&[(&front, alone)]]);
    let images = json!({
        "document_front": uri(&front, "image/jpeg"), "document_back": uri(&back, "image/jpeg"),
        "document_type": "ID", "document_issuing_country": "FR", "document_issuing_country_subdivision": "FR-75",
    });
    for (what, body) in [
        ("data URIs", images),
        ("a page", json!({"document_front": uri(&on_one_page, "application/pdf")})),
        ("two pages", json!({"document_front": base64(&on_two_pages)})),
        (
            "a PDF and a picture",
            json!({"document_front": base64(&only_front), "document_back": base64(&back)}),
        ),
    ] {
        let made = app.of_document(json!({"declared_data": declared()})).await;
        app.brings(&made, body).await;
        let done = app.again(&made).await;
        assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{what}: {done:#}");
        let document = &done["document"];
        assert_eq!(
            (&document["document_type"], &document["birth_date"]),
            (&json!("ID"), &json!("1978-02-07")),
            "{what}"
        );
        assert!(document["back_image_signed_url"].is_string(), "{what}: {document}");
        assert_eq!(app.asset_types(&made).await, ["document_front_image", "document_back_image"], "{what}");
    }

    let made = app.of_document(json!({})).await;
    let attempt = app
        .brings_form(
            &made,
            &[
                ("document_front", Some(("front.jpg", "image/jpeg")), &front),
                ("document_back", Some(("back.jpg", "image/jpeg")), &back),
                ("document_type", None, b"ID"),
                ("document_issuing_country", None, b"FR"),
            ],
        )
        .await
        .created();
    assert_eq!(attempt["status"], "quality_checks_in_progress");
    let done = app.again(&made).await;
    assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{done:#}");
    assert!(done["declared_data"].is_null());
    assert_eq!(app.asset_types(&made).await, ["document_front_image", "document_back_image"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn poor_pictures_are_asked_for_again() {
    let app = App::looking().await;
    let made = app.of_document(json!({"declared_data": declared()})).await;
    let picture = sample("passport.jpg");
    app.brings(&made, json!({"document_front": base64(&blurred(&picture))})).await;
    let read = app.again(&made).await;
    // Of such a picture it cannot be told either which document it is, and whether that has a back.
    let why = codes(&read);
    assert!(why.contains(&61301) && why.iter().all(|code| (61300..61400).contains(code)), "{read:#}");
    assert_eq!(read["status"], "retry_required");
    let last = app.last(&made).await;
    assert_eq!((&last["status"], codes(&last)), (&json!("quality_checks_aborted"), why));
    app.get(&format!("{}/pdf-report", at(&made))).await.refused(404, "resource_not_found");

    app.brings(&made, json!({"document_front": base64(&picture)})).await;
    let read = app.again(&made).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("approved"), vec![10000]), "{read:#}");
    let list = app.get(&attempts(&made)).await.ok();
    let statuses: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["completed", "quality_checks_aborted"]);
    let order = [
        "created",
        "started",
        "quality_checks_aborted",
        "retry_requested",
        "checks_in_progress",
        "checks_completed",
        "report_created",
    ];
    assert_eq!(app.told(&id(&made)).await, words(&order));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_document_has_its_code() {
    let app = App::looking().await;
    let passport = json!({"document_front": base64(&sample("passport.jpg"))});
    for (declared, expected) in [
        (json!({"name": "Jane Smith"}), 62401),
        (json!({"name": "Raphael John Hythloday", "birth_date": "1979-02-07"}), 62401),
    ] {
        let made = app.of_document(json!({"declared_data": declared})).await;
        app.brings(&made, passport.clone()).await;
        let read = app.again(&made).await;
        assert_eq!((&read["status"], codes(&read)), (&json!("declined"), vec![expected]), "{read:#}");
        let last = app.last(&made).await;
        assert_eq!((&last["status"], codes(&last)), (&json!("completed"), vec![]));
        assert_eq!(app.told(&id(&made)).await.last().unwrap(), "id_document_verification_report_created");
    }
    // Neither a face nor a wall is a document.
    let made = app.of_document(json!({})).await;
    app.brings(&made, json!({"document_front": base64(&sample("selfie.jpg"))})).await;
    let read = app.again(&made).await;
    assert_ne!(read["status"], "approved", "{read:#}");
    assert!(codes(&read).iter().all(|code| (61300..61400).contains(code)), "{read:#}");

    // Eight and a half years on.
    app.clock.advance(3_100 * 24 * 3_600_000);
    let made = app.of_document(json!({})).await;
    app.brings(&made, passport).await;
    let read = app.again(&made).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("declined"), vec![62101]), "{read:#}");
}
