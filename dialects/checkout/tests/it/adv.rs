//! Verifications of documents that show where somebody lives.

mod seal;

use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::jobs;
use bonafide_specimen::{
    Fonts,
    bill::{self, Bill},
    to_jpeg,
};
use bonafide_testkit::on_both;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::{
    iddv::Part,
    pdf::{pdf, protected},
    support::{App, URL, id, sample},
    walk::{ADV, BUILT_IN, IDV, at, attempts, blurred, codes, least},
};

const NOWHERE: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";
const TODAY: Date = date(2026, 6, 1);

on_both!(scenarios_come_true, one_at_a_time_and_paged);

fn new(applicant: &Value) -> Value {
    json!({"applicant_id": applicant["id"], "user_journey_id": BUILT_IN})
}

fn document(file: &[u8]) -> Value {
    json!({"document": BASE64_STANDARD.encode(file)})
}

fn a_bill(country: &str) -> Bill {
    Bill::random(country, "utility_bill", TODAY, 7).unwrap()
}

/// As a scanner gives it.
fn scanned(drawn: &Bill) -> Vec<u8> {
    to_jpeg(&bill::bill(drawn, &Fonts::installed().unwrap()), 90).unwrap()
}

/// Who lives there, as it is declared.
fn resident(drawn: &Bill) -> Value {
    json!({"name": drawn.names[0], "address": {
        "address_line1": drawn.street, "city": drawn.city, "zip": drawn.zip, "country": drawn.country,
    }})
}

impl App {
    async fn of_address(&self, more: Value) -> Value {
        let mut body = new(&self.applicant(json!({})).await);
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post(ADV, body).await.created()
    }

    /// Hands in, and runs the checks.
    async fn brings_letter(&self, made: &Value, file: &[u8]) -> Value {
        // Not more requests than a minute allows: the clock stands.
        self.clock.advance(60_000);
        let attempt = self.post(&attempts(made), document(file)).await.created();
        jobs::run_pending(&self.engine).await.unwrap();
        attempt
    }

    async fn judged(&self, declared: Value, file: &[u8]) -> Value {
        let made = self.of_address(declared).await;
        self.brings_letter(&made, file).await;
        self.again(&made).await
    }
}

