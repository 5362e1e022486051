//! The report of an identity verification, and the link to it.

use axum::http::{StatusCode, header};
use serde_json::json;

use crate::{
    support::{App, URL, bare, id, sample},
    walk::{at, declared},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_person_has_a_report_behind_a_signed_link() {
    let app = &App::looking().await;
    let waiting = app.waiting().await;
    let codes = app.get(&format!("{}/pdf-report", at(&waiting))).await.refused(404, "resource_not_found");
    assert_eq!(codes, ["report__not_available"]);
    let approved = app.approved().await;
    let told = app.told(&id(&approved)).await;
    assert_eq!(told.last().map(String::as_str), Some("identity_verification_report_created"), "{told:?}");

    let path = format!("{}/pdf-report", at(&approved));
    let answer = app.get(&path).await.ok();
    let url = answer["pdf_report"].as_str().unwrap();
    assert_eq!(answer, json!({"pdf_report": url, "signed_url": url}));
    assert!(
        url.starts_with(&format!(
            "{URL}/assets/{}/{}/report?",
            app.caller.organization,
            bare(&id(&approved))
        )),
        "{url}"
    );
    let file = app.picture(url).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert_eq!(file.headers[header::CONTENT_TYPE], "application/pdf");
    assert_eq!(file.headers[header::CACHE_CONTROL], "private, no-store");
    assert!(file.bytes.starts_with(b"%PDF-1.7"));
    let pictures = file.bytes.windows(10).filter(|part| part == b"/DCTDecode").count();
    assert_eq!(pictures, 3, "portrait, selfie and the page of the passport");

    // Neither for another verification nor as another's, nor after its time.
    for changed in [
        url.replace(&bare(&id(&approved)).to_string(), &bare(&id(&waiting)).to_string()),
        url.replace("/report?", "/portrait?"),
        url.replace("expires=", "expires=9"),
    ] {
        assert_eq!(app.picture(&changed).await.status, StatusCode::FORBIDDEN, "{changed}");
    }
    let stranger = app.stranger().await;
    app.ask("GET", &stranger, &path, None).await.refused(404, "resource_not_found");
    app.clock.advance(15 * 60 * 1000);
    assert_eq!(app.picture(url).await.refused(403, "authentication_error"), ["link_invalid"]);

    let link = app.get(&path).await.ok();
    app.post_nothing(&format!("{}/anonymize", at(&approved))).await.ok();
    assert_eq!(app.get(&path).await.refused(404, "resource_not_found"), ["report__not_available"]);
    assert_eq!(app.picture(link["signed_url"].as_str().unwrap()).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_person_has_one_too() {
    let app = &App::looking().await;
    let declined = app.verified(declared(), &sample("passport.jpg"), &sample("other.jpg")).await;
    assert_eq!(declined["status"], "declined", "{declined:#}");
    let answer = app.get(&format!("{}/pdf-report", at(&declined))).await.ok();
    let file = app.picture(answer["signed_url"].as_str().unwrap()).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    if let Some(folder) = std::env::var_os("REPORT_FOLDER") {
        std::fs::write(std::path::Path::new(&folder).join("checkout_declined.pdf"), &file.bytes).unwrap();
    }
}
