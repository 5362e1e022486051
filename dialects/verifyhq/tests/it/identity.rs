//! Starting, reading, listing, reviewing and restarting.

use std::collections::BTreeSet;

use axum::http::header;
use bonafide_core::{
    policy::{LivenessMode, Policy},
    review::FourEyes,
};
use bonafide_engine::{Caller, Settings, tuning, verifications};
use bonafide_testkit::{engine::Setup, on_both};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::App;

on_both!(
    a_hundred_starts_are_one_verification,
    what_is_rejected_or_expired_is_restarted_once,
    a_restart_and_a_reviewer_at_once_do_not_both_win,
    what_is_pending_is_decided_on_a_word,
    what_waits_for_a_human_is_decided,
    the_verifications_of_a_user_come_in_pages,
);

async fn a_hundred_starts_are_one_verification(app: &App) {
    for round in 0..2 {
        let user = format!("user_{round}");
        let mut all = JoinSet::new();
        for n in 0..100 {
            let tier = if n % 2 == 0 { "BASIC" } else { "ENHANCED" };
            let (app, body) = (app.clone(), json!({"userId": user, "tier": tier}));
            all.spawn(async move { app.post("/v1/verifications/identity", body).await.created() });
        }
        let answers = all.join_all().await;
        let ids: BTreeSet<String> = answers.iter().map(|answer| answer["id"].to_string()).collect();
        assert_eq!((answers.len(), ids.len()), (100, 1), "{ids:?}");
        let list = app.get(&format!("/verifications/identity/user/{user}")).await;
        assert_eq!(list.headers["x-total-count"], "1");
    }
}

async fn what_is_rejected_or_expired_is_restarted_once(app: &App) {
    let restart = async |id: &str| {
        app.ask("POST", &app.key, &format!("/verifications/identity/{id}/restart"), None).await
    };
    let first = app.started("user_1", "ENHANCED").await;
    assert!(restart(&first).await.refused(409).contains("rejected or has expired"));
    // Its time is over before its timer has run: whoever starts gets a new one.
    app.clock.advance(7 * 24 * 3_600_000 + 1);
    let second = app.started("user_1", "STANDARD").await;
    assert_ne!(first, second);
    app.run_jobs().await;
    assert_eq!((&*app.status(&first).await, &*app.status(&second).await), ("EXPIRED", "PENDING"));
    assert!(restart(&first).await.refused(409).contains("another verification that is not finished"));
    app.review(&app.reviewer, &second, "REJECTED").await.ok();

    let third = restart(&first).await.created();
    assert_eq!((&third["userId"], &third["tier"]), (&json!("user_1"), &json!("ENHANCED")));
    assert_eq!((&third["status"], &third["steps"]["liveness"]), (&json!("PENDING"), &json!("PENDING")));
    let third = third["id"].as_str().unwrap();
    assert_eq!(app.started("user_1", "BASIC").await, third, "the new one is the user's active one");
    // The old one is over for good.
    assert!(restart(&first).await.refused(409).contains("was started in the place"));
    for decision in ["VERIFIED", "REJECTED"] {
        app.review(&app.reviewer, &first, decision).await.refused(409);
    }
    let reopen = json!({"reason": "new_information"});
    let path = format!("/console/verifications/{}/reopen", first.trim_start_matches("ver_"));
    let reopened = app.ask("POST", &app.reviewer, &path, Some(reopen)).await;
    assert_eq!((reopened.status.as_u16(), &reopened.body["code"]), (409, &json!("restarted")));
    assert_eq!(app.status(&first).await, "EXPIRED");

    // What a reviewer opened again is no longer rejected.
    app.review(&app.reviewer, third, "REJECTED").await.ok();
    let path = format!("/console/verifications/{}/reopen", second.trim_start_matches("ver_"));
    app.ask("POST", &app.reviewer, &path, Some(json!({"reason": "new_information"}))).await.ok();
    restart(&second).await.refused(409);
    restart(third).await.created();
    restart("ver_01kt1gw6g0fmj99z5sfwzpmy4a").await.refused(404);
    app.ask("POST", &app.stranger().await, &format!("/verifications/identity/{second}/restart"), None)
        .await
        .refused(404);
}

async fn a_restart_and_a_reviewer_at_once_do_not_both_win(app: &App) {
    for n in 0..6 {
        let id = app.started(&format!("user_{n}"), "BASIC").await;
        app.review(&app.reviewer, &id, "REJECTED").await.ok();
        let restarted = format!("/verifications/identity/{id}/restart");
        let reopened = format!("/console/verifications/{}/reopen", id.trim_start_matches("ver_"));
        let (restart, reopen, again) = tokio::join!(
            app.ask("POST", &app.key, &restarted, None),
            app.ask("POST", &app.reviewer, &reopened, Some(json!({"reason": "new_information"}))),
            app.ask("POST", &app.key, &restarted, None),
        );
        let won = [&restart, &reopen, &again].into_iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(won, 1, "{} {} {}", restart.body, reopen.body, again.body);
        assert!([restart, reopen, again].iter().all(|a| a.status.is_success() || a.status == 409));
    }
}

