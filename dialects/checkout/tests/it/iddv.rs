//! Verifications of ID documents by pictures that the organization hands in.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::jobs;
use bonafide_testkit::on_both;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    pdf::{pdf, protected},
    support::{Answer, App, URL, id, sample},
    walk::{BUILT_IN, FAV, IDDV, IDV, at, attempts, blurred, codes, declared, least},
};

const NOWHERE: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";

on_both!(scenarios_come_true, an_attempt_at_a_time, pages_go_through_all_of_them, an_open_one_is_closed);

fn new(applicant: &Value) -> Value {
    json!({"applicant_id": applicant["id"], "user_journey_id": BUILT_IN})
}

fn base64(file: &[u8]) -> String {
    BASE64_STANDARD.encode(file)
}

/// A part of a form: its name, the name and type of its file or neither, and what it holds.
type Part<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a [u8]);

impl App {
    /// A verification of a document that waits for its pictures.
    async fn of_document(&self, more: Value) -> Value {
        let mut body = new(&self.applicant(json!({})).await);
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post(IDDV, body).await.created()
    }

    /// Hands in, and runs the checks.
    async fn brings(&self, made: &Value, body: Value) -> Value {
        // Not more requests than a minute allows: the clock stands.
        self.clock.advance(60_000);
        let attempt = self.post(&attempts(made), body).await.created();
        jobs::run_pending(&self.engine).await.unwrap();
        attempt
    }

