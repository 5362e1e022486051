//! When there may be an attempt, whose it is, and what is wrong with a request.

use axum::http::StatusCode;
use bonafide_core::verification::Status;
use bonafide_engine::{jobs, verifications};
use bonafide_testkit::{engine::Setup, on_both};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{base64, new, words};
use crate::{
    support::{App, URL, bare, id, sample},
    walk::{BUILT_IN, IDDV, IDV, at, attempts, codes, least},
};

const NOWHERE: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";

on_both!(scenarios_come_true, an_attempt_at_a_time, pages_go_through_all_of_them, an_open_one_is_closed);

/// Whoever dies while they decide leaves nobody waiting: the same is told as where a human has to look anyhow.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_decide_is_for_a_human() {
    let mut ended = vec![];
    for dying in [&[][..], &["decide"]] {
        let app = App::of("sqlite", Setup { dying, ..Setup::default() }, false).await;
        let made = app.of_document(json!({})).await;
        app.brings(&made, json!({"document_front": base64(&sample("card_front.jpg"))})).await;
        let now = app.again(&made).await;
        // This API has no word for it: a reviewer looks through our own.
        let status = verifications::read(&app.engine, &app.caller, bare(&id(&made))).await.unwrap().status;
        assert_eq!(status, Status::ReviewRequired);
        ended.push((
            now["status"].clone(),
            app.last(&made).await["status"].clone(),
            app.told(&id(&made)).await,
        ));
    }
    assert_eq!(ended[1], ended[0]);
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
        (
            with("declared_data", json!({"name": "Jane", "email": "a@example.com"})),
            "declared_data__email__unknown",
        ),
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
    let (reader, writer) =
        (app.new_key("verifications:read").await, app.new_key("verifications:write").await);
    app.clock.advance(60_000);
    for (method, path) in paths.iter().chain([&("POST", IDDV.to_owned())]) {
        let (may, may_not) = if *method == "GET" { (&reader, &writer) } else { (&writer, &reader) };
        let body = (*method == "POST").then(|| picture.clone());
        let refused = app.ask(method, may_not, path, body.clone()).await;
        assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"], "{method} {path}");
        if !path.ends_with("anonymize") {
            assert_ne!(
                app.ask(method, may, path, body).await.status,
                StatusCode::FORBIDDEN,
                "{method} {path}"
            );
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
        (
            "61311I62202",
            &[("retry_required", 61311, "checks_inconclusive"), ("declined", 62202, "completed")],
        ),
        ("61303I1", &[("retry_required", 61303, "checks_inconclusive"), ("approved", 10000, "completed")]),
        (
            "61901I62201",
            &[("retry_required", 61901, "checks_inconclusive"), ("declined", 62201, "completed")],
        ),
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
    let applicant =
        app.applicant(json!({"external_applicant_id": format!("eaplt_{:0<26}", "61301I1")})).await;
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
