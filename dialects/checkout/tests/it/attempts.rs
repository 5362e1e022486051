//! Attempts: the links of people, one at a time, and the rules of when there may be one.

use bonafide_core::review::{Grounds, Verdict};
use bonafide_engine::{
    Caller, jobs,
    reviews::{self, Saying},
    verifications,
};
use bonafide_testkit::on_both;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    support::{App, URL, bare, id, sample},
    walk::{BACK, IDV, OPEN, at, attempts, codes, declared, link},
};

on_both!(
    an_attempt_is_made_read_and_listed,
    a_new_attempt_ends_the_one_before,
    a_link_that_nobody_opens_ends,
    who_opens_the_link_is_told_of,
    a_hundred_at_once_leave_one_open,
    pages_go_through_all_of_them,
    only_what_waits_for_the_person_takes_another,
);

async fn an_attempt_is_made_read_and_listed(app: &App) {
    let idv = app.waiting().await;
    let information = json!({
        "pre_selected_residence_country": "FR", "pre_selected_document_issuing_country": "FR",
        "pre_selected_document_type": "Passport", "pre_selected_language": "en-US",
    });
    let body = json!({
        "redirect_url": BACK, "phone_number": {"country_code": "+33", "number": "6-12 34"},
        "client_information": information,
    });
    let made = app.post(&attempts(&idv), body).await.created();
    let name = id(&made);
    assert!(name.starts_with("iatp_") && name.len() == 31, "{name}");
    let expected = json!({
        "id": name,
        "created_on": "2026-06-01T12:00:00.000000Z",
        "modified_on": "2026-06-01T12:00:00.000000Z",
        "status": "pending_redirection",
        "response_codes": [],
        "redirect_url": BACK,
        "phone_number": {"country_code": "+33", "number": "61234"},
        "client_information": information,
        "_links": {
            "self": {"href": format!("{URL}{}/{name}", attempts(&idv))},
            "verification_url": {"href": link(&made)},
        },
    });
    assert_eq!(made, expected);
    let one = format!("{}/{name}", attempts(&idv));
    assert_eq!(app.get(&one).await.ok(), expected);
    let list = app.get(&attempts(&idv)).await.ok();
    let href = |skip: u32| format!("{URL}{}?skip={skip}&limit=10", attempts(&idv));
    assert_eq!(
        list,
        json!({
            "total_count": 1, "skip": 0, "limit": 10, "data": [expected],
            "_links": {"self": {"href": href(0)}},
        })
    );
    assert_eq!(app.again(&idv).await["status"], "pending");
    assert_eq!(app.get(&format!("{one}/assets")).await.ok()["data"], json!([]));

    // One of the programs sends nothing; where the person goes then follows from the verification.
    let mut body = crate::walk::least(&app.applicant(json!({})).await);
    body["redirect_url"] = json!("https://example.com/verification");
    let other = app.post(IDV, body).await.created();
    for answer in [app.post_nothing(&attempts(&other)).await, app.post(&attempts(&other), json!({})).await] {
        assert_eq!(answer.created()["redirect_url"], "https://example.com/verification");
    }
    assert!(app.post(&attempts(&idv), json!({})).await.created()["redirect_url"].is_null());
    // An attempt is found under its own verification alone.
    app.get(&format!("{}/{name}", attempts(&other))).await.refused(404, "resource_not_found");
    app.get(&format!("{}/{name}/assets", attempts(&other))).await.refused(404, "resource_not_found");
    for none in ["iatp_01kt1gw6g0fmj99z5sfwzpmy4a", "fatp_01kt1gw6g0fmj99z5sfwzpmy4a", "none"] {
        app.get(&format!("{}/{none}", attempts(&idv))).await.refused(404, "resource_not_found");
    }
}

