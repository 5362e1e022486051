//! Documents: taken, read, judged, looked at.

use bonafide_testkit::{engine::Setup, on_both};
use serde_json::{Value, json};

use crate::support::{App, photo, sample};

on_both!(
    a_document_is_all_that_the_basic_tier_asks_for,
    a_newer_document_takes_the_place_of_an_earlier_one,
    what_is_no_picture_is_refused,
);

const PASSPORT: [(&str, &str); 3] =
    [("userId", "user_1"), ("documentType", "PASSPORT"), ("documentCountry", "US")];

/// Whoever dies while they decide leaves nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_decide_is_for_a_human() {
    let app = App::of("sqlite", Setup { dying: &["decide"], ..Setup::default() }, true).await;
    let id = app.steered("user_1", "BASIC", &[]).await;
    app.document("user_1").await;
    assert_eq!(app.read(&id).await["status"], "MANUAL_REVIEW");
    assert!(app.events(&id).await.contains(&"verification.review_required".to_owned()));
}

async fn a_document_is_all_that_the_basic_tier_asks_for(app: &App) {
    let id = app.steered("user_1", "BASIC", &[]).await;
    let taken = app.document("user_1").await;
    let names: Vec<&str> = taken.as_object().unwrap().keys().map(String::as_str).collect();
    let known = [
        "createdAt",
        "documentCountry",
        "documentType",
        "frontImageUrl",
        "id",
        "status",
        "updatedAt",
        "userId",
    ];
    assert_eq!(names, known);
    assert_eq!((&taken["status"], &taken["documentCountry"]), (&json!("PENDING"), &json!("US")));
    let read = app.read(&id).await;
    assert_eq!((&read["status"], &read["documentVerificationId"]), (&json!("VERIFIED"), &taken["id"]));
    assert_eq!(read["steps"], json!({"document": "VERIFIED", "liveness": "NOT_REQUIRED"}));
    let document =
        app.get(&format!("/v1/verifications/document/{}", taken["id"].as_str().unwrap())).await.ok();
    assert_eq!((&document["status"], &document["documentType"]), (&json!("VERIFIED"), &json!("PASSPORT")));
    assert!(document["verifiedAt"].is_string());
    assert!(app.events(&id).await.contains(&"document.accepted".to_owned()));
    // The picture is behind the key, like everything else.
    let picture = document["frontImageUrl"].as_str().unwrap();
    let shown = app.get(picture).await;
    assert!(shown.status == 200 && shown.bytes.starts_with(&[0xff, 0xd8]));
    app.ask("GET", "", picture, None).await.refused(401);
    app.ask("GET", &app.stranger().await, picture, None).await.refused(404);
    app.get(&picture.replace("/front", "/back")).await.refused(404);
    app.get("/verifications/document/doc_01kt1gw6g0fmj99z5sfwzpmy4a").await.refused(404);
    app.get(&format!("/verifications/document/{}", id.replace("ver_", "doc_"))).await.refused(404);
}

async fn a_newer_document_takes_the_place_of_an_earlier_one(app: &App) {
    let id = app.steered("user_1", "STANDARD", &[]).await;
    let files = [("frontImage", &*sample("card_front.jpg")), ("backImage", &*sample("card_back.jpg"))];
    let card = [("userId", "user_1"), ("documentType", "ID_CARD"), ("documentCountry", "US")];
    let first = app.form("/verifications/document", &card, &files).await.created();
    let back = first["backImageUrl"].as_str().unwrap();
    let shown = app.get(back).await;
    assert!(
        shown.status == 200 && shown.bytes != app.get(first["frontImageUrl"].as_str().unwrap()).await.bytes
    );
    app.clock.advance(1000);
    let second = app.document("user_1").await;
    let of = async |document: &Value| {
        app.get(&format!("/verifications/document/{}", document["id"].as_str().unwrap())).await.ok()
    };
    assert_eq!(of(&first).await["status"], "EXPIRED");
    let now = of(&second).await;
    assert_eq!((&now["status"], &now["documentType"]), (&json!("IN_PROGRESS"), &json!("PASSPORT")));
    assert!(now.get("backImageUrl").is_none());
    assert_eq!(app.read(&id).await["documentVerificationId"], second["id"]);
    assert_eq!(app.status(&id).await, "PENDING", "the face is still missing");
    // Nothing is taken where one of the two is refused.
    let files = [("frontImage", &*sample("card_front.jpg")), ("backImage", &b"no picture"[..])];
    assert_eq!(app.form("/verifications/document", &card, &files).await.invalid(), ["backImage"]);
    assert_eq!(app.read(&id).await["documentVerificationId"], second["id"]);
}

