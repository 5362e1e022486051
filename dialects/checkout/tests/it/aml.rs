//! AML verifications over HTTP: every field, every refusal, and the events with their bodies.

use bonafide_core::{event::EventType, id::VerificationId};
use bonafide_engine::{
    events::{Filter, list},
    jobs::run_pending,
    trigger::trigger,
};
use bonafide_screening::{lists::Files, snapshot::Store};
use bonafide_testkit::{files::containing, on_both};
use serde_json::{Value, json};

use crate::support::{App, URL, bare, id};

const AML: &str = "/aml-verifications";
const CONSOLE: &str = "/console/aml-verifications";
const LISTED: &str = "1,person,Anna Eriksson,1974-08-12";

on_both!(
    an_applicant_is_compared_and_a_human_decides,
    a_changed_list_alerts_of_who_is_monitored,
    without_lists_nobody_is_approved,
    what_was_found_goes_with_the_applicant,
    it_is_its_organizations_alone,
    asking_again_with_a_key_makes_no_second_one,
);

impl App {
    /// Takes a list in, and lets time pass until it is seen.
    fn take_in(&self, rows: &str) {
        let text = format!("id,type,name,birth_date\n{rows}\n");
        let files: Files = [("house.csv".to_owned(), text.into_bytes())].into();
        let lists = Store::new(self.folder.path().join("lists"));
        lists.import("house", None, &files, self.engine.now().0, true).unwrap();
        self.clock.advance(20_000);
    }

    async fn named(&self, name: &str) -> Value {
        self.applicant(json!({"external_applicant_id": "ext-1", "external_applicant_name": name})).await
    }

    /// A new one, as it is after the lists were searched.
    async fn compared(&self, applicant: &Value, monitored: bool) -> Value {
        let made = self.post(AML, new(&applicant["id"], monitored)).await.created();
        run_pending(&self.engine).await.unwrap();
        self.get(&at(&made)).await.ok()
    }

    /// The word of a reviewer on what they read.
    async fn says(&self, aml: &Value, verdict: &str, reason: &str) -> crate::support::Answer {
        let key = self.new_key("reviews verifications:read").await;
        let path = format!("{CONSOLE}/{}", id(aml));
        let read = self.ask("GET", &key, &path, None).await;
        let body = json!({"verdict": verdict, "reason": reason, "seen": read.body["version"]});
        self.ask("POST", &key, &format!("{path}/review"), Some(body)).await
    }
}

fn new(applicant: &Value, monitored: bool) -> Value {
    json!({
        "applicant_id": applicant,
        "search_parameters": {"configuration_identifier": "iscr_standard"},
        "monitored": monitored,
    })
}

fn at(aml: &Value) -> String {
    format!("{AML}/{}", id(aml))
}

/// The same under the console's prefix-less problem documents.
fn refused(answer: &crate::support::Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.body["code"].clone())
}