async fn a_new_attempt_ends_the_one_before(app: &App) {
    let idv = app.waiting().await;
    let first = app.attempt(&idv).await;
    let device = app.device(link(&first)).await;
    assert_eq!(app.again(&idv).await["status"], "capture_in_progress");
    app.clock.advance(1_000);
    let second = app.attempt(&idv).await;
    let one = app.get(&format!("{}/{}", attempts(&idv), id(&first))).await.ok();
    assert_eq!(
        (&one["status"], &one["response_codes"]),
        (&json!("terminated"), &json!([{"code": 64001, "summary": "forcibly_closed"}]))
    );
    assert_eq!(one["modified_on"], "2026-06-01T12:00:01.000000Z");
    assert!(one["_links"]["verification_url"].is_null(), "its link is over: {one}");
    let read = app.again(&idv).await;
    assert_eq!((&read["status"], codes(&read)), (&json!("pending"), vec![]));
    assert_eq!(read["modified_on"], "2026-06-01T12:00:01.000000Z");
    // So is its device.
    let refused = app.on_device(&device, "/capture/session/consent", json!({"given": true})).await;
    assert!([401, 410].contains(&refused.status.as_u16()), "{}", refused.status);
    app.device(link(&second)).await;
    let words = ["created", "opened", "reset"].map(|word| format!("identity_verification_{word}"));
    assert_eq!(app.told(&id(&idv)).await, words);
}

async fn a_link_that_nobody_opens_ends(app: &App) {
    let idv = app.waiting().await;
    let first = app.attempt(&idv).await;
    app.clock.advance(15 * 60_000 - 1);
    assert_eq!(app.again(&idv).await["status"], "pending");
    app.clock.advance(1);
    // Before its timer ran, and after.
    for _ in 0..2 {
        let read = app.again(&idv).await;
        assert_eq!(
            (&read["status"], &read["response_codes"]),
            (&json!("retry_required"), &json!([{"code": 61101, "summary": "applicant_never_started"}]))
        );
        let one = app.get(&format!("{}/{}", attempts(&idv), id(&first))).await.ok();
        assert_eq!((&one["status"], codes(&one)), (&json!("expired"), vec![61101]));
        assert!(one["_links"]["verification_url"].is_null());
        jobs::run_pending(&app.engine).await.unwrap();
    }
    let events = app.events(&id(&idv)).await;
    let last = events.last().unwrap();
    assert_eq!(last["type"], "identity_verification_link_expired");
    assert_eq!(
        (&last["data"]["status"], &last["data"]["response_codes"][0]["code"]),
        (&json!("retry_required"), &json!(61101))
    );
    // And again, with a new link.
    let second = app.attempt(&idv).await;
    app.device(link(&second)).await;
    assert_eq!(app.again(&idv).await["status"], "capture_in_progress");
    app.clock.advance(15 * 60_000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.again(&idv).await["status"], "capture_in_progress", "who came in time goes on");
    let told = app.told(&id(&idv)).await;
    assert_eq!(told.last().unwrap(), "identity_verification_retry_requested");
}

async fn who_opens_the_link_is_told_of(app: &App) {
    let opened = app.post(OPEN, json!({"declared_data": declared(), "redirect_url": BACK})).await.created();
    app.device(link(&opened)).await;
    let attempt = &app.get(&attempts(&opened)).await.ok()["data"][0];
    assert_eq!(attempt["status"], "capture_in_progress");
    let session = &attempt["applicant_session_information"];
    assert_eq!(session["number_of_sessions"], 1);
    assert_eq!(
        (&session["user_agent"], &session["initial_device"]),
        (&json!("Mozilla/5.0 (iPhone)"), &json!("mobile"))
    );
    assert!(session["selected_documents"].is_null(), "nothing was selected: {session}");
    app.post_nothing(&format!("{}/anonymize", at(&opened))).await.ok();
    let attempt = &app.get(&attempts(&opened)).await.ok()["data"][0];
    assert!(attempt["applicant_session_information"].is_null(), "{attempt}");
}