async fn what_is_no_picture_is_refused(app: &App) {
    let big = vec![0xff; (10 << 20) + 1];
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".repeat(4);
    for name in ["frontImage", "backImage"] {
        let both = |file: &'static [u8]| file;
        let good = sample("passport.jpg");
        let files = |bad: &[u8]| -> Vec<(&'static str, Vec<u8>)> {
            let other = if name == "frontImage" { "backImage" } else { "frontImage" };
            vec![(name, bad.to_vec()), (other, good.clone())]
        };
        let send = async |bad: &[u8]| {
            let files = files(bad);
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, f)| (*n, f.as_slice())).collect();
            app.form("/verifications/document", &PASSPORT, &files).await
        };
        assert!(send(&big).await.refused(413).contains(name));
        for bad in [both(b""), both(b"no picture"), both(b"%PDF-1.7 no picture")] {
            assert_eq!(send(bad).await.invalid(), [name]);
        }
        let refused = send(&heic).await;
        assert!(
            refused.body["message"][0].as_str().unwrap().contains("JPEG, PNG or WebP"),
            "{}",
            refused.body
        );
        assert_eq!(refused.invalid(), [name]);
    }
    // Pictures are taken by what they hold.
    let png = {
        let picture = image::load_from_memory(&sample("passport.jpg")).unwrap();
        let mut bytes = std::io::Cursor::new(vec![]);
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    };
    app.form("/verifications/document", &PASSPORT, &[("frontImage", &*png)]).await.created();
    // While it is checked nothing else is taken; what is over makes room for a new one.
    app.run_jobs().await;
    let list = app.get("/verifications/identity/user/user_1").await.ok();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["tier"]), (1, &json!("BASIC")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passport_is_really_read() {
    let app = App::looking().await;
    let taken = app.document("user_1").await;
    let document = app.get(&format!("/verifications/document/{}", taken["id"].as_str().unwrap())).await.ok();
    assert_eq!(document["status"], "VERIFIED", "{document:#}");
    let data = &document["extractedData"];
    for name in ["fullName", "dateOfBirth", "documentNumber", "expiryDate", "nationality"] {
        assert!(data[name].as_str().is_some_and(|value| !value.is_empty()), "{name}: {data}");
    }
    assert!(document["confidence"].as_f64().is_some_and(|sure| (0.0..=1.0).contains(&sure)));
    let list = app.get("/verifications/identity/user/user_1").await.ok();
    assert_eq!((&list[0]["tier"], &list[0]["status"]), (&json!("BASIC"), &json!("VERIFIED")));
    assert!(list[0]["overallScore"].as_f64().is_some());
    // A photograph of a person is no document.
    let texts = [("userId", "user_2"), ("documentType", "PASSPORT"), ("documentCountry", "US")];
    let selfie = photo(1);
    let other = app.form("/verifications/document", &texts, &[("frontImage", &*selfie)]).await.created();
    app.run_jobs().await;
    let other = app.get(&format!("/verifications/document/{}", other["id"].as_str().unwrap())).await.ok();
    assert_ne!(other["status"], "VERIFIED");
}
