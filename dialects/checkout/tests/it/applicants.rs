//! Applicants: every field, changes, what stays when they are forgotten.

use bonafide_engine::clients::{self, Content, Details};
use bonafide_testkit::{files::containing, on_both};
use serde_json::{Value, json};

use crate::support::{App, URL, id};

const APPLICANTS: &str = "/applicants";
/// Of nobody.
const UNKNOWN: [&str; 5] = [
    "aplt_01kt1gw6g0fmj99z5sfwzpmy4a",
    "aplt_not_found",
    "01kt1gw6g0fmj99z5sfwzpmy4a",
    "idv_01kt1gw6g0fmj99z5sfwzpmy4a",
    "hannah",
];

on_both!(
    an_applicant_is_kept_changed_and_read,
    a_forgotten_applicant_keeps_its_id_alone,
    an_applicant_is_its_organizations_alone,
    changes_at_once_come_one_after_the_other,
    asking_again_with_a_key_makes_no_second_one,
);

fn everything() -> Value {
    json!({
        "external_applicant_id": "ext_osdfdfdb4hryu5cei5vwoabrk5k",
        "email": "hannah.bret@example.com",
        "external_applicant_name": "Hannah Bret",
    })
}

fn at(applicant: &Value) -> String {
    format!("{APPLICANTS}/{}", id(applicant))
}

/// What was said of an applicant, without what the server adds.
#[track_caller]
fn said(applicant: &Value) -> Value {
    let mut said = applicant.clone();
    let members = said.as_object_mut().unwrap();
    for added in ["id", "created_on", "modified_on", "_links"] {
        assert!(members.remove(added).is_some(), "{added} in {applicant}");
    }
    said
}

async fn an_applicant_is_kept_changed_and_read(app: &App) {
    let hannah = app.applicant(everything()).await;
    let name = id(&hannah);
    assert!(name.starts_with("aplt_") && name.len() == 31, "{name}");
    assert_eq!(said(&hannah), everything());
    assert_eq!(hannah["_links"], json!({"self": {"href": format!("{URL}/applicants/{name}")}}));
    assert_eq!(hannah["created_on"], "2026-06-01T12:00:00.000000Z");
    assert_eq!(hannah["modified_on"], hannah["created_on"]);
    assert_eq!(app.get(&at(&hannah)).await.ok(), hannah);

    // Nothing is required, not even a body.
    for least in [app.post(APPLICANTS, json!({})).await, app.post_nothing(APPLICANTS).await] {
        assert_eq!(said(&least.created()), json!({}));
    }
    let nulls = json!({"email": null, "external_applicant_id": null, "external_applicant_name": null});
    assert_eq!(said(&app.applicant(nulls).await), json!({}));

    app.clock.advance(1_500);
    let changed = app.patch(&at(&hannah), json!({"external_applicant_name": "Hannah Roe"})).await.ok();
    assert_eq!(changed["external_applicant_name"], "Hannah Roe");
    assert_eq!(changed["email"], "hannah.bret@example.com");
    assert_eq!(changed["modified_on"], "2026-06-01T12:00:01.500000Z");
    assert_eq!(changed["created_on"], hannah["created_on"]);
    assert_eq!(app.get(&at(&hannah)).await.ok(), changed);

    // Whoever changes nothing has changed nothing.
    app.clock.advance(1_000);
    for nothing in [json!({}), json!({"external_applicant_name": "Hannah Roe"})] {
        assert_eq!(app.patch(&at(&hannah), nothing).await.ok(), changed);
    }
    let cleared = app.patch(&at(&hannah), json!({"email": null})).await.ok();
    assert_eq!(
        said(&cleared),
        json!({
            "external_applicant_id": "ext_osdfdfdb4hryu5cei5vwoabrk5k", "external_applicant_name": "Hannah Roe",
        })
    );
    // A program that sends back what it read changes what may be changed.
    let back = app.patch(&at(&hannah), hannah.clone()).await;
    assert_eq!(said(&back.ok()), everything());
}

async fn a_forgotten_applicant_keeps_its_id_alone(app: &App) {
    let hannah = app.applicant(everything()).await;
    let other = app.applicant(everything()).await;
    app.clock.advance(1_000);
    let anonymize = format!("{}/anonymize", at(&hannah));
    let forgotten = app.post_nothing(&anonymize).await.ok();
    assert_eq!(said(&forgotten), json!({"external_applicant_id": "ext_osdfdfdb4hryu5cei5vwoabrk5k"}));
    assert_eq!((&forgotten["id"], &forgotten["created_on"]), (&hannah["id"], &hannah["created_on"]));
    assert_ne!(forgotten["modified_on"], hannah["modified_on"]);
    assert_eq!(app.get(&at(&hannah)).await.ok(), forgotten);
    // One vendor's program sends an empty object, and nothing more happens.
    app.clock.advance(1_000);
    assert_eq!(app.post(&anonymize, json!({})).await.ok(), forgotten);
    assert_eq!(app.get(&at(&other)).await.ok(), other, "nobody else was forgotten");
}

async fn an_applicant_is_its_organizations_alone(app: &App) {
    let hannah = app.applicant(everything()).await;
    let stranger = app.stranger().await;
    let (path, anonymize) = (at(&hannah), format!("{}/anonymize", at(&hannah)));
    let change = json!({"external_applicant_name": "Nobody"});
    let asked = [("GET", &path, None), ("PATCH", &path, Some(change)), ("POST", &anonymize, None)];
    for (method, path, body) in asked.clone() {
        let refused = app.ask(method, &stranger, path, body).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"]);
    }
    // Whoever may only read only reads.
    let reader = app.new_key("verifications:read").await;
    assert_eq!(app.ask("GET", &reader, &path, None).await.ok(), hannah);
    for (method, path, body) in asked.into_iter().skip(1) {
        let refused = app.ask(method, &reader, path, body).await;
        assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
    }
    let refused = app.ask("POST", &reader, APPLICANTS, Some(json!({}))).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
    assert_eq!(app.get(&path).await.ok(), hannah);
    for unknown in UNKNOWN {
        let path = format!("{APPLICANTS}/{unknown}");
        app.get(&path).await.refused(404, "resource_not_found");
        app.patch(&path, json!({})).await.refused(404, "resource_not_found");
        app.post_nothing(&format!("{path}/anonymize")).await.refused(404, "resource_not_found");
    }
}