async fn a_hundred_at_once_leave_one_open(app: &App) {
    let idv = app.waiting().await;
    let mut all = JoinSet::new();
    for _ in 0..100 {
        let (app, path) = (app.clone(), attempts(&idv));
        all.spawn(async move { app.post(&path, json!({"redirect_url": BACK})).await.created() });
    }
    let made: Vec<String> = all.join_all().await.iter().map(id).collect();
    let list = app.get(&format!("{}?limit=100", attempts(&idv))).await.ok();
    assert_eq!(list["total_count"], 100);
    let data = list["data"].as_array().unwrap();
    assert_eq!(data.len(), 100);
    assert!(data.iter().all(|attempt| made.contains(&id(attempt))));
    assert_eq!((&data[0]["status"], codes(&data[0])), (&json!("pending_redirection"), vec![]));
    for ended in &data[1..] {
        assert_eq!((&ended["status"], codes(ended)), (&json!("terminated"), vec![64001]), "{ended}");
        assert!(ended["_links"]["verification_url"].is_null());
    }
    app.device(link(&data[0])).await;
    let events = app.events(&id(&idv)).await;
    let numbers: Vec<i64> = events.iter().map(|e| e["data"]["sequence"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted() && events.len() == 101, "{numbers:?}");
    let words: Vec<&str> = events.iter().map(|e| e["type"].as_str().unwrap()).collect();
    assert_eq!(words[..2], ["identity_verification_created", "identity_verification_opened"]);
    assert!(words[2..].iter().all(|word| *word == "identity_verification_reset"), "{words:?}");
}

async fn pages_go_through_all_of_them(app: &App) {
    let idv = app.waiting().await;
    let mut made = vec![];
    for _ in 0..5 {
        made.insert(0, id(&app.attempt(&idv).await));
        app.clock.advance(10);
    }
    let path = attempts(&idv);
    let mut next = Some(format!("{path}?limit=2"));
    let (mut seen, mut pages) = (vec![], 0);
    while let Some(page) = next {
        let list = app.get(&page).await.ok();
        assert_eq!((&list["total_count"], &list["limit"]), (&json!(5), &json!(2)));
        assert_eq!(list["skip"], pages * 2);
        assert_eq!(list["_links"]["previous"].is_object(), pages > 0);
        seen.extend(list["data"].as_array().unwrap().iter().map(id));
        next = list["_links"]["next"]["href"].as_str().map(|href| href.strip_prefix(URL).unwrap().to_owned());
        pages += 1;
    }
    assert_eq!((seen, pages), (made, 3), "newest first");
    let beyond = app.get(&format!("{path}?limit=10&skip=7")).await.ok();
    assert_eq!((&beyond["data"], &beyond["total_count"]), (&json!([]), &json!(5)));
    for (query, code) in [
        ("skip=-1", "skip__out_of_range"),
        ("limit=0", "limit__out_of_range"),
        ("limit=101", "limit__out_of_range"),
        ("limit=ten", "limit__out_of_range"),
        ("skip=1.5", "skip__out_of_range"),
    ] {
        assert_eq!(app.get(&format!("{path}?{query}")).await.invalid(), [code], "{query}");
    }
}

/// The rule, status by status.
async fn only_what_waits_for_the_person_takes_another(app: &App) {
    let refused = async |idv: &Value, status: &str| {
        assert_eq!(app.again(idv).await["status"], status);
        let told = app.post(&attempts(idv), json!({})).await.refused(409, "conflict");
        assert_eq!(told, ["wrong_state"], "{status}");
        let list = app.get(&attempts(idv)).await.ok();
        assert_eq!(list["total_count"], 1, "{status}: nothing was made");
        list["data"][0].clone()
    };
    let taken = async |idv: &Value, status: &str| {
        assert_eq!(app.again(idv).await["status"], status);
        app.attempt(idv).await
    };
    let first = app.waiting().await;
    let opened = taken(&first, "created").await;
    app.device(link(&opened)).await;
    let again = taken(&first, "capture_in_progress").await;
    app.device(link(&again)).await;
    let again = taken(&first, "capture_in_progress").await;
    taken(&first, "pending").await;
    app.clock.advance(15 * 60_000);
    taken(&first, "retry_required").await;
    assert_ne!(id(&again), id(&opened));

    // Handed in, and then for a human: no network says anything here.
    let second = app.waiting().await;
    let attempt = app.attempt(&second).await;
    let device = app.device(link(&attempt)).await;
    app.shows(&device, &sample("passport.jpg"), &sample("selfie.jpg")).await;
    verifications::submit(&app.engine, &app.caller, bare(&id(&second)), None).await.unwrap();
    assert_eq!(refused(&second, "checks_in_progress").await["status"], "checks_in_progress");
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(refused(&second, "checks_in_progress").await["status"], "checks_in_progress");

    let reviewer = Caller { scopes: "verifications reviews".to_owned(), ..app.caller.clone() };
    let decided = async |verdict: Verdict, grounds: Grounds| {
        let idv = app.waiting().await;
        app.attempt(&idv).await;
        let said = Saying { verdict, grounds, note: Some("seen in person"), captures: &[], seen: None };
        reviews::review_unfinished(&app.engine, &reviewer, bare(&id(&idv)), &said).await.unwrap();
        idv
    };
    let approved = decided(Verdict::Approve, Grounds::ConfirmedOtherwise).await;
    assert_eq!(refused(&approved, "approved").await["status"], "completed");
    assert_eq!(codes(&app.again(&approved).await), [10000]);
    let declined = decided(Verdict::Decline, Grounds::NotTheHolder).await;
    let attempt = refused(&declined, "declined").await;
    assert_eq!((&attempt["status"], codes(&attempt)), (&json!("completed"), vec![]));
    let told = codes(&app.again(&declined).await);
    assert!(!told.is_empty() && told.iter().all(|code| code / 1000 == 62), "{told:?}");

    let canceled = app.waiting().await;
    app.attempt(&canceled).await;
    let said = Saying {
        verdict: Verdict::Cancel,
        grounds: Grounds::Withdrawn,
        note: None,
        captures: &[],
        seen: None,
    };
    reviews::review(&app.engine, &reviewer, bare(&id(&canceled)), &said).await.unwrap();
    let attempt = refused(&canceled, "inconclusive").await;
    assert_eq!((&attempt["status"], codes(&attempt)), (&json!("terminated"), vec![64001]));
    assert_eq!(codes(&app.again(&canceled).await), [64001]);

    let late = app.waiting().await;
    app.attempt(&late).await;
    app.clock.advance(8 * 24 * 3_600_000);
    jobs::run_pending(&app.engine).await.unwrap();
    let attempt = refused(&late, "inconclusive").await;
    assert_eq!((&attempt["status"], codes(&attempt)), (&json!("expired"), vec![61101]));
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let app = App::start("sqlite").await;
    let idv = app.waiting().await;
    let long = "x".repeat(2049);
    for (body, code) in [
        (json!({"redirect_url": "nowhere"}), "redirect_url__invalid"),
        (json!({"redirect_url": "https://?a"}), "redirect_url__invalid_format"),
        (json!({"redirect_url": format!("https://{long}")}), "redirect_url__too_long"),
        (json!({"phone_number": "+331"}), "phone_number__invalid_type"),
        (json!({"phone_number": {"number": "1"}}), "phone_number__country_code__required"),
        (
            json!({"client_information": {"pre_selected_document_type": "Library card"}}),
            "client_information__pre_selected_document_type__invalid",
        ),
        (
            json!({"client_information": {"pre_selected_residence_country": "ZZ"}}),
            "client_information__pre_selected_residence_country__invalid_format",
        ),
        (
            json!({"client_information": {"pre_selected_document_issuing_country": "fr"}}),
            "client_information__pre_selected_document_issuing_country__invalid",
        ),
        (
            json!({"client_information": {"pre_selected_language": "english please"}}),
            "client_information__pre_selected_language__invalid",
        ),
    ] {
        let told = app.post(&attempts(&idv), body.clone()).await.invalid();
        assert!(told.contains(&code.to_owned()), "{body}: {told:?} instead of {code}");
    }
    let none: Value = app.get(&attempts(&idv)).await.ok();
    assert_eq!(none["total_count"], 0, "nothing of it was made");
    assert_eq!(app.again(&idv).await["status"], "created");
}
