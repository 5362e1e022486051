//! Pictures and parts of them are looked at, and each look is on record.

use bonafide_store::audit;
use serde_json::Value;

use crate::support::App;

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_is_shown_where_it_was_read() {
    let app = &App::looking().await;
    let id = app.decided(&[]).await;
    let whole = app.whole(id).await;
    let pictures = whole["pictures"].as_array().unwrap();
    let front = pictures.iter().find(|p| p["kind"] == "document_front").unwrap();
    let href = front["href"].as_str().unwrap();
    let answer = app.get(href).await;
    assert_eq!(answer.headers["content-type"], "image/jpeg");
    let full = size(&answer.bytes);
    assert_eq!(
        (u64::from(full.0), u64::from(full.1)),
        (front["width"].as_u64().unwrap(), front["height"].as_u64().unwrap())
    );

    let fields = whole["document"]["fields"].as_array().unwrap();
    let cropped: Vec<&Value> = fields.iter().filter(|f| f["crop"].is_string()).collect();
    assert!(cropped.len() > 3, "{fields:#?}");
    for field in cropped.iter().take(4) {
        let answer = app.get(field["crop"].as_str().unwrap()).await;
        assert_eq!(answer.status.as_u16(), 200, "{field}");
        let (width, height) = size(&answer.bytes);
        let region: Vec<Vec<f64>> = serde_json::from_value(field["region"].clone()).unwrap();
        let xs = || region.iter().map(|p| p[0]);
        let across = xs().fold(f64::MIN, f64::max) - xs().fold(f64::MAX, f64::min);
        assert!(
            f64::from(width) >= across.floor() && width <= full.0 && height < full.1,
            "{field}: {width} × {height}"
        );
    }
    let portrait = app.get(whole["document"]["portrait"].as_str().unwrap()).await;
    assert!(size(&portrait.bytes).1 < full.1);
    assert_eq!(size(&app.get(&format!("{href}/crop?region=10,20,30,40")).await.bytes), (30, 40));

    for (query, code, status) in [
        ("", "no_part", 409),
        ("?field=shoe_size", "invalid_request", 400),
        ("?field=last_name&source=hearsay", "invalid_request", 400),
        ("?field=last_name&region=1,1,5,5", "two_parts", 409),
        ("?region=1,1,5", "invalid_request", 400),
        ("?region=0,0,99999,5", "invalid_request", 400),
        ("?region=0,0,0,5", "invalid_request", 400),
        ("?field=eye_color", "not_found", 404),
    ] {
        app.get(&format!("{href}/crop{query}")).await.refused(status, code);
    }
    // A selfie has no fields, and another verification not this picture.
    let selfie = pictures.iter().find(|p| p["kind"] == "selfie").unwrap()["href"].as_str().unwrap();
    app.get(&format!("{selfie}/crop?field=last_name")).await.refused(404, "not_found");
    let other = app.created().await;
    let picture = front["id"].as_str().unwrap();
    app.get(&format!("/console/verifications/{other}/pictures/{picture}")).await.refused(404, "not_found");
    let stranger = app.stranger().await;
    app.get_as(&stranger, href).await.refused(404, "not_found");
    let writer = app.new_key("verifications:write").await;
    app.get_as(&writer, href).await.refused(403, "insufficient_scope");

    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.maker.organization, 0, 1000).await.unwrap();
    drop(tx);
    let looks: Vec<_> = log.iter().filter(|e| e.action == "verification.picture_read").collect();
    assert_eq!(looks.len(), 1 + 4 + 1 + 1, "refused ones showed nothing");
    assert!(looks.iter().all(|e| e.object == format!("verification:{id}")));
    assert!(!app.history(id).await.contains(&"picture_read".to_owned()), "looking changes nothing");

    // An older picture is there to be looked at, but nothing was read from it any more.
    bonafide_engine::verifications::anonymize(&app.engine, &app.maker, id).await.unwrap();
    app.get(href).await.refused(409, "anonymized");
    assert!(app.whole(id).await["pictures"].as_array().unwrap().is_empty());
}
