//! Whatever is sent, the answer is a 4xx in this dialect's envelope that names the field, and the session
//! stays usable.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_testkit::on_both;
use serde_json::json;

use crate::support::{App, sample};

on_both!(
    requirement_07_pictures_that_are_none,
    requirement_13_nothing_before_consent,
    wrong_order,
    wrong_bodies,
    wrong_forms,
    tokens,
    sessions_expire,
    requirement_07_too_many_pictures,
    unknown_paths_and_methods,
    utility,
);

async fn requirement_07_pictures_that_are_none(app: &App) {
    let session = app.consented().await;
    let whole = sample("selfie.jpg");
    // A header of 20,000 × 20,000 pixels with no pixels behind it.
    let mut flood = whole.clone();
    let frame = flood.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2]).unwrap();
    flood[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    let mut animation = std::io::Cursor::new(vec![]);
    {
        let mut gif = image::codecs::gif::GifEncoder::new(&mut animation);
        for shade in [0, 255] {
            let frame = image::RgbaImage::from_pixel(64, 64, image::Rgba([shade, shade, shade, 255]));
            gif.encode_frame(image::Frame::new(frame)).unwrap();
        }
    }
    let drawn = |width, height, shade| {
        let mut file = std::io::Cursor::new(vec![]);
        let picture = image::RgbImage::from_pixel(width, height, image::Rgb([shade; 3]));
        picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
        file.into_inner()
    };
    let (dot, black, blank) = (drawn(1, 1, 200), drawn(800, 600, 4), drawn(800, 600, 200));
    let bad: [(&str, &[u8]); 9] = [
        ("shorter side", &dot),
        ("more light", &black),
        ("nothing but one colour", &blank),
        ("text", b"this is not a picture"),
        ("truncated", &whole[..whole.len() / 2]),
        ("flood", &flood),
        ("animation", animation.get_ref()),
        ("pdf", b"%PDF-1.7\n%%EOF"),
        ("html", b"<html><script>alert(1)</script></html>"),
    ];
    for (what, bytes) in bad {
        let refused = app.picture("front", &session, bytes).await;
        assert!(!what.contains(' ') || refused.body.to_string().contains(what), "{}", refused.body);
        assert_eq!(refused.refused(400, "invalid_request"), ["image"], "{what}");
        let fields = app.liveness(&session, &[&whole, bytes]).await.refused(400, "invalid_request");
        assert_eq!(fields, ["images.1"], "{what}");
    }
    assert_eq!(app.picture("front", &session, b"").await.refused(400, "invalid_request"), ["image"]);
    assert_eq!(app.liveness(&session, &[]).await.refused(400, "invalid_request"), ["images"]);
    // The session is unharmed.
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&whole]).await.ok();
    let read = app.post("/idv/sdk/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&read["document_front_given"], &read["selfie_given"]), (&json!(true), &json!(true)));
}

async fn requirement_13_nothing_before_consent(app: &App) {
    let session = app.created().await;
    let place = json!({"session_id": session, "latitude": 0, "longitude": 0});
    let mut frames = place.clone();
    frames["images"] = json!([BASE64_STANDARD.encode(sample("selfie.jpg"))]);
    for (path, body) in [
        ("/idv/sdk/document/type/update", json!({"session_id": session, "document_type_e": "passport"})),
        ("/idv/sdk/liveness/session/generate", place),
        ("/idv/sdk/liveness/session/process", frames),
        ("/idv/sdk/finalize", json!({"session_id": session})),
    ] {
        app.post(path, body).await.refused(400, "consent_required");
    }
    app.picture("back", &session, &sample("passport.jpg")).await.refused(400, "consent_required");
    // Reading and metadata are possible.
    app.post("/idv/sdk/session/read", json!({"session_id": session})).await.ok();
    app.post("/idv/sdk/metadata/update", json!({"session_id": session, "sdk_metadata": {"os": "x"}}))
        .await
        .ok();
}

async fn wrong_order(app: &App) {
    let session = app.consented().await;
    let fields = app.finalize(&session).await.refused(400, "incomplete");
    assert_eq!(fields, ["document_front", "liveness"]);
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    assert_eq!(app.finalize(&session).await.refused(400, "incomplete"), ["liveness"]);
    let frames = json!({"session_id": session, "latitude": 0, "longitude": 0, "images": [BASE64_STANDARD.encode(sample("selfie.jpg"))]});
    app.post("/idv/sdk/liveness/session/process", frames.clone()).await.refused(400, "no_liveness_session");
    // A liveness session is answered once, and in time.
    let place = json!({"session_id": session, "latitude": 0, "longitude": 0});
    app.post("/idv/sdk/liveness/session/generate", place.clone()).await.ok();
    app.post("/idv/sdk/liveness/session/process", frames.clone()).await.ok();
    app.post("/idv/sdk/liveness/session/process", frames.clone()).await.refused(400, "no_liveness_session");
    app.post("/idv/sdk/liveness/session/generate", place).await.ok();
    app.clock.advance(6 * 60 * 1000);
    app.post("/idv/sdk/liveness/session/process", frames).await.refused(400, "no_liveness_session");
    app.post("/idv/document/read", json!({"session_id": session})).await.refused(400, "document_not_read");
}

