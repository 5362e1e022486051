//! Identity verifications: made, read, decided, forgotten.

use axum::http::{StatusCode, header};
use bonafide_core::policy::Preset;
use bonafide_engine::{
    Caller,
    tuning::{self, For, Proposal},
};
use bonafide_testkit::{files::containing, on_both};
use serde_json::{Value, json};

use crate::{
    support::{App, URL, id, sample},
    walk::{BACK, BUILT_IN, IDV, OPEN, at, attempts, codes, declared, least, link},
};

on_both!(
    with_as_little_as_there_may_be,
    whatever_was_said_is_read_back,
    both_at_once_make_an_applicant_or_nothing,
    a_user_journey_is_a_policy,
    one_that_goes_on_is_closed_when_it_is_anonymized,
    another_organizations_are_not_found,
    who_may_only_write_makes_them_and_reads_none,
);

/// As declared data may be.
fn everything() -> Value {
    json!({
        "name": "Hannah Bret",
        "birth_date": "1934-10-02",
        "phone_number": {"country_code": "+44", "number": "7432229615"},
        "email": "hannah.bret@example.com",
        "address": {
            "address_line1": "123 High Street", "address_line2": "Flat 456", "city": "London",
            "state": "Greater London", "zip": "SW1A 1AA", "country": "GB",
        },
    })
}

async fn with_as_little_as_there_may_be(app: &App) {
    let applicant = app.applicant(json!({"external_applicant_id": "ext_1"})).await;
    let made = app.post(IDV, least(&applicant)).await.created();
    let name = id(&made);
    assert!(name.starts_with("idv_") && name.len() == 30, "{name}");
    let expected = json!({
        "id": name,
        "created_on": "2026-06-01T12:00:00.000000Z",
        "modified_on": "2026-06-01T12:00:00.000000Z",
        "applicant_id": applicant["id"],
        "user_journey_id": BUILT_IN,
        "status": "created",
        "response_codes": [],
        "risk_labels": [],
        "declared_data": {"name": "Hannah Bret"},
        "documents": [],
        "_links": {
            "self": {"href": format!("{URL}/identity-verifications/{name}")},
            "applicant": {"href": format!("{URL}/applicants/{}", id(&applicant))},
        },
    });
    assert_eq!(made, expected);
    assert_eq!(app.again(&made).await, expected);
    assert_eq!(app.get(&format!("/v2{}", at(&made))).await.ok(), expected, "under the older name as well");
    assert_eq!(app.told(&name).await, ["identity_verification_created"]);
    let event = &app.events(&name).await[0]["data"];
    assert_eq!(
        (&event["applicant_id"], &event["external_applicant_id"]),
        (&applicant["id"], &json!("ext_1"))
    );
    assert_eq!((&event["identity_verification_id"], &event["status"]), (&made["id"], &made["status"]));
}

async fn whatever_was_said_is_read_back(app: &App) {
    let applicant = app.applicant(json!({})).await;
    let mut said = everything();
    said["phone_number"]["number"] = json!("7432 229-615");
    let body = json!({
        "applicant_id": applicant["id"], "declared_data": said, "redirect_url": BACK,
        "phone_number": {"country_code": "+33", "number": "6 12"}, "webhook_url": "https://hooks.example.com/a",
        // What a program sends back that it has read.
        "status": "approved", "risk_labels": ["multiple_faces_detected"], "response_codes": [],
    });
    let made = app.post(IDV, body).await.created();
    assert_eq!(made["declared_data"], everything());
    assert_eq!((&made["redirect_url"], &made["status"]), (&json!(BACK), &json!("created")));
    assert_eq!(made["phone_number"], json!({"country_code": "+33", "number": "612"}));
    assert_eq!(
        (&made["webhook_url"], &made["risk_labels"]),
        (&json!("https://hooks.example.com/a"), &json!([]))
    );
    assert_eq!(app.again(&made).await, made);
    // Null is as good as nothing.
    let nulls = json!({
        "applicant_id": applicant["id"], "user_journey_id": null, "redirect_url": null,
        "declared_data": {"name": "Hannah Bret", "email": null, "address": null, "birth_date": null},
    });
    assert_eq!(app.post(IDV, nulls).await.created()["declared_data"], json!({"name": "Hannah Bret"}));
}

