//! The main job: a person verified from consent to decision.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, empty_table, sample};

on_both!(
    a_person_is_verified,
    somebody_else_is_declined,
    requirement_13_refusing_consent_is_an_outcome,
    sessions_are_listed,
    another_tenants_session_is_not_found,
    an_unreadable_document_may_be_handed_in_again,
    the_same_picture_for_another_person_is_told_until_they_are_forgotten,
    a_blocked_face_is_declined_until_it_is_unblocked,
    a_listed_person_goes_to_review_and_those_before_are_screened_again,
);

async fn verified(app: &App, selfie: &[u8]) -> (String, Value) {
    let session = app.consented().await;
    let kind = json!({"session_id": session, "document_type_e": "passport"});
    app.post("/idv/sdk/document/type/update", kind).await.ok();
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[selfie]).await.ok();
    let result = app.finalize(&session).await.ok();
    (session, result)
}

async fn a_person_is_verified(app: &App) {
    let (session, result) = verified(app, &sample("selfie.jpg")).await;
    let this = json!({"session_id": session});
    let read = app.post("/idv/session/read", this.clone()).await.ok();
    assert_eq!(result, json!({"verified": true, "on_sanction_list": null}), "{read:#}");
    assert_eq!((&read["status_e"], &read["verified"]), (&json!("complete"), &json!(true)));
    assert_eq!((&read["liveness_detected"], &read["selfie_given"]), (&json!(true), &json!(true)));
    assert_eq!(read["ofac_status_e"], "not_started", "no list was searched");
    assert_eq!(read["document_type_e"], "passport");
    let events: Vec<&str> =
        read["history"].as_array().unwrap().iter().filter_map(|e| e["event"].as_str()).collect();
    assert_eq!((events.first(), events.last()), (Some(&"created"), Some(&"approved")), "{events:?}");

    let document = app.post("/idv/document/read", this.clone()).await.ok();
    assert_eq!((&document["data_source_e"], &document["issuing_country"]), (&json!("mrz"), &json!("UTO")));
    for field in ["document_number", "first_name", "last_name", "birth_date", "expires_at"] {
        assert!(document[field].as_str().is_some_and(|v| !v.is_empty()), "{field} in {document:#}");
    }
    assert_eq!(document["last_name"], read["last_name"]);

    let tests = app.post("/idv/session/test/read", this).await.ok();
    assert_eq!(tests["doc_front_is_identity_document"], "clear");
    assert_eq!(tests["doc_back_is_identity_document"], "not_assessed", "there was no back");
    assert_eq!(tests["doc_front_online_duplication"], "not_assessed", "there is nothing to compare with yet");
    assert_eq!(tests["document_number_crosscheck"], true, "{tests:#}");
    // A decision is not made twice: whoever asks again is told the same.
    assert_eq!(app.finalize(&session).await.ok(), result);
    let again = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!(again["history"], read["history"]);
    let other = json!({"session_id": session, "settings": {"liveness_movements": "without_head"}});
    app.post("/idv/sdk/finalize", other).await.refused(400, "already_finalized");
}

async fn the_same_picture_for_another_person_is_told_until_they_are_forgotten(app: &App) {
    let duplication = async |session: &str| {
        let tests = app.post("/idv/session/test/read", json!({"session_id": session})).await.ok();
        tests["doc_front_online_duplication"].as_str().unwrap().to_owned()
    };
    let (first, _) = verified(app, &sample("selfie.jpg")).await;
    let (second, _) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(
        (duplication(&first).await, duplication(&second).await),
        ("not_assessed".into(), "consider".into())
    );
    let caller = app.caller().await;
    for session in [&first, &second] {
        let id = session.parse().unwrap();
        bonafide_engine::verifications::anonymize(&app.engine, &caller, id).await.unwrap();
        bonafide_engine::verifications::anonymize(&app.engine, &caller, id).await.unwrap();
    }
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let pictures = walk(&app.folder.path().join("blobs"));
    assert!(pictures.is_empty(), "{pictures:?}");
    let (third, _) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(duplication(&third).await, "not_assessed", "nobody is known any more");
    // What was decided stays, who it was does not.
    let read = app.post("/idv/session/read", json!({"session_id": first})).await.ok();
    assert_eq!((&read["verified"], &read["last_name"]), (&json!(true), &json!(null)), "{read:#}");
}