async fn wrong_bodies(app: &App) {
    let bad = json!({"liveness_mode": "psychic", "metadata": [], "webhook_url": 3, "settings": "x"});
    let mut fields = app.post("/idv/session/create", bad).await.refused(400, "invalid_request");
    fields.sort();
    assert_eq!(fields, ["liveness_mode", "metadata", "settings", "webhook_url"]);
    for url in ["ftp://example.org/", "not a url", "http://"] {
        let fields = app.post("/idv/session/create", json!({"webhook_url": url})).await;
        assert_eq!(fields.refused(400, "invalid_request"), ["webhook_url"], "{url}");
    }
    let huge = json!({"metadata": {"x": "y".repeat(70_000)}});
    assert_eq!(app.post("/idv/session/create", huge).await.refused(400, "invalid_request"), ["metadata"]);
    assert_eq!(
        app.post("/idv/session/read", json!({})).await.refused(400, "invalid_request"),
        ["session_id"]
    );
    for id in ["", "nonsense", "01h00000000000000000000000", "../../etc/passwd"] {
        app.post("/idv/session/read", json!({"session_id": id})).await.refused(404, "not_found");
    }
    let session = app.consented().await;
    let bad = json!({"session_id": session, "latitude": 91, "longitude": "x"});
    let mut fields =
        app.post("/idv/sdk/liveness/session/generate", bad).await.refused(400, "invalid_request");
    fields.sort();
    assert_eq!(fields, ["latitude", "longitude"]);
    for body in ["{", "[]", "null", "\"x\"", "{\"session_id\": 1e999}"] {
        let request = Request::post("/idv/session/read")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
            .body(Body::from(body))
            .unwrap();
        app.send(request).await.refused(400, "invalid_request");
    }
    let xml = Request::post("/idv/session/read")
        .header(header::CONTENT_TYPE, "application/xml")
        .header(header::AUTHORIZATION, format!("Bearer {}", app.token))
        .body(Body::from("<x/>"))
        .unwrap();
    app.send(xml).await.refused(400, "invalid_request");
}

async fn wrong_forms(app: &App) {
    let session = app.consented().await;
    let picture = sample("passport.jpg");
    let fields = app.parts("front", &[("latitude", ""), ("longitude", "west")], None).await;
    let mut fields = fields.refused(400, "invalid_request");
    fields.sort();
    assert_eq!(fields, ["image", "latitude", "longitude", "session_id"]);
    let far = [("session_id", session.as_str()), ("latitude", "-90.5"), ("longitude", "181")];
    let fields = app.parts("front", &far, Some(&picture)).await.refused(400, "invalid_request");
    assert_eq!(fields, ["latitude", "longitude"]);
    for number in ["NaN", "inf", "1e400"] {
        let texts = [("session_id", session.as_str()), ("latitude", number), ("longitude", "0")];
        let fields = app.parts("front", &texts, Some(&picture)).await.refused(400, "invalid_request");
        assert_eq!(fields, ["latitude"], "{number}");
    }
    let json = app.post("/idv/sdk/document/front/add", json!({"session_id": session})).await;
    json.refused(400, "invalid_request");
}

async fn tokens(app: &App) {
    let read = |token: Option<&str>| {
        let mut request = Request::post("/idv/session/list").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        app.send(request.body(Body::from("{}")).unwrap())
    };
    let none = read(None).await;
    assert_eq!(none.headers[header::WWW_AUTHENTICATE], "Bearer");
    none.refused(401, "unauthorized");
    for wrong in ["Bearer nonsense", "Basic eDp5", "Bearer ", "nonsense"] {
        read(Some(wrong)).await.refused(401, "unauthorized");
    }
    let good = format!("Bearer {}", app.token);
    read(Some(&good)).await.ok();
    app.clock.advance(3600 * 1000);
    let expired = read(Some(&good)).await;
    assert_eq!(expired.headers[header::WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
    expired.refused(401, "unauthorized");

    for (form, status, error) in [
        ("", 400, "invalid_request"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=x&client_secret=y", 401, "invalid_client"),
        ("grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
    ] {
        let answer = app.form("/oauth2/token", form).await;
        assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (status, Some(error)), "{form}");
    }
    let (client, _) = app.new_tenant("third").await;
    let basic = Request::post("/oauth2/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {}", BASE64_STANDARD.encode(format!("{client}:wrong"))))
        .body(Body::from("grant_type=client_credentials"))
        .unwrap();
    let answer = app.send(basic).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
}

async fn sessions_expire(app: &App) {
    let session = app.consented().await;
    app.clock.advance(8 * 24 * 3600 * 1000);
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let (client, token) = (app.client_id.clone(), app.reissue().await);
    let read = app.post_as(&client, &token, "/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!(read["status_e"], "expired");
    let consent = json!({"session_id": session, "document_type_e": "passport"});
    app.post_as(&client, &token, "/idv/sdk/document/type/update", consent).await.refused(400, "expired");
}

async fn requirement_07_too_many_pictures(app: &App) {
    let session = app.consented().await;
    let small = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(4 * x) as u8, (4 * y) as u8, 90]));
    let mut png = std::io::Cursor::new(vec![]);
    small.write_to(&mut png, image::ImageFormat::Png).unwrap();
    for _ in 0..12 {
        app.picture("front", &session, png.get_ref()).await.ok();
    }
    app.picture("front", &session, png.get_ref()).await.refused(400, "too_many_pictures");
}