async fn both_at_once_make_an_applicant_or_nothing(app: &App) {
    let body = json!({"declared_data": everything(), "redirect_url": BACK});
    let opened = app.post(OPEN, body.clone()).await.created();
    assert_eq!((&opened["status"], &opened["redirect_url"]), (&json!("pending"), &json!(BACK)));
    assert_eq!((&opened["user_journey_id"], &opened["response_codes"]), (&json!(BUILT_IN), &json!([])));
    assert!(link(&opened).starts_with(&format!("{URL}/come#")));
    let read = app.again(&opened).await;
    assert!(read["_links"]["verification_url"].is_null(), "the link is told once");
    let list = app.get(&attempts(&opened)).await.ok();
    assert_eq!(
        (&list["total_count"], &list["data"][0]["status"]),
        (&json!(1), &json!("pending_redirection"))
    );
    assert_eq!(link(&list["data"][0]), link(&opened));
    let made = app.get(&format!("/applicants/{}", opened["applicant_id"].as_str().unwrap())).await.ok();
    assert_eq!(
        (&made["external_applicant_name"], &made["email"]),
        (&json!("Hannah Bret"), &json!("hannah.bret@example.com"))
    );
    let words = ["identity_verification_created", "identity_verification_opened"];
    assert_eq!(app.told(&id(&opened)).await, words);

    let known = app.applicant(json!({})).await;
    let mut again = body.clone();
    again["applicant_id"] = known["id"].clone();
    assert_eq!(app.post(OPEN, again.clone()).await.created()["applicant_id"], known["id"]);
    for unknown in ["aplt_not_found", "aplt_01kt1gw6g0fmj99z5sfwzpmy4a", ""] {
        again["applicant_id"] = json!(unknown);
        assert_eq!(app.post(OPEN, again.clone()).await.refused(404, "resource_not_found"), ["not_found"]);
        assert_eq!(app.post(IDV, again.clone()).await.refused(404, "resource_not_found"), ["not_found"]);
    }
    // What is refused leaves no applicant behind.
    let before = clients(app).await;
    let mut hook = body.clone();
    hook["webhook_url"] = json!("http://127.0.0.1/hook");
    assert_eq!(app.post(OPEN, hook).await.invalid(), ["webhook_url__invalid"]);
    let mut journey = body;
    journey["user_journey_id"] = json!("usj_01kt1gw6g0fmj99z5sfwzpmy4a");
    assert_eq!(app.post(OPEN, journey).await.invalid(), ["user_journey_id__invalid"]);
    assert_eq!(clients(app).await, before);
}

/// How many applicants there are.
async fn clients(app: &App) -> u64 {
    use bonafide_engine::clients::{Looking, list};
    list(&app.engine, &app.caller, &Looking::default()).await.unwrap().1
}

async fn a_user_journey_is_a_policy(app: &App) {
    let set = async |name: &str| {
        let officer = Caller { scopes: "verifications policy".to_owned(), ..app.caller.clone() };
        let policy = Preset::Standard.policy();
        let new = Proposal { name: name.to_owned(), of: For::default(), policy, since: None };
        let (version, _) = tuning::set_policy(&app.engine, &officer, new, true).await.unwrap();
        format!("usj_{}", version.id)
    };
    let first = set("onboarding").await;
    let applicant = app.applicant(json!({})).await;
    let with = async |journey: &str| {
        let mut body = least(&applicant);
        body["user_journey_id"] = json!(journey);
        app.post(IDV, body).await
    };
    let made = with(&first).await.created();
    assert_eq!(made["user_journey_id"], first);
    app.clock.advance(1_000);
    let second = set("onboarding").await;
    assert_eq!(with(&first).await.created()["user_journey_id"], second, "the newest of that name");
    assert_eq!(app.again(&made).await["user_journey_id"], first, "what was made keeps its own");
    assert_eq!(with(BUILT_IN).await.created()["user_journey_id"], BUILT_IN);
    for unknown in ["usj_01kt1gw6g0fmj99z5sfwzpmy4a", "onboarding", "", &id(&made)] {
        assert_eq!(with(unknown).await.invalid(), ["user_journey_id__invalid"], "{unknown}");
    }
    let default = set("default").await;
    assert_eq!(app.post(IDV, least(&applicant)).await.created()["user_journey_id"], default);
    let stranger = app.stranger().await;
    let other = app.ask("POST", &stranger, "/applicants", None).await.created();
    let mut body = least(&other);
    body["user_journey_id"] = json!(first);
    let refused = app.ask("POST", &stranger, IDV, Some(body)).await;
    assert_eq!(refused.invalid(), ["user_journey_id__invalid"], "somebody else's is none");
}