async fn changes_at_once_come_one_after_the_other(app: &App) {
    let hannah = app.applicant(json!({})).await;
    let path = at(&hannah);
    let (one, other) = tokio::join!(
        app.patch(&path, json!({"email": "hannah@example.com"})),
        app.patch(&path, json!({"external_applicant_name": "Hannah"})),
    );
    one.ok();
    other.ok();
    let both = json!({"email": "hannah@example.com", "external_applicant_name": "Hannah"});
    assert_eq!(said(&app.get(&path).await.ok()), both);
}

async fn asking_again_with_a_key_makes_no_second_one(app: &App) {
    let ask = async |body: Value| {
        let request = axum::http::Request::post(APPLICANTS)
            .header("Authorization", format!("Bearer {}", app.key))
            .header("Content-Type", "application/json")
            .header("Cko-Idempotency-Key", "same")
            .body(axum::body::Body::from(body.to_string()));
        app.send(request.unwrap()).await
    };
    let first = ask(everything()).await;
    let again = ask(everything()).await;
    assert_ne!(
        first.headers["cko-request-id"], again.headers["cko-request-id"],
        "each request has its own id"
    );
    assert_eq!(first.created(), again.created());
    assert_eq!(ask(json!({})).await.refused(422, "invalid_request"), ["idempotency_key_used"]);
}

/// On the database that is files of ours.
#[tokio::test]
async fn nothing_that_is_stored_of_an_applicant_can_be_read() {
    let app = App::start("sqlite").await;
    let hannah = app.applicant(everything()).await;
    app.post_nothing(&format!("{}/anonymize", at(&hannah))).await.ok();
    app.applicant(everything()).await;
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    for personal in ["Hannah", "hannah.bret", "ext_osdfdfdb4hryu5cei5vwoabrk5k"] {
        let files = containing(app.folder.path(), personal.as_bytes());
        assert_eq!(files, Vec::<std::path::PathBuf>::new(), "{personal}");
    }
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let hannah = app.applicant(everything()).await;
    let long = |n: usize| "x".repeat(n);
    for (field, wrong, code) in [
        ("email", json!("hannah"), "invalid_format"),
        ("email", json!(""), "invalid_format"),
        ("email", json!(format!("{}@example.com", long(250))), "too_long"),
        ("email", json!(7), "invalid_type"),
        ("external_applicant_name", json!("H"), "too_short"),
        ("external_applicant_name", json!(long(256)), "too_long"),
        ("external_applicant_name", json!(["Hannah"]), "invalid_type"),
        ("external_applicant_name", json!("Hannah\0"), "invalid_format"),
    ] {
        let (body, expected) = (json!({ field: wrong }), format!("{field}__{code}"));
        for answer in [app.post(APPLICANTS, body.clone()).await, app.patch(&at(&hannah), body).await] {
            let codes = answer.invalid();
            assert!(codes.contains(&expected), "{codes:?}: no {expected}");
            assert!(codes.iter().all(|code| code.starts_with(field)), "{codes:?}");
        }
    }
    for (wrong, code) in [(json!(long(256)), "too_long"), (json!(1), "invalid_type")] {
        let codes = app.post(APPLICANTS, json!({"external_applicant_id": wrong})).await.invalid();
        assert_eq!(codes, [format!("external_applicant_id__{code}")]);
    }
    // Every one at once, and what looks misspelt.
    let mut codes =
        app.post(APPLICANTS, json!({"email": "h", "external_applicant_nmae": "Hannah"})).await.invalid();
    codes.sort();
    assert_eq!(codes, ["email__invalid_format", "external_applicant_nmae__unknown"]);
    // What is like nothing is ignored.
    app.applicant(json!({"loyalty_tier": "gold"})).await;
    assert_eq!(app.get(&at(&hannah)).await.ok(), hannah, "nothing was changed");
    for wrong in ["[]", "7", "null", "\"a\""] {
        let body: Value = serde_json::from_str(wrong).unwrap();
        assert_eq!(app.post(APPLICANTS, body).await.invalid(), ["invalid_type"], "{wrong}");
    }
}

#[tokio::test]
async fn a_record_of_another_api_is_an_applicant_too() {
    let app = App::start("sqlite").await;
    let details = Details {
        name_first: Some("Hannah".to_owned()),
        name_last: Some("Bret".to_owned()),
        city: Some("Toronto".to_owned()),
        ..Details::default()
    };
    let content = Content { details, ..Content::default() };
    let made = clients::create(&app.engine, &app.caller, content).await.unwrap();
    let path = format!("{APPLICANTS}/aplt_{}", made.id);
    assert_eq!(said(&app.get(&path).await.ok()), json!({"external_applicant_name": "Hannah Bret"}));
    let changed = app.patch(&path, json!({"external_applicant_name": "Hannah Roe"})).await.ok();
    assert_eq!(said(&changed), json!({"external_applicant_name": "Hannah Roe"}));
    let kept = clients::read(&app.engine, &app.caller, made.id).await.unwrap().content.details;
    assert_eq!((kept.name_first, kept.city.as_deref()), (None, Some("Toronto")));
}