/// Nobody has handed anything in: only a deliberate word decides, and it makes nobody known.
async fn what_is_pending_is_decided_on_a_word(app: &App) {
    for (decision, status) in [("VERIFIED", "VERIFIED"), ("REJECTED", "REJECTED")] {
        let id = app.steered(&format!("user_{status}"), "STANDARD", &[]).await;
        // A key without the permission, whatever else it may.
        assert!(app.review(&app.key, &id, decision).await.refused(403).contains("reviews"));
        assert_eq!(app.status(&id).await, "PENDING");
        let read = app.review(&app.reviewer, &id, decision).await.ok();
        assert_eq!((&read["status"], &read["steps"]["document"]), (&json!(status), &json!("PENDING")));
        assert!(read["completedAt"].is_string() && read.get("documentVerificationId").is_none());
        app.review(&app.reviewer, &id, decision).await.refused(409);

        let whole = format!("/console/verifications/{}", id.trim_start_matches("ver_"));
        let whole = app.ask("GET", &app.reviewer, &whole, None).await.ok();
        assert_eq!(whole["identity"], Value::Null, "nobody is known by it");
        let decided = &whole["decisions"][0]["human"];
        assert_eq!(
            (&decided["reason"], &decided["note"]),
            (&json!("other"), &json!("admin_john: All fields match."))
        );
        let told = app.events(&id).await;
        assert!(!told.iter().any(|kind| kind == "applicant.updated"), "{told:?}");
        let last = if decision == "VERIFIED" { "verification.approved" } else { "verification.declined" };
        assert!(told.iter().any(|kind| kind == last), "{told:?}");
        // Whoever is finished is not active any more.
        assert_ne!(app.started(&format!("user_{status}"), "STANDARD").await, id);
    }
    // Asked again, which is PENDING too.
    let id = app.steered("user_3", "BASIC", &[("document", "glare")]).await;
    app.document("user_3").await;
    let read = app.read(&id).await;
    assert_eq!((&read["status"], &read["steps"]["document"]), (&json!("PENDING"), &json!("PENDING")));
    app.review(&app.reviewer, &id, "VERIFIED").await.ok();
    assert_eq!(app.read(&id).await["steps"]["document"], "VERIFIED", "a human said so");
}

async fn what_waits_for_a_human_is_decided(app: &App) {
    for (decision, document) in [("VERIFIED", "VERIFIED"), ("REJECTED", "REJECTED")] {
        let user = format!("user_{decision}");
        let id = app.steered(&user, "BASIC", &[("document", "field_missing")]).await;
        app.document(&user).await;
        let read = app.read(&id).await;
        assert_eq!(
            (&read["status"], &read["steps"]["document"]),
            (&json!("MANUAL_REVIEW"), &json!("MANUAL_REVIEW"))
        );
        let read = app.review(&app.reviewer, &id, decision).await.ok();
        assert_eq!((&read["status"], &read["steps"]["document"]), (&json!(decision), &json!(document)));
    }
    // A hit of a list is dismissed first, by whoever may.
    let id = app.steered("user_3", "BASIC", &[("decision", "review")]).await;
    app.document("user_3").await;
    assert_eq!(app.status(&id).await, "MANUAL_REVIEW");
    app.review(&app.reviewer, "ver_01kt1gw6g0fmj99z5sfwzpmy4a", "VERIFIED").await.refused(404);
    let stranger = app.stranger().await;
    app.review(&stranger, &id, "VERIFIED").await.refused(404);
    for (field, wrong) in [
        ("decision", json!("APPROVED")),
        ("reviewedBy", json!("")),
        ("reviewedBy", json!("x".repeat(121))),
        ("reviewNotes", json!("  ")),
        ("reviewNotes", json!("x".repeat(1801))),
        ("reviewNotes", json!(7)),
    ] {
        let mut body = json!({"decision": "VERIFIED", "reviewedBy": "ana", "reviewNotes": "fine"});
        body[field] = wrong;
        let path = format!("/verifications/identity/{id}/review");
        let fields = app.ask("POST", &app.reviewer, &path, Some(body)).await.invalid();
        assert!(fields.iter().all(|f| f == field), "{fields:?}");
    }
}