async fn an_applicant_is_compared_and_a_human_decides(app: &App) {
    app.take_in(LISTED);
    let bertil = app.named("Bertil Svensson").await;
    let made = app.post(AML, new(&bertil["id"], false)).await.created();
    let name = id(&made);
    assert!(name.starts_with("amlv_") && name.len() == 31, "{name}");
    assert_eq!(
        made,
        json!({
            "id": name,
            "created_on": "2026-06-01T12:00:20.000000Z",
            "modified_on": "2026-06-01T12:00:20.000000Z",
            "status": "created",
            "applicant_id": bertil["id"],
            "search_parameters": {"configuration_identifier": "iscr_standard"},
            "monitored": false,
            "_links": {
                "self": {"href": format!("{URL}{AML}/{name}")},
                "applicant": {"href": format!("{URL}/applicants/{}", id(&bertil))},
            },
        })
    );
    app.clock.advance(1_500);
    run_pending(&app.engine).await.unwrap();
    let read = app.get(&at(&made)).await.ok();
    assert_eq!((&read["status"], &read["created_on"]), (&json!("approved"), &made["created_on"]));
    assert_eq!(read["modified_on"], "2026-06-01T12:00:21.500000Z");
    assert_eq!(app.get(&format!("/v2{AML}/{name}")).await.ok(), read, "native too");

    let anna = app.named("Anna Eriksson").await;
    let hit = app.compared(&anna, true).await;
    assert_eq!((&hit["status"], &hit["monitored"]), (&json!("review_required"), &json!(true)));
    let decided = app.says(&hit, "approve", "somebody_else").await;
    assert_eq!((decided.status.as_u16(), &decided.body["decided"]), (200, &json!(true)), "{}", decided.body);
    assert_eq!(app.get(&at(&hit)).await.ok()["status"], "approved");
    assert_eq!(
        app.told(&id(&hit)).await,
        [
            "aml_verification_created",
            "aml_verification_onboarding_started",
            "aml_verification_status_changed",
            "aml_verification_onboarding_completed",
            "aml_verification_status_changed",
            "aml_verification_onboarding_reviewed",
            "aml_verification_status_changed",
        ]
    );
    let events = app.events(&id(&hit)).await;
    let statuses: Vec<&Value> = events.iter().map(|event| &event["data"]["status"]).collect();
    let (searching, waiting) = ("screening_in_progress", "review_required");
    let expected = ["created", searching, searching, waiting, waiting, "approved", "approved"];
    assert_eq!(statuses, expected);
    // The fourth, whole.
    let fourth = &events[3];
    assert_eq!(
        *fourth,
        json!({
            "id": fourth["id"],
            "type": "aml_verification_onboarding_completed",
            "version": "1.2.0",
            "created_on": "2026-06-01T12:00:21.500000Z",
            "data": {
                "aml_verification_id": id(&hit),
                "applicant_id": anna["id"],
                "external_applicant_id": "ext-1",
                "status": "review_required",
                "hits": 1,
                "sequence": 4,
                "environment": "sandbox",
            },
            "_links": {"self": {"href": format!("{URL}/workflows/events/{}", id(fourth))}},
        })
    );

    app.clock.advance(1_000);
    let listed = app.compared(&anna, false).await;
    let declined = app.says(&listed, "decline", "listed").await;
    assert_eq!(declined.body["aml_verification"]["status"], "declined");
    assert_eq!(app.get(&at(&listed)).await.ok()["status"], "declined");
    assert_eq!(refused(&app.says(&listed, "approve", "somebody_else").await), (409, json!("wrong_state")));
    let reviewer = app.new_key("reviews").await;
    let word = json!({"verdict": "decline", "reason": "listed", "seen": 1});
    let path = format!("{CONSOLE}/amlv_01kt1gw6g0fmj99z5sfwzpmy4a/review");
    assert_eq!(refused(&app.ask("POST", &reviewer, &path, Some(word)).await), (404, json!("not_found")));
    for (field, wrong) in [
        ("seen", json!(0)),
        ("seen", json!(1_000_000_001)),
        ("verdict", json!("cancel")),
        ("note", json!("x".repeat(2001))),
    ] {
        let mut word = json!({"verdict": "decline", "reason": "listed", "seen": 1});
        word[field] = wrong;
        let answer = app.ask("POST", &reviewer, &path, Some(word)).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["field"]), (400, &json!(field)));
    }

    // What a reviewer reads.
    let reader = app.new_key("verifications:read").await;
    let page = app.ask("GET", &reader, &format!("{CONSOLE}?limit=2"), None).await.body;
    assert_eq!((&page["total"], &page["next"]), (&json!(3), &json!("2")));
    let read = async |n: usize| {
        let name = page["data"][n]["id"].as_str().unwrap();
        app.ask("GET", &reader, &format!("{CONSOLE}/{name}"), None).await.body
    };
    assert_eq!(read(0).await["reviews"][0]["reason"], "listed");
    let second = read(1).await;
    for (name, value) in page["data"][1].as_object().unwrap() {
        assert_eq!(&second[name], value, "a list says the same");
    }
    assert!(page["data"][1].get("screening").is_none(), "and not who anybody is");
    assert_eq!(second["screening"]["names"], json!(["Anna Eriksson"]));
    assert_eq!(second["screening"]["hits"][0]["id"], "house:1");
    assert_eq!(second["screening"]["hits"][0]["dismissed"], true);
    let rest = app.ask("GET", &reader, &format!("{CONSOLE}?limit=2&skip=2"), None).await.body;
    assert_eq!((rest["data"].as_array().unwrap().len(), rest.get("next")), (1, None));
    let client = id(&bertil);
    let of = app.ask("GET", &reader, &format!("{CONSOLE}?status=approved&client={client}"), None).await.body;
    assert_eq!((&of["total"], &of["data"][0]["id"]), (&json!(1), &json!(bare(&name).to_string())));
    for field in ["status", "client", "skip", "limit", "order"] {
        let answer = app.ask("GET", &reader, &format!("{CONSOLE}?{field}=lost"), None).await;
        assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["field"]), (400, &json!(field)));
    }
    let path = format!("{CONSOLE}/{name}/review");
    let denied = app.ask("POST", &reader, &path, Some(json!({}))).await;
    assert_eq!(denied.status.as_u16(), 403);
}