fn words(suffixes: &[&str]) -> Vec<String> {
    suffixes.iter().map(|suffix| format!("address_document_verification_{suffix}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_approved() {
    let app = App::looking().await;
    let drawn = a_bill("FR");
    let applicant = app.applicant(json!({"external_applicant_id": "customer-7"})).await;
    let mut body = new(&applicant);
    body["declared_data"] = resident(&drawn);
    let made = app.post(ADV, body).await.created();
    let name = id(&made);
    assert!(name.starts_with("adv_") && name.len() == 30, "{name}");
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
            "risk_labels": [],
            "declared_data": resident(&drawn),
            "_links": {
                "self": {"href": format!("{URL}{ADV}/{name}")},
                "applicant": {"href": format!("{URL}/applicants/{}", id(&applicant))},
            },
        })
    );
    let report = format!("{}/pdf-report", at(&made));
    assert_eq!(app.get(&report).await.refused(404, "resource_not_found"), ["report__not_available"]);

    let attempt = app.brings_letter(&made, &scanned(&drawn)).await;
    let tried = id(&attempt);
    assert!(tried.starts_with("adva_"), "{tried}");
    assert_eq!((&attempt["status"], codes(&attempt)), (&json!("quality_checks_in_progress"), vec![]));
    let done = app.again(&made).await;
    assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{done:#}");
    let read = &done["address_document"];
    assert_eq!(read["document_type"], "utility_bill");
    assert_eq!(read["issuer"], json!(drawn.issuer));
    assert_eq!(read["full_names"], json!(drawn.names));
    assert_eq!(read["issue_date"], json!(drawn.issued.to_string()));
    for (field, value) in [
        ("address_line1", json!(drawn.street)),
        ("city", json!(drawn.city)),
        ("zip", json!(drawn.zip)),
        ("country", json!("FR")),
    ] {
        assert_eq!(read["address"][field], value, "{read:#}");
    }
    let one = format!("{}/{tried}", attempts(&made));
    assert_eq!(app.get(&one).await.ok()["status"], "completed");
    let assets = app.get(&format!("{one}/assets")).await.ok();
    assert_eq!((&assets["total_count"], &assets["data"][0]["type"]), (&json!(1), &json!("document")));
    let link = assets["data"][0]["_links"]["asset_url"]["href"].as_str().unwrap();
    assert_eq!(app.picture(link).await.status, StatusCode::OK);
    let refused = app.post(&attempts(&made), document(&sample("card_front.jpg"))).await;
    assert_eq!(refused.refused(409, "conflict"), ["wrong_state"]);

    let file = app.get(&report).await.ok();
    assert_eq!(file["pdf_report"], file["signed_url"]);
    assert!(app.picture(file["signed_url"].as_str().unwrap()).await.bytes.starts_with(b"%PDF-1.7"));

    let events = app.events(&name).await;
    let told: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let order = ["created", "started", "checks_in_progress", "checks_completed", "report_created"];
    assert_eq!(told, words(&order));
    let last = events.last().unwrap();
    assert_eq!(
        last["data"],
        json!({
            "address_document_verification_id": name,
            "applicant_id": id(&applicant),
            "external_applicant_id": "customer-7",
            "user_journey_id": BUILT_IN,
            "status": "approved",
            "response_codes": [{"code": 10000, "summary": "approved"}],
            "sequence": last["data"]["sequence"],
            "environment": "live",
        })
    );
    assert_eq!(app.get(&format!("/v2{}", at(&made))).await.ok()["status"], "approved");

    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&made))).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("approved"), vec![10000]));
    assert!(forgotten["address_document"].is_null() && forgotten["declared_data"].is_null(), "{forgotten:#}");
    assert!(!forgotten.to_string().contains(&drawn.zip));
    assert_eq!(app.picture(link).await.status, StatusCode::GONE);
    assert_eq!(app.told(&name).await.last().unwrap(), "address_document_verification_anonymized");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_letter_has_its_code() {
    let app = App::looking().await;
    let drawn = a_bill("GB");
    let recent = scanned(&drawn);
    let old = scanned(&drawn.clone().issued_on(date(2026, 1, 5)));
    let with = |field: &str, value: Value| {
        let mut declared = resident(&drawn);
        declared[field] = value;
        json!({"declared_data": declared})
    };
    let elsewhere =
        json!({"address_line1": "3 Other Street", "city": "YORK", "zip": "YO1 7HH", "country": "GB"});
    for (what, declared, file, status, code) in [
        ("the person's own", json!({"declared_data": resident(&drawn)}), &recent, "approved", 10000),
        ("too old", json!({"declared_data": resident(&drawn)}), &old, "declined", 62101),
        ("of somebody else", with("name", json!("Hannah Bret")), &recent, "declined", 62401),
        ("of another address", with("address", elsewhere), &recent, "declined", 62401),
        ("no letter", json!({}), &sample("passport.jpg"), "declined", 62102),
        ("nothing to read", json!({}), &blurred(&recent), "retry_required", 61301),
        ("nothing declared", json!({}), &recent, "approved", 10000),
    ] {
        let read = app.judged(declared, file).await;
        assert_eq!((&read["status"], codes(&read)), (&json!(status), vec![code]), "{what}: {read:#}");
    }
    // The applicant's own name counts where nothing is declared.
    let known = app.applicant(json!({"external_applicant_name": "Hannah Bret"})).await;
    let made = app.post(ADV, new(&known)).await.created();
    app.brings_letter(&made, &recent).await;
    let read = app.again(&made).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("declined"), vec![62401]), "{read:#}");
    // A second try after the first was not readable.
    let made = app.of_address(json!({"declared_data": resident(&drawn)})).await;
    app.brings_letter(&made, &blurred(&recent)).await;
    app.brings_letter(&made, &recent).await;
    assert_eq!(app.again(&made).await["status"], "approved");
    let list = app.get(&attempts(&made)).await.ok();
    let statuses: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["completed", "quality_checks_aborted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_is_read_like_a_picture() {
    let app = App::looking().await;
    let drawn = a_bill("DE");
    let page = scanned(&drawn);
    let whole = [0.0, 0.0, 595.0, 842.0];
    let file = pdf(&[&[(&page, whole)]]);
    let read = app.judged(json!({"declared_data": resident(&drawn)}), &file).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("approved"), vec![10000]), "{read:#}");
    assert_eq!(read["address_document"]["full_names"], json!(drawn.names));

    let made = app.of_address(json!({})).await;
    for refused in [protected(&[&[(&page, whole)]]), b"%PDF-1.7\nnothing".to_vec(), pdf(&[])] {
        app.clock.advance(60_000);
        let told = app.post(&attempts(&made), document(&refused)).await.invalid();
        assert_eq!(told, ["document__invalid_format"]);
    }
    assert_eq!(app.get(&attempts(&made)).await.ok()["total_count"], 0);
}