async fn person(app: &App, session: &str) -> bonafide_core::id::ApplicantId {
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    read["identity_id"].as_str().unwrap().parse().unwrap()
}

async fn a_blocked_face_is_declined_until_it_is_unblocked(app: &App) {
    use bonafide_engine::{
        Caller, Error,
        block_list::{Filter, Kind, New, What, add, list, remove},
    };
    let caller = app.caller().await;
    let (first, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(result["verified"], true);
    let what = What::FaceOfIdentity(person(app, &first).await);
    let new = New { what, reason: "forged papers".into(), lasting: false };
    let blocked = add(&app.engine, &caller, new.clone()).await.unwrap();
    assert_eq!(add(&app.engine, &caller, new.clone()).await.unwrap(), blocked, "once");
    let (session, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(result["verified"], false);
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    assert!(reasons.contains("face_blocked") && !reasons.contains("forged papers"), "{reasons}");
    let all = Filter { kind: Some(Kind::Face), skip: 0, take: 10 };
    assert_eq!(list(&app.engine, &caller, &all).await.unwrap(), (vec![blocked.clone()], 1));
    // Whoever may set weights may not let somebody in again.
    assert!(matches!(remove(&app.engine, &caller, blocked.id).await, Err(Error::Forbidden)));
    let officer = Caller { scopes: "settings policy".into(), ..caller.clone() };
    // Somebody of another tenant.
    let organization = bonafide_core::id::OrganizationId::from_uuid(blocked.id.uuid());
    let stranger = Caller { organization, ..officer.clone() };
    assert!(matches!(remove(&app.engine, &stranger, blocked.id).await, Err(Error::NotFound(_))));
    remove(&app.engine, &officer, blocked.id).await.unwrap();
    assert!(matches!(remove(&app.engine, &officer, blocked.id).await, Err(Error::NotFound("entry"))));
    let (_, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(result["verified"], true, "the same person came back, which is no reason to refuse");
}

async fn a_listed_person_goes_to_review_and_those_before_are_screened_again(app: &App) {
    let status = async |session: &str| {
        let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
        (read["ofac_status_e"].as_str().unwrap().to_owned(), read)
    };
    let list = |rows: &str| {
        let files =
            [("house.csv".to_owned(), format!("id,type,name,birth_date\n{rows}\n").into_bytes())].into();
        let store = bonafide_screening::snapshot::Store::new(app.folder.path().join("lists"));
        store.import("house", None, &files, app.engine.now().0, true).unwrap();
        // A change is seen within ten seconds.
        app.clock.advance(20_000);
    };
    list("1,person,Somebody Else,1950");
    let (first, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(result, json!({"verified": true, "on_sanction_list": false}));
    let (word, read) = status(&first).await;
    assert_eq!(word, "clear");
    let name = format!("{} {}", read["first_name"].as_str().unwrap(), read["last_name"].as_str().unwrap());
    let document = app.post("/idv/document/read", json!({"session_id": first})).await.ok();
    let birth = document["birth_date"].as_str().unwrap().get(..10).unwrap().to_owned();

    list(&format!("1,person,Somebody Else,1950\n2,person,{name},{birth}"));
    let (second, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(result, json!({"verified": false, "on_sanction_list": true}), "a human decides");
    assert_eq!(status(&second).await.0, "match");
    // Who was verified before is screened again, is reported, and stays what they were until a human looks.
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let (word, read) = status(&first).await;
    assert_eq!((word.as_str(), &read["verified"]), ("match", &json!(true)));
    let events: Vec<&str> =
        read["history"].as_array().unwrap().iter().filter_map(|e| e["event"].as_str()).collect();
    assert_eq!(events.last(), Some(&"screening_changed"), "{events:?}");
    let stored = read["history"].to_string();
    assert!(!stored.contains(&name), "the history names nobody");

    // Nothing changed for them: nothing is sent again.
    list(&format!("2,person,{name},{birth}\n3,person,Another One,1960"));
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let after = status(&first).await.1["history"].as_array().unwrap().len();
    assert_eq!(after, events.len());

    // A reviewer knows better, for this person, this entry as it is, and a minute.
    use bonafide_engine::{
        Error,
        screening::{Dismissing, Purpose, dismiss, page},
    };
    let caller = bonafide_engine::Caller { scopes: "verifications reviews".into(), ..app.caller().await };
    let (engine, id) = (&app.engine, first.parse().unwrap());
    let what = |entry, reason| Dismissing { list: "house", entry, reason, until: engine.now().plus_secs(60) };
    let missing = dismiss(engine, &caller, id, &what("9", "somebody else")).await;
    assert!(matches!(missing, Err(Error::NotFound("hit"))), "{missing:?}");
    assert!(matches!(dismiss(engine, &caller, id, &what("2", " ")).await, Err(Error::Invalid(_))));
    let past = Dismissing { until: engine.now(), ..what("2", "somebody else") };
    assert!(matches!(dismiss(engine, &caller, id, &past).await, Err(Error::Invalid(_))));
    let mut other = caller.clone();
    other.organization = bonafide_core::id::OrganizationId::from_uuid(Default::default());
    assert!(matches!(dismiss(engine, &other, id, &what("2", "x")).await, Err(Error::NotFound(_))));
    assert_eq!(dismiss(engine, &caller, id, &what("2", "born in Lilliput")).await.unwrap(), 0);
    let (word, read) = status(&first).await;
    assert_eq!(
        (word.as_str(), status(&second).await.0.as_str()),
        ("clear", "match"),
        "until the next search"
    );
    let history = read["history"].to_string();
    assert!(history.contains("screening_dismissed") && !history.contains("Lilliput"), "{history}");
    list(&format!("2,person,{name},{birth}\n4,person,One More,1960"));
    bonafide_engine::jobs::run_pending(engine).await.unwrap();
    assert_eq!(status(&first).await.0, "clear", "a list may change elsewhere");
    assert_eq!(status(&second).await.0, "clear", "it was said of the person and not of one session");
    let read = status(&second).await.1;
    assert_eq!(read["verified"], true, "nothing else was waited for");
    let history = read["history"].as_array().unwrap();
    assert_eq!(history.iter().filter(|e| e["event"] == "approved").count(), 1, "with a line of its own");
    let (_, result) = verified(app, &sample("selfie.jpg")).await;
    assert_eq!(
        result,
        json!({"verified": true, "on_sanction_list": false}),
        "who comes back is not asked about again"
    );
    list(&format!("2,person,{name},{birth};1950\n4,person,One More,1960"));
    bonafide_engine::jobs::run_pending(engine).await.unwrap();
    assert_eq!(status(&first).await.0, "match", "the entry is another now");
    assert_eq!(dismiss(engine, &caller, id, &what("2", "still not")).await.unwrap(), 0);
    assert_eq!(status(&first).await.0, "clear");
    app.clock.advance(61_000);
    bonafide_engine::jobs::run_pending(engine).await.unwrap();
    assert_eq!(status(&first).await.0, "match", "its time is over");

    // Every search is on record, with the versions of its lists.
    let log = page(engine, caller.organization, bonafide_core::time::Timestamp(0), None).await.unwrap();
    let of_first: Vec<_> = log.iter().filter(|l| l.purpose == Purpose::Verification(id)).collect();
    let hits: Vec<usize> = of_first.iter().map(|l| l.screened.counting().count()).collect();
    assert_eq!(hits, [0, 1, 1, 0, 1, 1]);
    let versions: std::collections::BTreeSet<_> = of_first.iter().map(|l| &l.screened.lists).collect();
    assert_eq!(versions.len(), 5);
    assert!(page(engine, caller.organization, engine.now(), log.last()).await.unwrap().is_empty());
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

async fn somebody_else_is_declined(app: &App) {
    let (session, result) = verified(app, &sample("other.jpg")).await;
    assert_eq!(result["verified"], false);
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&read["status_e"], &read["verified"]), (&json!("complete"), &json!(false)));
    let reasons = read["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    assert!(reasons.contains("face_match_failed"), "{reasons}");
}

async fn requirement_13_refusing_consent_is_an_outcome(app: &App) {
    let session = app.created().await;
    let no = json!({"session_id": session, "consented": false});
    app.post("/idv/sdk/consent/add", no.clone()).await.ok();
    app.post("/idv/sdk/consent/add", no).await.ok();
    let yes = json!({"session_id": session, "consented": true});
    app.post("/idv/sdk/consent/add", yes).await.refused(400, "consent_already_given");
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&read["status_e"], &read["consented"]), (&json!("complete"), &json!(false)));
    assert_eq!(read["verified"], false);
    app.picture("front", &session, &sample("passport.jpg")).await.refused(400, "consent_refused");
}

async fn sessions_are_listed(app: &App) {
    let all = app.post("/idv/session/list", json!({})).await.ok();
    assert_eq!(all["meta_counts"], json!({"total": 0, "take": 25, "skip": 0, "status": {}}));
    for i in 0..5 {
        app.clock.advance(1000);
        let metadata = json!({"n": i, "team": "red", "of": {"b": [1, null], "a": "Zoë"}});
        app.post("/idv/session/create", json!({"metadata": metadata})).await.ok();
    }
    let page = app.post("/idv/session/list", json!({"take": 2, "skip": 1})).await.ok();
    assert_eq!(page["meta_counts"]["total"], 5);
    assert_eq!(page["meta_counts"]["status"], json!({"in_progress": 5}));
    let numbers: Vec<_> =
        page["sessions"].as_array().unwrap().iter().map(|s| s["metadata"]["n"].clone()).collect();
    assert_eq!(numbers, [3, 2], "newest first");
    let of = |filter: Value| async {
        app.post("/idv/session/list", filter).await.ok()["meta_counts"]["total"].clone()
    };
    assert_eq!(of(json!({"status": "complete"})).await, 0);
    assert_eq!(of(json!({"status": "in_progress", "client_id": [app.client_id, "other"]})).await, 5);
    assert_eq!(of(json!({"client_id": "other"})).await, 0);
    assert_eq!(of(json!({"metadata": {"n": 3}})).await, 1);
    assert_eq!(of(json!({"metadata": {"team": "red"}, "take": 1})).await, 5);
    for (metadata, expected) in [
        (json!({"team": "red", "n": 3}), 1),
        (json!({"team": "blue", "n": 3}), 0),
        (json!({"n": "3"}), 0),
        (json!({"of": {"a": "Zoë", "b": [1, null]}}), 5),
        (json!({"of": {"a": "Zoë"}}), 0),
        (json!({"team": "red", "N": 3}), 0),
    ] {
        assert_eq!(of(json!({"metadata": metadata})).await, expected, "{metadata}");
    }
    let many: serde_json::Map<String, Value> = (0..65).map(|n| (format!("n{n}"), json!(n))).collect();
    let many = app.post("/idv/session/list", json!({"metadata": many})).await;
    assert_eq!(many.refused(400, "invalid_request"), ["metadata"]);
    let id = page["sessions"][0]["session_id"].as_str().unwrap().to_uppercase();
    let counts = app.post("/idv/session/list", json!({"search_term": id})).await.ok()["meta_counts"].clone();
    assert_eq!((&counts["total"], &counts["status"]), (&json!(1), &json!({"in_progress": 1})));
    assert_eq!(of(json!({"search_term": "nobody"})).await, 0);
    assert_eq!(of(json!({"search_term": "!"})).await, 0);
    assert_eq!(of(json!({"start_date": "2026-06-01", "end_date": "2026-06-01"})).await, 5);
    assert_eq!(of(json!({"start_date": "2026-06-02", "end_date": null})).await, 0);
    assert_eq!(page["sessions"][0]["identity_id"], json!(null), "nobody was approved yet");
    assert_eq!(of(json!({"identity_id": ["nobody"]})).await, 0);
    let bad = app
        .post("/idv/session/list", json!({"take": 0, "skip": -1, "status": "done", "start_date": 3}))
        .await;
    let mut fields = bad.refused(400, "invalid_request");
    fields.sort();
    assert_eq!(fields, ["skip", "start_date", "status", "take"]);
    let bad = app.post("/idv/session/list", json!({"take": 1.5, "end_date": "tomorrow"})).await;
    assert_eq!(bad.refused(400, "invalid_request"), ["end_date", "take"]);
}

async fn another_tenants_session_is_not_found(app: &App) {
    let session = app.consented().await;
    let (client, token) = app.new_tenant("second").await;
    let place = json!({"session_id": session, "latitude": 0, "longitude": 0, "images": ["aGk="]});
    for (path, body) in [
        ("/idv/session/read", json!({"session_id": session})),
        ("/idv/session/test/read", json!({"session_id": session})),
        ("/idv/document/read", json!({"session_id": session})),
        ("/idv/sdk/session/read", json!({"session_id": session})),
        ("/idv/sdk/metadata/update", json!({"session_id": session, "sdk_metadata": {}})),
        ("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})),
        ("/idv/sdk/document/type/update", json!({"session_id": session, "document_type_e": "passport"})),
        ("/idv/sdk/liveness/session/generate", place.clone()),
        ("/idv/sdk/liveness/session/process", place),
        ("/idv/sdk/finalize", json!({"session_id": session})),
    ] {
        app.post_as(&client, &token, path, body).await.refused(404, "not_found");
    }
    let theirs = app.post_as(&client, &token, "/idv/session/list", json!({})).await.ok();
    assert_eq!(theirs["meta_counts"]["total"], 0);
    // The right token with somebody else's client id is refused as well.
    let mixed =
        app.post_as(&client, &app.token, "/idv/sdk/session/read", json!({"session_id": session})).await;
    assert_eq!(mixed.refused(400, "invalid_request"), ["X-Client-Id"]);
}

async fn an_unreadable_document_may_be_handed_in_again(app: &App) {
    let session = app.consented().await;
    app.picture("front", &session, &empty_table(0)).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let result = app.finalize(&session).await.ok();
    assert_eq!(result["verified"], false);
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    let event = read["history"].as_array().unwrap().last().unwrap()["event"].clone();
    assert_eq!((&read["status_e"], &event), (&json!("in_progress"), &json!("retry_required")), "{read:#}");
    // Finalizing again with nothing new is no new try.
    for _ in 0..3 {
        assert_eq!(app.finalize(&session).await.ok(), result);
    }
    let again = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&again["status_e"], &again["history"]), (&read["status_e"], &read["history"]));
    // The device reads which step is wanted again, and why, in a sentence for the person.
    let device = async || app.post("/idv/sdk/session/read", json!({"session_id": session})).await.ok();
    let read = device().await;
    let wanted = read["captures_wanted"].as_array().unwrap();
    assert_eq!((wanted.len(), &wanted[0]["capture_e"]), (1, &json!("document_front")), "{read:#}");
    let reason = &wanted[0]["reasons"][0];
    assert!(["code", "message"].iter().all(|of| !reason[of].as_str().unwrap().is_empty()), "{read:#}");
    assert_eq!((&read["document_front_given"], &read["selfie_given"]), (&json!(false), &json!(true)));

    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    let read = device().await;
    assert_eq!((&read["document_front_given"], &read["captures_wanted"]), (&json!(true), &Value::Null));
    let result = app.finalize(&session).await.ok();
    assert_eq!(result["verified"], true);
    assert_eq!(app.finalize(&session).await.ok(), result);
    assert_eq!(device().await["captures_wanted"], Value::Null);
}