async fn a_changed_list_alerts_of_who_is_monitored(app: &App) {
    app.take_in("7,person,Somebody Else,1950-01-01");
    let anna = app.named("Anna Eriksson").await;
    let (monitored, once) = (app.compared(&anna, true).await, app.compared(&anna, false).await);
    assert_eq!((&monitored["status"], &once["status"]), (&json!("approved"), &json!("approved")));
    app.take_in(LISTED);
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.get(&at(&monitored)).await.ok()["status"], "review_required");
    assert_eq!(app.get(&at(&once)).await.ok(), once);
    app.says(&monitored, "decline", "listed").await;
    let told = app.told(&id(&monitored)).await;
    assert_eq!(
        told[5..],
        [
            "aml_verification_monitoring_alert",
            "aml_verification_status_changed",
            "aml_verification_monitoring_reviewed",
            "aml_verification_status_changed",
        ]
    );
    assert_eq!(app.get(&at(&monitored)).await.ok()["status"], "declined");
}

async fn without_lists_nobody_is_approved(app: &App) {
    let anna = app.named("Anna Eriksson").await;
    let aml = app.compared(&anna, false).await;
    assert_eq!(aml["status"], "review_required");
    assert_eq!(refused(&app.says(&aml, "approve", "somebody_else").await), (409, json!("not_screened")));
    let completed = &app.events(&id(&aml)).await[3]["data"];
    assert_eq!((&completed["status"], completed.get("hits")), (&json!("review_required"), None));
    app.says(&aml, "decline", "suspected_fraud").await;
    assert_eq!(app.get(&at(&aml)).await.ok()["status"], "declined");
}

async fn what_was_found_goes_with_the_applicant(app: &App) {
    app.take_in(LISTED);
    let anna = app.named("Anna Eriksson").await;
    let aml = app.compared(&anna, true).await;
    app.post_nothing(&format!("/applicants/{}/anonymize", id(&anna))).await.ok();
    let read = app.get(&at(&aml)).await.ok();
    for kept in ["id", "status", "created_on", "applicant_id", "search_parameters", "monitored", "_links"] {
        assert_eq!(read[kept], aml[kept], "{kept}");
    }
    let reader = app.new_key("verifications:read").await;
    let whole = app.ask("GET", &reader, &format!("{CONSOLE}/{}", id(&aml)), None).await.body;
    assert_eq!((&whole["anonymized"], whole.get("screening")), (&json!(true), None));
    assert_eq!(refused(&app.says(&aml, "decline", "listed").await), (409, json!("anonymized")));
    app.take_in("7,person,Somebody Else,1950-01-01");
    run_pending(&app.engine).await.unwrap();
    assert_eq!(app.get(&at(&aml)).await.ok(), read, "nobody is monitored who is not known");
    assert_eq!(app.post(AML, new(&anna["id"], true)).await.invalid(), ["applicant_id__invalid"]);
}