/// As the native product has it: a form with a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_read_like_json() {
    let app = App::looking().await;
    let drawn = a_bill("FR");
    let page = scanned(&drawn);
    let (picture, file) = (Some(("bill.jpg", "image/jpeg")), Some(("bill.pdf", "application/pdf")));
    let uri = format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(&page));
    for (what, part) in [
        ("a picture", ("document", picture, page.as_slice())),
        ("a PDF", ("document", file, &pdf(&[&[(&page, [0.0, 0.0, 595.0, 842.0])]]))),
        ("a data URI in a text field", ("document", None, uri.as_bytes())),
    ] {
        let made = app.of_address(json!({"declared_data": resident(&drawn)})).await;
        let attempt = app.brings_form(&made, &[part]).await.created();
        assert_eq!(attempt["status"], "quality_checks_in_progress", "{what}");
        let done = app.again(&made).await;
        assert_eq!((&done["status"], codes(&done)), (&json!("approved"), vec![10000]), "{what}: {done:#}");
        assert_eq!(done["address_document"]["full_names"], json!(drawn.names), "{what}");
        assert_eq!(app.asset_types(&made).await, ["document"], "{what}");
    }
}

#[tokio::test]
async fn forms_that_show_nothing_are_refused() {
    let app = App::start("sqlite").await;
    let made = app.of_address(json!({})).await;
    let card = sample("card_front.jpg");
    let wide = [0.0, 0.0, 595.0, 842.0];
    let (picture, file) = (Some(("a.jpg", "image/jpeg")), Some(("a.pdf", "application/pdf")));
    let (locked, empty) = (protected(&[&[(&card, wide)]]), pdf(&[]));
    let parts: [(&[Part<'_>], &str); 10] = [
        (&[], "document__required"),
        (&[("document_front", picture, &card)], "document__required"),
        (&[("document", picture, &card), ("document", picture, &card)], "document__invalid"),
        (&[("document", picture, b"")], "document__invalid_format"),
        (&[("document", None, b"no base64!")], "document__invalid_format"),
        (&[("document", picture, b"hello")], "document__invalid_format"),
        (&[("document", picture, &card[..card.len() / 2])], "document__invalid_format"),
        (&[("document", file, &locked)], "document__invalid_format"),
        (&[("document", file, &empty)], "document__invalid_format"),
        (&[("document", picture, &vec![7; (10 << 20) + 1])], "document__too_long"),
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
        (with("declared_data", json!({})), "declared_data__name__required"),
        (with("declared_data", json!({"name": "X"})), "declared_data__name__too_short"),
        (with("declared_data", json!({"name": "x".repeat(256)})), "declared_data__name__too_long"),
        (
            with("declared_data", json!({"name": "Jane", "address": {"zip": "1".repeat(51)}})),
            "declared_data__address__zip__too_long",
        ),
        (
            with("declared_data", json!({"name": "Jane", "address": {"country": "ZZ"}})),
            "declared_data__address__country__invalid_format",
        ),
        (with("webhook_url", json!("nowhere")), "webhook_url__invalid_format"),
    ] {
        app.clock.advance(10_000);
        let told = app.post(ADV, body.clone()).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{body}: {told:?} instead of {expected}");
    }
    for unknown in ["aplt_not_found".to_owned(), format!("aplt_{NOWHERE}")] {
        let refused = app.post(ADV, with("applicant_id", json!(unknown))).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"]);
    }
    let made = app.post(ADV, new(&applicant)).await.created();
    for (body, expected) in [
        (json!({}), "document__required"),
        (json!({"document": ""}), "document__too_short"),
        (json!({"document": 7}), "document__invalid_type"),
        (json!({"document": "no base64!"}), "document__invalid_format"),
        (document(b"hello"), "document__invalid_format"),
        (json!({"document": "A".repeat(14_000_000)}), "document__too_long"),
    ] {
        app.clock.advance(60_000);
        let told = app.post(&attempts(&made), body).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{told:?} instead of {expected}");
    }
    let picture = document(&sample("card_front.jpg"));
    let tried = app.brings_letter(&made, &sample("card_front.jpg")).await;
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
    let none = id(&made).replace(&id(&made)[4..], NOWHERE);
    for (method, path) in &paths {
        app.clock.advance(60_000);
        let body = (*method == "POST").then(|| picture.clone());
        app.ask(method, &stranger, path, body.clone()).await.refused(404, "resource_not_found");
        for unknown in [none.as_str(), "none", "idv_01kt1gw6g0fmj99z5sfwzpmy4a"] {
            let path = path.replace(&id(&made), unknown);
            app.ask(method, &app.key, &path, body.clone()).await.refused(404, "resource_not_found");
        }
    }
    for unknown in [format!("adva_{NOWHERE}"), format!("datp_{NOWHERE}"), "none".to_owned()] {
        app.get(&format!("{}/{unknown}", attempts(&made))).await.refused(404, "resource_not_found");
        app.get(&format!("{}/{unknown}/assets", attempts(&made))).await.refused(404, "resource_not_found");
    }
    let idv = app.post(IDV, least(&applicant)).await.created();
    let other = at(&idv).replace(IDV, ADV).replace("idv_", "adv_");
    app.get(&other).await.refused(404, "resource_not_found");

    let (reader, writer) =
        (app.new_key("verifications:read").await, app.new_key("verifications:write").await);
    app.clock.advance(60_000);
    for (method, path) in paths.iter().chain([&("POST", ADV.to_owned())]) {
        let may_not = if *method == "GET" { &writer } else { &reader };
        let body = (*method == "POST").then(|| picture.clone());
        let refused = app.ask(method, may_not, path, body).await;
        assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"], "{method} {path}");
    }
    app.ask("GET", "none", &at(&made), None).await.refused(401, "authentication_error");
}

/// What an applicant's id asks for in a sandbox.
async fn scenarios_come_true(app: &App) {
    for (start, tries) in [
        ("10000", &[("approved", 10000, "completed")][..]),
        ("62101", &[("declined", 62101, "completed")]),
        ("62102", &[("declined", 62102, "completed")]),
        ("62401", &[("declined", 62401, "completed")]),
        ("61301I1", &[("retry_required", 61301, "quality_checks_aborted"), ("approved", 10000, "completed")]),
        ("61303I1", &[("retry_required", 61303, "checks_inconclusive"), ("approved", 10000, "completed")]),
        ("61901I1", &[("retry_required", 61901, "checks_inconclusive"), ("approved", 10000, "completed")]),
    ] {
        let external = format!("eaplt_{start:0<26}");
        let applicant = app.applicant(json!({"external_applicant_id": external})).await;
        let made = app.post(ADV, new(&applicant)).await.created();
        for (status, code, attempt) in tries {
            app.brings_letter(&made, &sample("card_front.jpg")).await;
            let read = app.again(&made).await;
            assert_eq!((&read["status"], codes(&read)), (&json!(status), vec![*code]), "{start}");
            let list = app.get(&attempts(&made)).await.ok();
            assert_eq!(list["data"][0]["status"], *attempt, "{start}");
        }
    }
}

/// A second attempt waits for the first one's result, and a list goes through all of them.
async fn one_at_a_time_and_paged(app: &App) {
    let external = format!("eaplt_{:0<26}", "61301I1");
    let applicant = app.applicant(json!({"external_applicant_id": external})).await;
    let made = app.post(ADV, new(&applicant)).await.created();
    app.clock.advance(60_000);
    let picture = document(&sample("card_front.jpg"));
    let first = app.post(&attempts(&made), picture.clone()).await.created();
    assert_eq!(app.post(&attempts(&made), picture).await.refused(409, "conflict"), ["wrong_state"]);
    jobs::run_pending(&app.engine).await.unwrap();
    let second = app.brings_letter(&made, &sample("card_front.jpg")).await;
    let page = |skip: u32| format!("{}?skip={skip}&limit=1", attempts(&made));
    for (skip, expected) in [(0, &second), (1, &first)] {
        let read = app.get(&page(skip)).await.ok();
        assert_eq!((&read["total_count"], &read["data"][0]["id"]), (&json!(2), &expected["id"]));
    }
    assert_eq!(app.get(&page(2)).await.ok()["data"], json!([]));
    for wrong in ["?limit=0", "?limit=1000000", "?skip=-1"] {
        assert_eq!(app.get(&format!("{}{wrong}", attempts(&made))).await.status.as_u16() / 100, 4, "{wrong}");
    }
    // One that is forgotten while it goes on is closed.
    let open = app.of_address(json!({})).await;
    let closed = app.post_nothing(&format!("{}/anonymize", at(&open))).await.ok();
    assert_eq!((&closed["status"], codes(&closed)), (&json!("inconclusive"), vec![64001]), "{closed:#}");
}
