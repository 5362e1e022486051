//! People who were verified: recognised when they come back, authenticated by their face, forgotten when asked.

use axum::http::{StatusCode, header};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, empty_table, sample};

on_both!(
    who_comes_back_is_the_same_identity,
    a_known_face_is_authenticated_and_another_is_not,
    an_identity_is_forgotten_with_all_its_sessions,
    a_deleted_session_is_nowhere_and_its_identity_stays,
    too_many_failed_tries_block_for_a_while,
);

async fn verified(app: &App) -> String {
    let session =
        app.consented_in(json!({"metadata": {"team": "red"}, "settings": {"user_id": "u-1"}})).await;
    app.picture("front", &session, &sample("passport.jpg")).await.ok();
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    assert_eq!(app.finalize(&session).await.ok()["verified"], true);
    session
}

async fn identity(app: &App, session: &str) -> String {
    let read = app.post("/idv/session/read", json!({"session_id": session})).await.ok();
    read["identity_id"].as_str().unwrap_or_else(|| panic!("{read:#}")).to_owned()
}

/// Authenticates somebody with this selfie; the session as it is read afterwards.
async fn authenticated(app: &App, identity: &str, selfie: &[u8]) -> (String, Value) {
    let new = json!({"identity_id": identity, "metadata": {"login": 1}, "settings": {"user_id": "u-1"}});
    let created = app.post("/ida/session/create", new).await.ok();
    let session = created["session_id"].as_str().unwrap().to_owned();
    let fields = app.post("/ida/sdk/finalize", json!({"session_id": session})).await;
    assert_eq!(fields.refused(400, "incomplete"), ["liveness"]);
    app.liveness_of("ida", &session, &[selfie]).await.ok();
    assert_eq!(app.finalize_of("ida", &session).await.ok(), json!({}));
    let read = app.post("/ida/session/read", json!({"session_id": session})).await.ok();
    (session, read)
}