async fn the_verifications_of_a_user_come_in_pages(app: &App) {
    let list = async |query: &str| app.get(&format!("/verifications/identity/user/user_1{query}")).await;
    let empty = list("").await;
    assert_eq!((empty.headers["x-total-count"].clone(), empty.ok()), ("0".parse().unwrap(), json!([])));
    let mut made: Vec<Value> = vec![];
    for _ in 0..5 {
        let id = app.started("user_1", "BASIC").await;
        app.review(&app.reviewer, &id, "REJECTED").await.ok();
        made.push(json!(id));
        app.clock.advance(1000);
    }
    app.started("user_2", "BASIC").await;
    made.reverse();
    let ids = |page: &Value| page.as_array().unwrap().iter().map(|v| v["id"].clone()).collect::<Vec<_>>();
    let all = list("").await;
    assert_eq!(all.headers["x-total-count"], "5");
    assert_eq!(ids(&all.ok()), made, "newest first");
    let page = list("?page=2&limit=2").await;
    let links = page.headers[header::LINK].to_str().unwrap().to_owned();
    for part in
        ["page=1&limit=2>; rel=\"prev\"", "page=3&limit=2>; rel=\"next\"", "page=3&limit=2>; rel=\"last\""]
    {
        assert!(links.contains(part), "{links}");
    }
    assert_eq!(ids(&page.ok()), made[2..4]);
    assert_eq!(ids(&list("?page=9&limit=2").await.ok()), Vec::<Value>::new());
    let enveloped = list("?page=3&limit=2&envelope=true").await.ok();
    assert_eq!(ids(&enveloped["data"]), made[4..]);
    assert_eq!(enveloped["pagination"], json!({"page": 3, "limit": 2, "total": 5, "totalPages": 3}));
    for (query, field) in [
        ("?page=0", "page"),
        ("?page=x", "page"),
        ("?page=1000001", "page"),
        ("?limit=101", "limit"),
        ("?limit=0", "limit"),
        ("?envelope=yes", "envelope"),
        ("?page=1&page=2", "page"),
    ] {
        assert_eq!(list(query).await.invalid(), [field], "{query}");
    }
    let wrong = app.get("/verifications/identity/user/ana%40example.com").await;
    assert_eq!(wrong.invalid(), ["userId"]);
    let stranger = app.stranger().await;
    let theirs = app.ask("GET", &stranger, "/verifications/identity/user/user_1", None).await;
    assert_eq!(theirs.ok(), json!([]));
}

/// One made through another API is read here under this API's words.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_of_another_api_is_read_too() {
    let app = App::start("sqlite").await;
    let new = verifications::NewVerification { dialect: "vult", ..verifications::NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    let read = app.read(&format!("ver_{id}")).await;
    assert_eq!((&read["tier"], &read["status"]), (&json!("STANDARD"), &json!("PENDING")));
    assert!(read["userId"].as_str().is_some_and(|id| id.len() == 26), "the applicant stands for them");
    assert_eq!(app.read(&id.to_string()).await, read, "the prefix may be left out");
    // Forgotten, it still is there.
    verifications::anonymize(&app.engine, &app.caller, id).await.unwrap();
    let read = app.read(&format!("ver_{id}")).await;
    assert_eq!((&read["tier"], &read["status"]), (&json!("STANDARD"), &json!("EXPIRED")));
}

/// Policies named as the tiers apply; without, the default one does with what the tier asks beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn tiers_are_policies() {
    let app = App::start("sqlite").await;
    let policy = async |id: &str| {
        let id = id.trim_start_matches("ver_").parse().unwrap();
        json!(verifications::whole(&app.engine, &app.caller, id).await.unwrap().policy)
    };
    let enhanced = policy(&app.started("user_1", "ENHANCED").await).await;
    assert_eq!(enhanced["screening"]["required"], true);
    let standard = policy(&app.started("user_2", "STANDARD").await).await;
    assert_eq!(standard["screening"]["required"], false);
    let basic = app.post("/verifications/identity", json!({"userId": "user_3"})).await.created();
    assert_eq!((&basic["tier"], &basic["steps"]["liveness"]), (&json!("BASIC"), &json!("NOT_REQUIRED")));

    let officer = Caller { scopes: "verifications policy".to_owned(), ..app.caller.clone() };
    let strict = Policy { liveness_mode: LivenessMode::PassiveActive, max_attempts: 2, ..Policy::default() };
    let proposal = tuning::Proposal {
        name: "standard".to_owned(),
        of: tuning::For::default(),
        policy: strict,
        since: None,
    };
    tuning::set_policy(&app.engine, &officer, proposal, true).await.unwrap();
    let set = policy(&app.started("user_4", "STANDARD").await).await;
    assert_eq!((&set["liveness_mode"], &set["max_attempts"]), (&json!("passive_active"), &json!(2)));
    let other = policy(&app.started("user_5", "ENHANCED").await).await;
    assert_eq!(other["max_attempts"], standard["max_attempts"]);
}

/// Where the word of two is needed, the first is a proposal.
#[tokio::test(flavor = "multi_thread")]
async fn where_two_have_to_agree_the_first_word_changes_nothing() {
    let setup = Setup::default();
    let settings = Settings { four_eyes: FourEyes::Decide, ..setup.settings.clone() };
    let app = App::of("sqlite", Setup { settings, ..setup }, true).await;
    let id = app.started("user_1", "BASIC").await;
    let first = app.review(&app.reviewer, &id, "VERIFIED").await.ok();
    assert_eq!(first["status"], "PENDING");
    app.review(&app.reviewer, &id, "VERIFIED").await.refused(409);
    assert_eq!(app.review(&app.admin, &id, "VERIFIED").await.ok()["status"], "VERIFIED");
}