async fn it_is_its_organizations_alone(app: &App) {
    let anna = app.named("Anna Eriksson").await;
    let aml = app.compared(&anna, true).await;
    let stranger = app.stranger().await;
    let body = new(&anna["id"], true);
    let gone = app.ask("GET", &stranger, &at(&aml), None).await;
    assert_eq!(gone.refused(404, "resource_not_found"), ["not_found"]);
    let gone = app.ask("POST", &stranger, AML, Some(body.clone())).await;
    assert_eq!(gone.refused(404, "resource_not_found"), ["not_found"]);
    let reader = app.new_key("verifications:read").await;
    assert_eq!(app.ask("GET", &reader, &at(&aml), None).await.ok(), aml);
    let refused = app.ask("POST", &reader, AML, Some(body.clone())).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
    // Whoever may only write is told what they made.
    let writer = app.new_key("verifications:write").await;
    let made = app.ask("POST", &writer, AML, Some(body.clone())).await.created();
    assert_eq!(made["status"], "created");
    let refused = app.ask("GET", &writer, &at(&made), None).await;
    assert_eq!(refused.refused(403, "authentication_error"), ["insufficient_scope"]);
    for unknown in
        ["amlv_01kt1gw6g0fmj99z5sfwzpmy4a", "amlv_not_found", "idv_01kt1gw6g0fmj99z5sfwzpmy4a", "x"]
    {
        app.get(&format!("{AML}/{unknown}")).await.refused(404, "resource_not_found");
    }
    for unknown in ["aplt_not_found", "aplt_01kt1gw6g0fmj99z5sfwzpmy4a", "anna"] {
        let refused = app.post(AML, new(&json!(unknown), false)).await;
        assert_eq!(refused.refused(404, "resource_not_found"), ["not_found"]);
    }
}

async fn asking_again_with_a_key_makes_no_second_one(app: &App) {
    let anna = app.named("Anna Eriksson").await;
    let ask = async || {
        let request = axum::http::Request::post(AML)
            .header("Authorization", format!("Bearer {}", app.key))
            .header("Content-Type", "application/json")
            .header("Cko-Idempotency-Key", "same")
            .body(axum::body::Body::from(new(&anna["id"], true).to_string()));
        app.send(request.unwrap()).await.created()
    };
    assert_eq!(ask().await, ask().await);
    let reader = app.new_key("verifications:read").await;
    assert_eq!(app.ask("GET", &reader, CONSOLE, None).await.body["total"], 1);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let anna = app.named("Anna Eriksson").await;
    let with = |field: &str, value: Value| {
        let mut body = new(&anna["id"], true);
        match field.split_once('.') {
            Some((object, field)) => body[object][field] = value,
            None => body[field] = value,
        }
        body
    };
    let without = |field: &str| {
        let mut body = new(&anna["id"], true);
        match field.split_once('.') {
            Some((object, field)) => body[object].as_object_mut().unwrap().remove(field),
            None => body.as_object_mut().unwrap().remove(field),
        };
        body
    };
    let identifier = "search_parameters.configuration_identifier";
    let long = "x".repeat(256);
    for (body, code) in [
        (without("applicant_id"), "applicant_id__required"),
        (without("search_parameters"), "search_parameters__required"),
        (without(identifier), "search_parameters__configuration_identifier__required"),
        (with("applicant_id", json!(7)), "applicant_id__invalid_type"),
        (with("applicant_id", json!(long)), "applicant_id__too_long"),
        (with("search_parameters", json!([])), "search_parameters__invalid_type"),
        (with(identifier, json!("")), "search_parameters__configuration_identifier__too_short"),
        (with(identifier, json!(long)), "search_parameters__configuration_identifier__too_long"),
        (with(identifier, json!({})), "search_parameters__configuration_identifier__invalid_type"),
        (with("monitored", json!("yes")), "monitored__invalid_type"),
        (with("monitord", json!(true)), "monitord__unknown"),
    ] {
        assert_eq!(app.post(AML, body).await.invalid(), [code]);
    }
    assert_eq!(app.post(AML, json!([])).await.invalid(), ["invalid_type"]);
    // As long as may be, and without what may be absent.
    let longest = app.post(AML, with(identifier, json!("x".repeat(255)))).await.created();
    assert_eq!(longest["search_parameters"]["configuration_identifier"], "x".repeat(255));
    assert_eq!(app.post(AML, without("monitored")).await.created()["monitored"], false);
    assert_eq!(app.post(AML, with("monitored", json!(null))).await.created()["monitored"], false);
    // Nobody is searched for without a name.
    let nameless = app.applicant(json!({"email": "anna@example.com"})).await;
    assert_eq!(app.post(AML, new(&nameless["id"], true)).await.invalid(), ["applicant_id__invalid"]);
}