async fn who_comes_back_is_the_same_identity(app: &App) {
    let first = verified(app).await;
    app.clock.advance(1000);
    let second = verified(app).await;
    let id = identity(app, &first).await;
    assert_eq!(identity(app, &second).await, id);
    let all = app.post("/identity/list", json!({})).await.ok();
    assert_eq!((&all["meta_counts"]["total"], &all["identities"][0]["identity_id"]), (&json!(1), &json!(id)));
    let read = app.post("/identity/read", json!({"identity_id": id})).await.ok();
    let session = app.post("/idv/session/read", json!({"session_id": second})).await.ok();
    for field in ["first_name", "last_name", "birth_date", "gender_e", "document_front_given_at", "score"] {
        assert_eq!((&read[field], !read[field].is_null()), (&session[field], true), "{field}");
    }
    assert_eq!(
        (&read["verified"], &read["identities"][0]["last_name"]),
        (&json!(true), &session["last_name"])
    );

    // The sessions, by the words that were read from their documents.
    let document = app.post("/idv/document/read", json!({"session_id": second})).await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_lowercase();
    let number: String = text(&document["document_number"]).chars().take(5).collect();
    let (given, family) = (text(&session["first_name"]), text(&session["last_name"]));
    for (searched, expected) in [
        (family.clone(), 2),
        (format!("{} {given}", family.chars().take(3).collect::<String>()), 2),
        (number.clone(), 2),
        (format!("{family} nobody"), 0),
    ] {
        let listed = app.post("/idv/session/list", json!({"search_term": searched})).await.ok();
        assert_eq!(listed["meta_counts"]["total"], expected, "{searched}");
        assert_eq!(listed["sessions"].as_array().unwrap().len(), expected);
    }

    let found =
        async |filter: Value| app.post("/identity/list", filter).await.ok()["meta_counts"]["total"].clone();
    let name = session["last_name"].as_str().unwrap().to_lowercase();
    for (filter, expected) in [
        (json!({"search_term": name}), 1),
        (json!({"search_term": "nobody"}), 0),
        (json!({"search_term": name.chars().take(3).collect::<String>()}), 1),
        (json!({"search_term": name.chars().skip(1).collect::<String>()}), 0),
        (json!({"search_term": format!("{family} {given}")}), 1),
        (json!({"search_term": format!("{family} {number}")}), 1),
        (json!({"search_term": id}), 1),
        (json!({"search_term": "%"}), 0),
        (json!({"search_term": name, "metadata": {"team": "red"}}), 1),
        (json!({"search_term": name, "metadata": {"team": "blue"}}), 0),
        (json!({"search_term": name, "user_id": "u-2"}), 0),
        (json!({"search_term": name, "start_date": "2026-06-02"}), 0),
        (json!({"metadata": {"team": "red"}}), 1),
        (json!({"metadata": {"team": "blue"}}), 0),
        (json!({"user_id": ["u-1", "u-2"], "client_id": app.client_id}), 1),
        (json!({"user_id": "u-2"}), 0),
        (json!({"client_id": "nobody"}), 0),
        (json!({"start_date": "2026-06-01", "end_date": "2026-06-01"}), 1),
        (json!({"start_date": "2026-06-02"}), 0),
    ] {
        assert_eq!(found(filter.clone()).await, expected, "{filter}");
    }
    // More values of one filter than a list takes: none of them reaches the database.
    let many: Vec<String> = (0..50_000).map(|n| n.to_string()[..1].to_owned()).collect();
    for (path, field) in [
        ("/identity/list", "user_id"),
        ("/identity/list", "client_id"),
        ("/identity/read", "identity_id"),
        ("/idv/session/list", "identity_id"),
        ("/idv/session/list", "user_id"),
        ("/ida/session/list", "client_id"),
    ] {
        assert_eq!(
            app.post(path, json!({field: many})).await.refused(400, "invalid_request"),
            [field],
            "{path}"
        );
        let most = app.post(path, json!({field: many[..1000]})).await;
        assert_eq!(most.status, StatusCode::OK, "{path} {field}");
    }
    for ask in [
        json!({"identity_ids": [id, "nobody"]}),
        json!({"identity_id": [id]}),
        json!({"metadata": {"team": "red"}}),
    ] {
        let read = app.post("/identity/read", ask.clone()).await.ok();
        assert_eq!(read["identities"].as_array().unwrap().len(), 1, "{ask}");
    }
    assert_eq!(app.post("/identity/read", json!({})).await.ok(), json!({"identities": []}));
    assert_eq!(
        app.post("/identity/status", json!({"identity_id": id})).await.ok(),
        json!({"verified": true})
    );

    let document = json!({"identity_id": id, "document_type_e": "passport"});
    let document = app.post("/identity/document/read", document).await.ok();
    let read = app.post("/idv/document/read", json!({"session_id": second})).await.ok();
    for (ours, theirs) in [
        ("document_id", "document_id"),
        ("document_number", "document_number"),
        ("expiration_date", "expires_at"),
        ("document_data_source_e", "data_source_e"),
    ] {
        assert_eq!((&document[ours], !document[ours].is_null()), (&read[theirs], true), "{ours}");
    }
    let none = json!({"identity_id": id, "document_type_e": "driver_license"});
    app.post("/identity/document/read", none).await.refused(404, "not_found");

    for (file, there) in [
        ("passport_front", true),
        ("selfie", true),
        ("liveness_passive", true),
        ("driver_license_front", false),
        ("passport_card_back", false),
        ("liveness_active_step_1", false),
    ] {
        let image = json!({"identity_id": id, "storage_file_type_e": file});
        let of_session = json!({"session_id": second, "storage_file_type_e": file});
        for (path, body) in [("/identity/image/read", image), ("/idv/document/download", of_session)] {
            let answer = app.post(path, body).await;
            if there {
                assert_eq!(answer.headers[header::CONTENT_TYPE], "image/jpeg", "{file}");
                assert_eq!(
                    (answer.status, &answer.bytes[..3]),
                    (StatusCode::OK, &[0xff, 0xd8, 0xff][..]),
                    "{file}"
                );
            } else {
                answer.refused(404, "not_found");
            }
        }
    }
    let unknown = json!({"session_id": second, "storage_file_type_e": "unknown"});
    app.post("/idv/document/download", unknown).await.refused(404, "not_found");
    let documents = app.post("/idv/document/list", json!({"session_id": second})).await.ok();
    assert_eq!((&documents["documents"][0], &documents["meta_counts"]["total"]), (&read, &json!(1)));
    let rest = app.post("/idv/document/list", json!({"session_id": second, "skip": 1})).await.ok();
    assert_eq!((&rest["documents"], &rest["meta_counts"]["total"]), (&json!([]), &json!(1)));
}