    async fn brings_form(&self, made: &Value, parts: &[Part<'_>]) -> Answer {
        const LINE: &str = "----------bonafide-test";
        self.clock.advance(60_000);
        let mut body = vec![];
        for (name, file, holds) in parts {
            let file = file.map(|(file, kind)| format!("; filename=\"{file}\"\r\nContent-Type: {kind}"));
            let head = format!(
                "--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
                file.unwrap_or_default()
            );
            body.extend([head.as_bytes(), holds, b"\r\n"].concat());
        }
        body.extend(format!("--{LINE}--\r\n").as_bytes());
        let request = Request::post(attempts(made))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .body(Body::from(body));
        let answer = self.send(request.unwrap()).await;
        jobs::run_pending(&self.engine).await.unwrap();
        answer
    }

    async fn last(&self, made: &Value) -> Value {
        self.get(&attempts(made)).await.ok()["data"][0].clone()
    }

    async fn asset_types(&self, made: &Value) -> Vec<String> {
        let last = id(&self.last(made).await);
        let assets = self.get(&format!("{}/{last}/assets", attempts(made))).await.ok();
        let types = assets["data"].as_array().unwrap().iter();
        types.map(|asset| asset["type"].as_str().unwrap().to_owned()).collect()
    }
}

fn words(suffixes: &[&str]) -> Vec<String> {
    suffixes.iter().map(|suffix| format!("id_document_verification_{suffix}")).collect()
}

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
    assert_eq!((&assets["total_count"], &assets["data"][0]["type"]), (&json!(1), &json!("document_front_image")));
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
    let on_two_pages = pdf(&one_each.map(|side| vec![(side.as_slice(), alone)]).each_ref().map(Vec::as_slice));
    let only_front = pdf(&[&[(&front, alone)]]);
    let images = json!({
        "document_front": uri(&front, "image/jpeg"), "document_back": uri(&back, "image/jpeg"),
        "document_type": "ID", "document_issuing_country": "FR", "document_issuing_country_subdivision": "FR-75",
    });
    for (what, body) in [
        ("data URIs", images),
        ("a page", json!({"document_front": uri(&on_one_page, "application/pdf")})),
        ("two pages", json!({"document_front": base64(&on_two_pages)})),
        ("a PDF and a picture", json!({"document_front": base64(&only_front), "document_back": base64(&back)})),
    ] {
        let made = app.of_document(json!({"declared_data": declared()})).await;
        app.brings(&made, body).await;
        let done = app.again(&made).await;
        assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{what}: {done:#}");
        let document = &done["document"];
        assert_eq!((&document["document_type"], &document["birth_date"]), (&json!("ID"), &json!("1978-02-07")), "{what}");
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

#[tokio::test]
async fn files_that_show_nothing_are_refused() {
    let app = App::start("sqlite").await;
    let made = app.of_document(json!({})).await;
    let card = sample("card_front.jpg");
    let (front, half) = (base64(&card), &card[..card.len() / 2]);
    let wide = [0.0, 0.0, 595.0, 842.0];
    let broken = b"%PDF-1.7\nnothing".as_slice();
    for (body, expected) in [
        (json!({}), "document_front__required"),
        (json!({"document_front": ""}), "document_front__too_short"),
        (json!({"document_front": 7}), "document_front__invalid_type"),
        (json!({"document_front": "no base64!"}), "document_front__invalid_format"),
        (json!({"document_front": base64(b"hello")}), "document_front__invalid_format"),
        (json!({"document_front": base64(half)}), "document_front__invalid_format"),
        (json!({"document_front": base64(broken)}), "document_front__invalid_format"),
        (json!({"document_front": base64(&protected(&[&[(&card, wide)]]))}), "document_front__invalid_format"),
        (json!({"document_front": base64(&pdf(&[]))}), "document_front__invalid_format"),
        (json!({"document_front": front, "document_back": "data:,"}), "document_back__invalid_format"),
        (json!({"document_front": front, "document_back": base64(broken)}), "document_back__invalid_format"),
        (json!({"document_front": front, "document_type": "Library card"}), "document_type__invalid"),
        (
            json!({"document_front": front, "document_issuing_country": "ZZ"}),
            "document_issuing_country__invalid_format",
        ),
        (json!({"document_front": front, "document_issuing_country": "FRA"}), "document_issuing_country__too_long"),
        (
            json!({"document_front": front, "document_issuing_country_subdivision": "California"}),
            "document_issuing_country_subdivision__too_long",
        ),
        (json!({"document_front": "A".repeat(14_000_000)}), "document_front__too_long"),
    ] {
        app.clock.advance(60_000);
        let told = app.post(&attempts(&made), body).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{told:?} instead of {expected}");
    }
    let picture = Some(("a.jpg", "image/jpeg"));
    let parts: [(&[Part<'_>], &str); 6] = [
        (&[("document_back", picture, &card)], "document_front__required"),
        (&[("document_front", picture, b"")], "document_front__invalid_format"),
        (&[("document_front", picture, &card), ("document_type", None, b"Card")], "document_type__invalid"),
        (
            &[("document_front", picture, &card), ("document_issuing_country", None, b"zz")],
            "document_issuing_country__invalid_format",
        ),
        (
            &[("document_front", picture, &card), ("document_issuing_country_subdivision", None, b"?")],
            "document_issuing_country_subdivision__invalid",
        ),
        (&[("document_front", picture, &vec![7; (10 << 20) + 1])], "document_front__too_long"),
    ];
    for (parts, expected) in parts {
        let told = app.brings_form(&made, parts).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{told:?} instead of {expected}");
    }
    app.clock.advance(60_000);
    assert_eq!(app.get(&attempts(&made)).await.ok()["total_count"], 0, "nothing of it was made");
    assert_eq!(app.again(&made).await["status"], "created");
    assert_eq!(app.told(&id(&made)).await, words(&["created"]));
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_of_others_is_found() {
    let app = App::start("sqlite").await;
    let applicant = app.applicant(json!({})).await;
    let with = |field: &str, value: Value| {
        let mut body = new(&applicant);
        body[field] = value;
        body
    };
    for (body, expected) in [
        (json!({"user_journey_id": BUILT_IN}), "applicant_id__required"),
        (json!({"applicant_id": applicant["id"]}), "user_journey_id__required"),
        (with("applicant_id", json!(7)), "applicant_id__invalid_type"),
        (with("applicant_id", json!("a".repeat(256))), "applicant_id__too_long"),
        (with("user_journey_id", json!(format!("usj_{NOWHERE}"))), "user_journey_id__invalid"),
        (with("user_journey_id", json!("mine")), "user_journey_id__invalid"),
        (with("declared_data", json!({})), "declared_data__name__required"),
        (with("declared_data", json!({"name": "X"})), "declared_data__name__too_short"),
        (with("declared_data", json!({"name": "  X "})), "declared_data__name__invalid"),
        (with("declared_data", json!({"name": "x".repeat(256)})), "declared_data__name__too_long"),
        (
            with("declared_data", json!({"name": "Jane", "birth_date": "7 May"})),
            "declared_data__birth_date__invalid_format",
        ),
        (
            with("declared_data", json!({"name": "Jane", "birth_date": "2027-01-01"})),
            "declared_data__birth_date__out_of_range",
        ),
        (with("declared_data", json!({"name": "Jane", "email": "a@example.com"})), "declared_data__email__unknown"),
        (with("webhook_url", json!("nowhere")), "webhook_url__invalid_format"),
    ] {
        app.clock.advance(10_000);
        let told = app.post(IDDV, body.clone()).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{body}: {told:?} instead of {expected}");
    }
    for unknown in ["aplt_not_found".to_owned(), format!("aplt_{NOWHERE}")] {
        let refused = app.post(IDDV, with("applicant_id", json!(unknown))).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"]);
    }

    let made = app.post(IDDV, new(&applicant)).await.created();
    let picture = json!({"document_front": base64(&sample("card_front.jpg"))});
    let tried = app.brings(&made, picture.clone()).await;
    let one = format!("{}/{}", attempts(&made), id(&tried));
    let paths = [
        ("GET", at(&made)),
        ("POST", format!("{}/anonymize", at(&made))),
        ("POST", attempts(&made)),
        ("GET", attempts(&made)),
        ("GET", one.clone()),
        ("GET", format!("{one}/assets")),
        ("GET", format!("{}/pdf-report", at(&made))),
    ];
    let stranger = app.stranger().await;
    let none = id(&made).replace(&id(&made)[5..], NOWHERE);
    for (method, path) in &paths {
        app.clock.advance(60_000);
        let body = (*method == "POST").then(|| picture.clone());
        app.ask(method, &stranger, path, body.clone()).await.refused(404, "resource_not_found");
        for unknown in [none.as_str(), "none", "idv_01kt1gw6g0fmj99z5sfwzpmy4a"] {
            let path = path.replace(&id(&made), unknown);
            app.ask(method, &app.key, &path, body.clone()).await.refused(404, "resource_not_found");
        }
    }
    for unknown in [format!("datp_{NOWHERE}"), format!("iatp_{NOWHERE}"), "none".to_owned()] {
        app.get(&format!("{}/{unknown}", attempts(&made))).await.refused(404, "resource_not_found");
        app.get(&format!("{}/{unknown}/assets", attempts(&made))).await.refused(404, "resource_not_found");
    }
    // An attempt of another one, and another kind of verification.
    let other = app.post(IDDV, new(&applicant)).await.created();
    app.get(&format!("{}/{}", attempts(&other), id(&tried))).await.refused(404, "resource_not_found");
    let idv = app.post(IDV, least(&applicant)).await.created();
    let other = at(&idv).replace(IDV, IDDV).replace("idv_", "iddv_");
    app.get(&other).await.refused(404, "resource_not_found");
    app.clock.advance(60_000);
    app.post(&format!("{other}/attempts"), picture.clone()).await.refused(404, "resource_not_found");

    // A key may do what it may do.
    let (reader, writer) = (app.new_key("verifications:read").await, app.new_key("verifications:write").await);
    app.clock.advance(60_000);
    for (method, path) in paths.iter().chain([&("POST", IDDV.to_owned())]) {
        let (may, may_not) = if *method == "GET" { (&reader, &writer) } else { (&writer, &reader) };
        let body = (*method == "POST").then(|| picture.clone());
        let refused = app.ask(method, may_not, path, body.clone()).await;
        assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"], "{method} {path}");
        if !path.ends_with("anonymize") {
            assert_ne!(app.ask(method, may, path, body).await.status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    app.ask("GET", "none", &at(&made), None).await.refused(401, "authentication_error");
}

/// What an applicant's id asks for in a sandbox.
async fn scenarios_come_true(app: &App) {
    let picture = json!({"document_front": base64(&sample("selfie.jpg"))});
    let known_as = async |start: &str| {
        let external = format!("eaplt_{start:0<26}");
        let applicant = app.applicant(json!({"external_applicant_id": external})).await;
        let mut body = new(&applicant);
        body["declared_data"] = json!({"name": "Hannah Bret"});
        app.post(IDDV, body).await
    };
    for (start, tries) in [
        ("10000", &[("approved", 10000, "completed")][..]),
        ("62101", &[("declined", 62101, "completed")]),
        ("62301", &[("declined", 62301, "completed")]),
        ("62401", &[("declined", 62401, "completed")]),
        ("61301I1", &[("retry_required", 61301, "quality_checks_aborted"), ("approved", 10000, "completed")]),
        ("61311I62202", &[("retry_required", 61311, "checks_inconclusive"), ("declined", 62202, "completed")]),
    ] {
        let made = known_as(start).await.created();
        for (status, code, attempt) in tries {
            app.brings(&made, picture.clone()).await;
            let read = app.again(&made).await;
            assert_eq!((&read["status"], codes(&read)), (&json!(status), vec![*code]), "{start}");
            let last = app.last(&made).await;
            assert_eq!(last["status"], *attempt, "{start}");
        }
        let refused = app.post(&attempts(&made), picture.clone()).await;
        assert_eq!(refused.refused(409, "conflict"), ["wrong_state"], "{start}");
    }
    // Nobody's face is looked at, and nobody captures.
    for start in ["62304", "61401I1", "61113A1"] {
        assert_eq!(known_as(start).await.invalid(), ["applicant_id__invalid"], "{start}");
    }
}

/// Of many that come at once one is taken.
async fn an_attempt_at_a_time(app: &App) {
    let made = app.of_document(json!({})).await;
    let picture = base64(&sample("card_front.jpg"));
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let (app, path, picture) = (app.clone(), attempts(&made), picture.clone());
        all.spawn(async move { app.post(&path, json!({"document_front": picture})).await.status.as_u16() });
    }
    let mut statuses = all.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    app.clock.advance(60_000);
    assert_eq!(app.get(&attempts(&made)).await.ok()["total_count"], 1);
    assert_eq!(app.told(&id(&made)).await, words(&["created", "started"]));
    // Without networks nothing can be said of it, which is for a human.
    jobs::run_pending(&app.engine).await.unwrap();
    let read = app.again(&made).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("checks_in_progress"), vec![]));
    assert_eq!(app.last(&made).await["status"], "checks_in_progress");
    assert!(read["document"].is_null(), "{read}");
}

async fn pages_go_through_all_of_them(app: &App) {
    let applicant = app.applicant(json!({"external_applicant_id": format!("eaplt_{:0<26}", "61301I1")})).await;
    let made = app.post(IDDV, new(&applicant)).await.created();
    let picture = json!({"document_front": base64(&sample("card_front.jpg"))});
    let first = app.brings(&made, picture.clone()).await;
    let second = app.brings(&made, picture).await;
    let page = async |query: &str| app.get(&format!("{}?{query}", attempts(&made))).await.ok();
    let newest = page("limit=1").await;
    assert_eq!((&newest["total_count"], id(&newest["data"][0])), (&json!(2), id(&second)));
    let next = newest["_links"]["next"]["href"].as_str().unwrap().strip_prefix(URL).unwrap().to_owned();
    let oldest = app.get(&next).await.ok();
    assert_eq!(id(&oldest["data"][0]), id(&first));
    assert!(oldest["_links"]["next"].is_null() && oldest["_links"]["previous"].is_object());
    assert_eq!(page("skip=2").await["data"], json!([]));
    for (query, code) in [("skip=-1", "skip__out_of_range"), ("limit=101", "limit__out_of_range")] {
        assert_eq!(app.get(&format!("{}?{query}", attempts(&made))).await.invalid(), [code]);
    }
    // The pictures of each attempt are its own.
    let assets = async |attempt: &Value| {
        let path = format!("{}/{}/assets", attempts(&made), id(attempt));
        app.get(&path).await.ok()["data"][0]["_links"]["asset_url"]["href"].as_str().unwrap().to_owned()
    };
    let (mine, before) = (assets(&second).await, assets(&first).await);
    assert_ne!(mine.split('?').next(), before.split('?').next());
}

async fn an_open_one_is_closed(app: &App) {
    let made = app.of_document(json!({"declared_data": {"name": "Hannah Bret"}})).await;
    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("inconclusive"), vec![64001]));
    assert!(forgotten["declared_data"].is_null());
    assert_eq!(app.told(&id(&made)).await, words(&["created", "closed", "anonymized"]));
    let picture = json!({"document_front": base64(&sample("card_front.jpg"))});
    app.post(&attempts(&made), picture.clone()).await.refused(409, "conflict");

    // While it is looked at.
    let made = app.of_document(json!({})).await;
    app.clock.advance(60_000);
    app.post(&attempts(&made), picture).await.created();
    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("inconclusive"), vec![64001]));
    jobs::run_pending(&app.engine).await.unwrap();
    let last = app.last(&made).await;
    assert_eq!((&last["status"], codes(&last)), (&json!("terminated"), vec![64001]));
    assert_eq!(app.told(&id(&made)).await, words(&["created", "started", "closed", "anonymized"]));

    // Nobody brought anything in time.
    let made = app.of_document(json!({})).await;
    app.clock.advance(8 * 24 * 3_600_000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.again(&made).await["status"], "inconclusive");
    assert_eq!(app.told(&id(&made)).await, words(&["created", "closed"]));
}