async fn one_that_goes_on_is_closed_when_it_is_anonymized(app: &App) {
    let body = json!({"declared_data": everything(), "redirect_url": BACK, "webhook_url": "https://hooks.example.com/a"});
    let opened = app.post(OPEN, body).await.created();
    app.clock.advance(1_000);
    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&opened))).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("inconclusive"), vec![64001]));
    assert_eq!((&forgotten["declared_data"], &forgotten["documents"]), (&json!({}), &json!([])));
    for gone in ["redirect_url", "webhook_url", "phone_number", "face", "verified_identity"] {
        assert!(forgotten[gone].is_null(), "{gone} in {forgotten}");
    }
    for kept in ["id", "created_on", "applicant_id", "user_journey_id"] {
        assert_eq!(forgotten[kept], opened[kept], "{kept}");
    }
    assert_eq!(app.again(&opened).await, forgotten);
    assert_eq!(app.post(&format!("{}/anonymize", at(&opened)), json!({})).await.ok(), forgotten);
    let attempt = &app.get(&attempts(&opened)).await.ok()["data"][0];
    assert_eq!((&attempt["status"], codes(attempt)), (&json!("terminated"), vec![64001]));
    assert!(attempt["redirect_url"].is_null() && attempt["_links"]["verification_url"].is_null());
    assert_eq!(
        app.told(&id(&opened)).await[2..],
        ["identity_verification_closed", "identity_verification_anonymized"]
    );
    assert_eq!(app.post(&attempts(&opened), json!({})).await.refused(409, "conflict").len(), 1);
}