async fn a_known_face_is_authenticated_and_another_is_not(app: &App) {
    let id = identity(app, &verified(app).await).await;
    let (session, same) = authenticated(app, &id, &sample("selfie.jpg")).await;
    assert_eq!((&same["status_e"], &same["authenticated"]), (&json!("complete"), &json!(true)), "{same:#}");
    // The very picture that the verification had: it matches, and shows nobody alive today.
    assert_eq!((&same["identity_id"], &same["liveness_detected"]), (&json!(id), &json!(false)));
    let person = app.post("/identity/read", json!({"identity_id": id})).await.ok();
    assert_eq!(same["last_name"], person["last_name"]);
    let (other_session, other) = authenticated(app, &id, &sample("other.jpg")).await;
    assert_eq!(
        (&other["status_e"], &other["authenticated"]),
        (&json!("complete"), &json!(false)),
        "{other:#}"
    );
    let reasons = other["history"].as_array().unwrap().last().unwrap()["detail"]["reasons"].to_string();
    assert!(reasons.contains("face_mismatch"), "{reasons}");

    let sdk = app.post("/ida/sdk/session/read", json!({"session_id": session})).await.ok();
    assert_eq!((&sdk["authenticated"], &sdk["liveness_provider_e"]), (&json!(true), &json!("internal")));
    let selfie = app.post("/ida/document/download", json!({"session_id": session})).await;
    assert_eq!(
        (selfie.status, &selfie.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"image/jpeg".parse().unwrap())
    );
    for (filter, expected) in [
        (json!({}), 2),
        (json!({"verified": true}), 1),
        (json!({"verified": false, "identity_id": [id]}), 1),
        (json!({"identity_id": "nobody"}), 0),
        (json!({"metadata": {"login": 1}, "take": 1}), 2),
        (json!({"status": "in_progress"}), 0),
        (json!({"user_id": "u-2"}), 0),
    ] {
        let list = app.post("/ida/session/list", filter.clone()).await.ok();
        assert_eq!(list["meta_counts"]["total"], expected, "{filter}");
    }
    // The two kinds of session do not stand for each other.
    app.post("/idv/session/read", json!({"session_id": session})).await.refused(404, "not_found");
    app.post("/idv/sdk/finalize", json!({"session_id": session})).await.refused(404, "not_found");
    let verification = app.created().await;
    app.post("/ida/session/read", json!({"session_id": verification})).await.refused(404, "not_found");
    assert_eq!(app.post("/idv/session/list", json!({})).await.ok()["meta_counts"]["total"], 2);
    app.post("/ida/session/delete", json!({"session_id": other_session})).await.ok();
    app.post("/ida/session/read", json!({"session_id": other_session})).await.refused(404, "not_found");
    assert_eq!(app.post("/ida/session/list", json!({})).await.ok()["meta_counts"]["total"], 1);
}