#[tokio::test]
async fn in_a_sandbox_an_applicants_scenario_says_what_comes_of_it() {
    let app = App::start("sqlite").await;
    for (scenario, status) in [
        ("eaplt_10000000000000000000000000", "approved"),
        ("eaplt_61301I10000000000000000000", "approved"),
        ("eaplt_62304000000000000000000000", "review_required"),
        ("eaplt_61301I62304000000000000000", "review_required"),
        // There are no lists here.
        ("ext-1", "review_required"),
    ] {
        let body = json!({"external_applicant_id": scenario, "external_applicant_name": "Anna Eriksson"});
        let aml = app.compared(&app.applicant(body).await, true).await;
        assert_eq!(aml["status"], status, "{scenario}");
    }
    // A list that changes is of nobody who was steered.
    app.take_in(LISTED);
    run_pending(&app.engine).await.unwrap();
    let reader = app.new_key("verifications:read").await;
    let approved = app.ask("GET", &reader, &format!("{CONSOLE}?status=approved"), None).await.body;
    assert_eq!(approved["total"], 2);
    // A steered hit is reviewed like another.
    let body = json!({
        "external_applicant_id": "eaplt_62304000000000000000000000", "external_applicant_name": "Anna Eriksson",
    });
    let aml = app.compared(&app.applicant(body).await, true).await;
    let decided = app.says(&aml, "approve", "somebody_else").await;
    assert_eq!(decided.body["aml_verification"]["status"], "approved", "{}", decided.body);
}

#[tokio::test]
async fn every_event_can_be_tried_in_a_sandbox() {
    let app = App::start("sqlite").await;
    for (event_type, is_sample) in [
        (EventType::AmlCreated, false),
        (EventType::AmlOnboardingStarted, false),
        (EventType::AmlOnboardingCompleted, false),
        (EventType::AmlStatusChanged, false),
        (EventType::AmlOnboardingReviewed, true),
        (EventType::AmlMonitoringAlert, true),
        (EventType::AmlMonitoringReviewed, true),
    ] {
        let word = format!("aml_verification_{}", event_type.as_str().trim_start_matches("aml."));
        let done = trigger(&app.engine, &app.caller, "checkout", &word).await.unwrap();
        assert_eq!((done.event_type, done.verification), (event_type, None));
        run_pending(&app.engine).await.unwrap();
        let filter =
            Filter { event_type: Some(event_type), newest_first: true, limit: 1, ..Filter::default() };
        let last = list(&app.engine, &app.caller, &filter).await.unwrap().remove(0).told(true).unwrap();
        let name = format!("amlv_{}", VerificationId::from_uuid(last.subject));
        let told = app.events(&name).await.into_iter().find(|event| event["type"] == word.as_str()).unwrap();
        assert_eq!(
            (&told["data"]["aml_verification_id"], told["data"]["test"] == true),
            (&json!(name), is_sample)
        );
    }
}

/// On the database that is files of ours.
#[tokio::test]
async fn nothing_that_was_found_can_be_read_in_the_files() {
    let app = App::start("sqlite").await;
    app.take_in("1,person,Annamaria Erikssonsdotter,1974-08-12");
    let anna = app.named("Anamaria Eriksonsdotter").await;
    let aml = app.compared(&anna, true).await;
    assert_eq!(aml["status"], "review_required");
    app.says(&aml, "approve", "confirmed_otherwise").await;
    for personal in ["Eriksonsdotter", "Erikssonsdotter"] {
        let files = containing(app.folder.path(), personal.as_bytes());
        let ours: Vec<_> =
            files.iter().filter(|file| !file.starts_with(app.folder.path().join("lists"))).collect();
        assert!(ours.is_empty(), "{personal}: {ours:?}");
    }
}