async fn unknown_paths_and_methods(app: &App) {
    app.get("/idv/nothing").await.refused(404, "no_such_operation");
    let wrong = app.get("/idv/session/read").await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.headers[header::ALLOW], "POST");
}

async fn utility(app: &App) {
    for path in
        ["/", "/ping", "/status", "/metrics", "/live", "/ready", "/health/simple", "/health", "/version"]
    {
        let answer = app.get(path).await;
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
        assert!(answer.ok().is_object(), "{path}");
    }
    let ready = app.get("/ready").await.ok();
    for (part, state) in [("database", "ok"), ("storage", "ok"), ("lists", "missing")] {
        assert_eq!(ready["checks"][part], state, "{part}");
    }
    let health = app.get("/health").await.ok();
    let told = health["details"]["lists"]["message"].as_str().unwrap();
    assert!(told.contains("nobody is screened"), "{told}");
    // Nothing of the process.
    let nothing = json!({
        "uptime": 0.0, "memory": {"used": 0, "total": 0, "external": 0, "rss": 0}, "cpu": {}, "pid": 0,
        "node_version": "", "platform": "",
    });
    assert_eq!(app.get("/metrics").await.ok()["system"], nothing);
}

/// However often strangers ask, the parts are asked now and then; and what is wrong is told without saying where it is.
#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_again_for_two_seconds_and_names_no_folder() {
    let app = App::start("sqlite").await;
    app.get("/ready").await.ok();
    let blobs = app.folder.path().join("blobs");
    std::fs::rename(&blobs, app.folder.path().join("away")).unwrap();
    std::fs::write(&blobs, "no folder").unwrap();
    app.clock.advance(1_999);
    app.get("/ready").await.ok();
    app.get("/health/simple").await.ok();
    app.clock.advance(1);
    assert_eq!(app.get("/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let health = app.get("/health").await;
    assert_eq!((health.status.as_u16(), &health.body["checks"]["storage"]), (503, &json!("error")));
    let (told, folder) = (health.body.to_string(), app.folder.path().to_string_lossy().into_owned());
    assert!(told.contains("bonafide doctor") && !told.contains(&folder) && !told.contains("blobs"), "{told}");
}

/// A form is small, and has few pairs.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_costs_nobody_much() {
    let app = App::start("sqlite").await;
    let pairs = |n: usize| (0..n).map(|n| format!("a{n}=1")).collect::<Vec<_>>().join("&");
    for (form, status, told) in [
        (pairs(16), 400, "grant_type"),
        (pairs(17), 400, "more than 16"),
        ("a&".repeat(4 << 10) + "a", 413, "x-max-body"),
        (format!("grant_type={}", "a".repeat(8 << 10)), 413, "x-max-body"),
    ] {
        let refused = app.form("/oauth2/token", &form).await;
        assert_eq!((refused.status.as_u16(), &refused.body["error"]), (status, &json!("invalid_request")));
        assert!(refused.body["error_description"].as_str().unwrap().contains(told), "{}", refused.body);
    }
}

/// What callers keep with a session has one limit, whichever way it comes in.
#[tokio::test(flavor = "multi_thread")]
async fn data_of_ones_own_has_a_limit_everywhere() {
    let app = App::start("sqlite").await;
    // Under a name that is known and holds whatever it likes.
    let large = json!({"sandbox": {"a": "x".repeat(64 << 10)}});
    for (path, field) in [("/idv/session/create", "metadata"), ("/idv/session/create", "settings")] {
        let refused = app.post(path, json!({ field: large })).await;
        assert_eq!(refused.refused(400, "invalid_request"), [field], "{path}");
    }
    let session = app.consented().await;
    for (path, field) in [("/idv/sdk/finalize", "settings"), ("/idv/sdk/metadata/update", "sdk_metadata")] {
        let refused = app.post(path, json!({"session_id": session, field: large})).await;
        assert_eq!(refused.refused(400, "invalid_request"), [field], "{path}");
    }
}