async fn an_identity_is_forgotten_with_all_its_sessions(app: &App) {
    let session = verified(app).await;
    let id = identity(app, &session).await;
    let (authentication, _) = authenticated(app, &id, &sample("selfie.jpg")).await;
    let person = app.post("/identity/read", json!({"identity_id": id})).await.ok();
    let term = json!({"search_term": person["last_name"]});
    assert_eq!(app.post("/identity/list", term.clone()).await.ok()["meta_counts"]["total"], 1);
    for _ in 0..2 {
        app.post("/identity/anonymize", json!({"identity_id": id})).await.ok();
    }
    assert_eq!(
        app.post("/identity/status", json!({"identity_id": id})).await.ok(),
        json!({"verified": false})
    );
    app.post("/identity/read", json!({"identity_id": id})).await.refused(400, "anonymized");
    for nobody in [json!({}), term, json!({"metadata": {"team": "red"}})] {
        assert_eq!(app.post("/identity/list", nobody).await.ok()["meta_counts"]["total"], 0);
    }
    for (path, session) in [("/idv/session/read", &session), ("/ida/session/read", &authentication)] {
        let read = app.post(path, json!({"session_id": session})).await.ok();
        assert_eq!((&read["status_e"], &read["last_name"]), (&json!("complete"), &json!(null)), "{path}");
        assert_eq!(read["metadata"], json!({}), "{path}");
    }
    app.post("/ida/session/create", json!({"identity_id": id})).await.refused(400, "anonymized");
    // The same person is nobody's acquaintance now.
    assert_ne!(identity(app, &verified(app).await).await, id);
}

async fn a_deleted_session_is_nowhere_and_its_identity_stays(app: &App) {
    let session = verified(app).await;
    let id = identity(app, &session).await;
    let this = json!({"session_id": session});
    app.post("/idv/session/delete", this.clone()).await.ok();
    for path in ["/idv/session/read", "/idv/session/delete", "/idv/session/anonymize", "/idv/document/read"] {
        app.post(path, this.clone()).await.refused(404, "not_found");
    }
    assert_eq!(app.post("/idv/session/list", json!({})).await.ok()["meta_counts"]["total"], 0);
    let person = app.post("/identity/read", json!({"identity_id": id})).await.ok();
    // The identity is found by what is known of it, and not by its sessions.
    for found in [json!({"search_term": person["last_name"]}), json!({"metadata": {"team": "red"}})] {
        let listed = app.post("/identity/list", found).await.ok();
        assert_eq!(
            (&listed["meta_counts"]["total"], &listed["identities"][0]["identity_id"]),
            (&json!(1), &json!(id))
        );
    }
    assert!(person["last_name"].as_str().is_some_and(|n| !n.is_empty()), "{person:#}");
    let selfie = json!({"identity_id": id, "storage_file_type_e": "selfie"});
    app.post("/identity/image/read", selfie).await.refused(404, "not_found");
    let (_, again) = authenticated(app, &id, &sample("selfie.jpg")).await;
    assert_eq!(again["authenticated"], true);

    // What is still going on is canceled.
    let open = app.consented().await;
    app.post("/idv/session/anonymize", json!({"session_id": open})).await.ok();
    let read = app.post("/idv/session/read", json!({"session_id": open})).await.ok();
    assert_eq!(read["status_e"], "expired");
    let kind = json!({"session_id": open, "document_type_e": "passport"});
    app.post("/idv/sdk/document/type/update", kind).await.refused(400, "anonymized");
}

async fn too_many_failed_tries_block_for_a_while(app: &App) {
    let session = app.consented().await;
    let this = json!({"session_id": session});
    app.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let status = async || app.post("/idv/session/read", this.clone()).await.ok()["status_e"].clone();
    for (n, expected) in (0..).zip(["in_progress", "in_progress", "temporarily_blocked"]) {
        app.picture("front", &session, &empty_table(n)).await.ok();
        // The same pictures once more are no try of their own.
        for _ in 0..2 {
            assert_eq!(app.finalize(&session).await.ok()["verified"], false);
            assert_eq!(status().await, expected);
        }
    }
    app.picture("front", &session, &sample("passport.jpg")).await.refused(400, "temporarily_blocked");
    app.clock.advance(59 * 60 * 1000);
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(status().await, "temporarily_blocked");
    app.clock.advance(60 * 1000);
    bonafide_engine::jobs::run_pending(&app.engine).await.unwrap();
    let token = app.reissue().await;
    let post = async |path: &str, body: Value| app.post_as(&app.client_id, &token, path, body).await;
    assert_eq!(post("/idv/session/read", this.clone()).await.ok()["status_e"], "in_progress");
    let kind = json!({"session_id": session, "document_type_e": "passport"});
    post("/idv/sdk/document/type/update", kind).await.ok();
}