async fn another_organizations_are_not_found(app: &App) {
    let opened = app.post(OPEN, json!({"declared_data": everything(), "redirect_url": BACK})).await.created();
    let attempt = app.get(&attempts(&opened)).await.ok()["data"][0]["id"].as_str().unwrap().to_owned();
    let (stranger, reader) = (app.stranger().await, app.new_key("verifications:read").await);
    let one = format!("{}/{attempt}", attempts(&opened));
    let all = [
        ("GET", at(&opened)),
        ("GET", attempts(&opened)),
        ("GET", one.clone()),
        ("GET", format!("{one}/assets")),
        ("GET", format!("{}/pdf-report", at(&opened))),
        ("POST", format!("{}/anonymize", at(&opened))),
        ("POST", attempts(&opened)),
    ];
    for (method, path) in &all {
        let refused = app.ask(method, &stranger, path, None).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"], "{method} {path}");
        let nowhere = path.replace(&id(&opened), "idv_01kt1gw6g0fmj99z5sfwzpmy4a");
        app.ask(method, &app.key, &nowhere, None).await.refused(404, "resource_not_found");
        // Its id under the name of another resource is none.
        let wrong = path.replace("idv_", "fav_");
        app.ask(method, &app.key, &wrong, None).await.refused(404, "resource_not_found");
        let wrong = path.replace(IDV, crate::walk::FAV).replace("idv_", "fav_");
        app.ask(method, &app.key, &wrong, None).await.refused(404, "resource_not_found");
        let by_reader = app.ask(method, &reader, path, None).await;
        match *method {
            "GET" if path.ends_with("pdf-report") => {
                assert_eq!(by_reader.refused(404, "resource_not_found"), ["report__not_available"]);
            }
            "GET" => drop(by_reader.ok()),
            _ => drop(by_reader.refused(403, "authentication_error")),
        }
    }
    assert_eq!(app.again(&opened).await["status"], "pending", "nobody changed it");
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let applicant = app.applicant(json!({})).await;
    let long = |n: usize| "x".repeat(n);
    let wrong = [
        ("declared_data", json!(null), "declared_data__invalid_type"),
        ("declared_data.name", json!("H"), "declared_data__name__too_short"),
        ("declared_data.name", json!("   "), "declared_data__name__invalid"),
        ("declared_data.name", json!(long(256)), "declared_data__name__too_long"),
        ("declared_data.birth_date", json!("02/10/1934"), "declared_data__birth_date__invalid_format"),
        ("declared_data.birth_date", json!("2026-06-02"), "declared_data__birth_date__out_of_range"),
        ("declared_data.email", json!("hannah"), "declared_data__email__invalid_format"),
        (
            "declared_data.phone_number",
            json!({"country_code": "+44"}),
            "declared_data__phone_number__number__required",
        ),
        (
            "declared_data.phone_number",
            json!({"country_code": "44", "number": "1"}),
            "declared_data__phone_number__country_code__invalid",
        ),
        (
            "declared_data.phone_number",
            json!({"country_code": "+44", "number": "123456789012345"}),
            "declared_data__phone_number__number__invalid",
        ),
        (
            "declared_data.address",
            json!({"address_line1": long(251)}),
            "declared_data__address__address_line1__too_long",
        ),
        ("declared_data.address", json!({"zip": long(51)}), "declared_data__address__zip__too_long"),
        ("declared_data.address", json!({"country": "GBR"}), "declared_data__address__country__too_long"),
        (
            "declared_data.address",
            json!({"country": "ZZ"}),
            "declared_data__address__country__invalid_format",
        ),
        ("redirect_url", json!("javascript:alert(1)"), "redirect_url__invalid"),
        ("redirect_url", json!("https:///nowhere"), "redirect_url__invalid_format"),
        ("redirect_url", json!(7), "redirect_url__invalid_type"),
        ("webhook_url", json!("http://169.254.169.254/"), "webhook_url__invalid"),
        ("user_journey_id", json!(long(256)), "user_journey_id__too_long"),
        ("declared_data.nmae", json!("Hannah"), "declared_data__nmae__unknown"),
    ];
    let good = json!({
        "applicant_id": applicant["id"], "declared_data": {"name": "Hannah Bret"}, "redirect_url": BACK,
    });
    for (path, value, code) in wrong {
        let mut body = good.clone();
        match path.split_once('.') {
            Some((object, name)) => body[object][name] = value,
            None => body[path] = value,
        }
        for operation in [IDV, OPEN] {
            let told = app.post(operation, body.clone()).await.invalid();
            assert!(told.contains(&code.to_owned()), "{operation} {path}: {told:?} instead of {code}");
            assert!(told.iter().all(|t| t.starts_with(&path.replace('.', "__"))), "{told:?}");
        }
    }
    for (operation, required) in
        [(IDV, ["applicant_id", "declared_data"]), (OPEN, ["declared_data", "redirect_url"])]
    {
        let mut told = app.post(operation, json!({})).await.invalid();
        told.sort();
        assert_eq!(told, required.map(|field| format!("{field}__required")));
        let nothing = app.post_nothing(operation).await.invalid();
        assert_eq!(nothing.len(), 2, "{nothing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_approved_is_known_by_their_document_and_forgotten_again() {
    let app = App::looking().await;
    let approved = app.approved().await;
    assert_eq!(codes(&approved), [10000]);
    assert_eq!(approved["response_codes"], json!([{"code": 10000, "summary": "approved"}]));
    let identity = &approved["verified_identity"];
    let expected = json!({
        "full_name": "RAPHAEL JOHN HYTHLODAY", "birth_date": "1978-02-07", "first_names": "RAPHAEL JOHN",
        "last_name": "HYTHLODAY", "birth_place": "AMAUROT", "nationality": "UTO", "gender": "M",
    });
    assert_eq!(identity, &expected);
    assert_eq!(approved["documents"].as_array().unwrap().len(), 1, "{approved:#}");
    let document = &approved["documents"][0];
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&document[name], value, "{name}");
    }
    for (name, value) in [
        ("document_type", "Passport"),
        ("document_issuing_country", "UTO"),
        ("document_number", "U4178035K"),
        ("document_expiry_date", "2034-11-03"),
        ("document_issue_date", "2024-11-04"),
    ] {
        assert_eq!(document[name], value, "{name} in {document:#}");
    }
    let lines: Vec<&str> = document["document_mrz"].as_str().unwrap().split_terminator('\n').collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.len() == 44), "{lines:?}");
    assert!(document["document_mrz"].as_str().unwrap().ends_with('\n'));
    assert_eq!(document.get("back_image_signed_url"), None);
    let words: Vec<String> = app.told(&id(&approved)).await;
    assert_eq!(
        words,
        ["created", "opened", "started", "capture_completed", "checks_completed", "report_created"]
            .map(|word| format!("identity_verification_{word}"))
    );

    // The pictures, by links that need no key.
    let front = document["front_image_signed_url"].as_str().unwrap().to_owned();
    let face = approved["face"]["image_signed_url"].as_str().unwrap().to_owned();
    assert!(front != face && front.starts_with(&format!("{URL}/assets/")));
    for url in [&front, &face] {
        let shown = app.picture(url).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(shown.headers[header::CONTENT_TYPE], "image/jpeg");
        assert_eq!(shown.headers[header::CACHE_CONTROL], "private, no-store");
        assert!(shown.bytes.starts_with(&[0xff, 0xd8]));
    }

    let anonymize = format!("{}/anonymize", at(&approved));
    let forgotten = app.post_nothing(&anonymize).await.ok();
    assert_eq!((&forgotten["status"], codes(&forgotten)), (&json!("approved"), vec![10000]));
    assert_eq!((&forgotten["declared_data"], &forgotten["documents"]), (&json!({}), &json!([])));
    assert!(forgotten["verified_identity"].is_null() && forgotten["face"].is_null());
    assert_eq!(app.picture(&front).await.refused(410, "resource_not_found"), ["gone"]);
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.picture(&face).await.status, StatusCode::GONE);
    for personal in ["Hythloday", "HYTHLODAY"] {
        assert_eq!(containing(app.folder.path(), personal.as_bytes()), Vec::<std::path::PathBuf>::new());
    }
    let attempt = &app.get(&attempts(&approved)).await.ok()["data"][0];
    assert_eq!((&attempt["status"], codes(attempt)), (&json!("completed"), vec![]));
    let assets = format!("{}/{}/assets", attempts(&approved), attempt["id"].as_str().unwrap());
    assert_eq!(app.get(&assets).await.ok()["data"], json!([]));
    assert_eq!(app.told(&id(&approved)).await.last().unwrap(), "identity_verification_anonymized");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_face_and_another_name_are_declined() {
    let app = App::looking().await;
    let (passport, selfie, other) = (sample("passport.jpg"), sample("selfie.jpg"), sample("other.jpg"));
    let mismatch = app.verified(declared(), &passport, &other).await;
    assert_eq!(mismatch["status"], "declined", "{mismatch:#}");
    assert!(codes(&mismatch).contains(&62304), "{:?}", codes(&mismatch));
    assert!(mismatch["verified_identity"].is_null() && mismatch["documents"][0]["full_name"].is_string());
    // Whose codes explain it stays known when the person is forgotten.
    let forgotten = app.post_nothing(&format!("{}/anonymize", at(&mismatch))).await.ok();
    assert_eq!(forgotten["response_codes"], mismatch["response_codes"]);
    assert_eq!((&forgotten["status"], &forgotten["documents"]), (&json!("declined"), &json!([])));

    for said in [
        json!({"name": "Hannah Bret"}),
        json!({"name": "Raphael John Hythloday", "birth_date": "1978-02-08"}),
    ] {
        let differs = app.verified(said, &passport, &selfie).await;
        assert_eq!((&differs["status"], codes(&differs)), (&json!("declined"), vec![62401]), "{differs:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blurred_document_is_asked_for_again_and_a_no_is_a_no() {
    let app = App::looking().await;
    let (passport, selfie) = (sample("passport.jpg"), sample("selfie.jpg"));
    let retry = app.verified(declared(), &crate::walk::blurred(&passport), &selfie).await;
    assert_eq!(retry["status"], "retry_required", "{retry:#}");
    assert!(codes(&retry).contains(&61301), "{:?}", codes(&retry));
    let first = app.get(&attempts(&retry)).await.ok()["data"][0].clone();
    assert_eq!((&first["status"], codes(&first)), (&json!("checks_inconclusive"), codes(&retry)));

    app.clock.advance(60_000);
    let second = app.attempt(&retry).await;
    let pending = app.again(&retry).await;
    assert_eq!((&pending["status"], codes(&pending)), (&json!("pending"), vec![]));
    let device = app.device(link(&second)).await;
    assert_eq!(app.again(&retry).await["status"], "capture_in_progress");
    app.shows(&device, &passport, &selfie).await;
    assert!(app.hands_in(&device).await.status.is_success());
    let approved = app.again(&retry).await;
    assert_eq!((&approved["status"], codes(&approved)), (&json!("approved"), vec![10000]), "{approved:#}");
    let told = app.told(&id(&retry)).await;
    assert!(told.contains(&"identity_verification_checks_inconclusive".to_owned()), "{told:?}");
    assert!(told.contains(&"identity_verification_retry_requested".to_owned()), "{told:?}");
    // Each attempt has what was captured in it.
    let list = app.get(&attempts(&retry)).await.ok();
    for attempt in list["data"].as_array().unwrap() {
        let assets =
            app.get(&format!("{}/{}/assets", attempts(&retry), attempt["id"].as_str().unwrap())).await;
        let types: Vec<Value> =
            assets.ok()["data"].as_array().unwrap().iter().map(|asset| asset["type"].clone()).collect();
        assert_eq!(types, ["document_front_image", "face_image"]);
    }

    let opened = app.post(OPEN, json!({"declared_data": declared(), "redirect_url": BACK})).await.created();
    let device = app.device(link(&opened)).await;
    assert!(
        app.on_device(&device, "/capture/session/consent", json!({"given": false})).await.status.is_success()
    );
    let refused = app.again(&opened).await;
    assert_eq!((&refused["status"], codes(&refused)), (&json!("refused"), vec![63001]));
    let attempt = &app.get(&attempts(&opened)).await.ok()["data"][0];
    assert_eq!((&attempt["status"], codes(attempt)), (&json!("capture_refused"), vec![63001]));
    let told = app.told(&id(&opened)).await;
    assert_eq!(told.last().unwrap(), "identity_verification_capture_refused");
    app.post(&attempts(&opened), json!({})).await.refused(409, "conflict");
}

async fn who_may_only_write_makes_them_and_reads_none(app: &App) {
    let writer = &app.new_key("verifications:write").await;
    let post = async |path: &str, body: Value| app.ask("POST", writer, path, Some(body)).await;
    let applicant = post("/applicants", json!({})).await.created();
    let made = post(IDV, least(&applicant)).await.created();
    let attempt = post(&attempts(&made), json!({"redirect_url": BACK})).await.created();
    assert!(link(&attempt).contains('#'));
    let both = json!({"declared_data": {"name": "Hannah Bret"}, "redirect_url": BACK});
    assert_eq!(post(OPEN, both).await.created()["status"], "pending");
    let erased = post(&format!("{}/anonymize", at(&made)), json!({})).await.ok();
    assert_eq!((&erased["id"], codes(&erased)), (&made["id"], vec![64001]));
    for path in [at(&made), attempts(&made), format!("/applicants/{}", id(&applicant))] {
        app.ask("GET", writer, &path, None).await.refused(403, "authentication_error");
    }
}
