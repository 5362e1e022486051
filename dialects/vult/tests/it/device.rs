//! A person's device with the capture token of its session: it opens this session's SDK operations, and nothing else.

use bonafide_core::id::VerificationId;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{App, sample};

on_both!(a_device_captures_with_the_token_of_its_session, another_session_is_not_there_for_a_device,);

/// A new session, and the app as its device speaks to it: with a capture token, and without a client's name.
async fn device(app: &App, path: &str, body: Value) -> (String, App) {
    let made = app.post(path, body).await.ok();
    let token = made["capture_token"].as_str().unwrap();
    assert!(token.starts_with("cap_"), "it is ours, and no access token");
    (made["session_id"].as_str().unwrap().to_owned(), app.speaking_as("", token))
}

async fn a_device_captures_with_the_token_of_its_session(app: &App) {
    let (session, phone) = device(app, "/idv/session/create", json!({})).await;
    let named = json!({ "session_id": session });
    phone.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await.ok();
    let declared = json!({"session_id": session, "document_type_e": "passport"});
    phone.post("/idv/sdk/document/type/update", declared).await.ok();
    let facts = json!({"session_id": session, "sdk_metadata": {"camera": "back"}});
    phone.post("/idv/sdk/metadata/update", facts).await.ok();
    phone.picture("front", &session, &sample("passport.jpg")).await.ok();
    phone.liveness(&session, &[&sample("selfie.jpg")]).await.ok();
    let read = phone.post("/idv/sdk/session/read", named.clone()).await.ok();
    assert_eq!((&read["document_front_given"], &read["selfie_given"]), (&json!(true), &json!(true)));
    // What the session was made with is not for the person to change; saying the same changes nothing.
    let other = json!({"session_id": session, "settings": {"user_id": "somebody"}});
    assert_eq!(phone.post("/idv/sdk/finalize", other).await.refused(403, "insufficient_scope"), ["settings"]);
    let done = phone.finalize(&session).await.ok();
    // Whether somebody is on a list is not for them to learn.
    assert_eq!((&done["verified"], &done["on_sanction_list"]), (&json!(true), &Value::Null));
    phone.post("/idv/sdk/session/read", named.clone()).await.refused(410, "gone");
    app.post("/idv/sdk/session/read", named.clone()).await.ok();

    let read = app.post("/idv/session/read", named).await.ok();
    let known = json!({ "identity_id": read["identity_id"] });
    let (again, phone) = device(app, "/ida/session/create", known).await;
    let named = json!({ "session_id": again });
    let seen = phone.post("/ida/sdk/session/read", named.clone()).await.ok();
    assert!(seen.get("first_name").is_none() && seen.get("last_name").is_none(), "{seen}");
    assert!(app.post("/ida/sdk/session/read", named.clone()).await.ok()["last_name"].is_string());
    let facts = json!({"session_id": again, "sdk_metadata": {}});
    phone.post("/ida/sdk/metadata/update", facts).await.ok();
    phone.liveness_of("ida", &again, &[&sample("selfie.jpg")]).await.ok();
    phone.finalize_of("ida", &again).await.ok();
    assert_eq!(app.post("/ida/session/read", named).await.ok()["authenticated"], true);
}

async fn another_session_is_not_there_for_a_device(app: &App) {
    let (own, phone) = device(app, "/idv/session/create", json!({})).await;
    let (others, _) = device(app, "/idv/session/create", json!({})).await;
    let (client, token) = app.new_tenant("second").await;
    let foreign = app.speaking_as(&client, &token).created().await;
    let none = VerificationId::new(app.engine.now(), &*app.engine.entropy).to_string();
    let operations = bonafide_vult::DIALECT.routes(&Default::default()).operations;
    let mut asked = 0;
    for operation in operations.iter().filter(|op| op.or_capture) {
        let is_form = operation.path.starts_with("/idv/sdk/document/") && operation.path.ends_with("/add");
        let ask = async |session: &str| {
            if is_form {
                let side = if operation.path.contains("front") { "front" } else { "back" };
                return phone.picture(side, session, b"none").await;
            }
            let body = json!({
                "session_id": session, "latitude": 1, "longitude": 1, "consented": true, "sdk_metadata": {},
                "document_type_e": "passport", "images": ["AAAA"],
            });
            phone.post(&operation.path, body).await
        };
        let mut told = vec![];
        // Each is counted as a device is.
        app.clock.advance(60_000);
        for session in [&others, &foreign, &none, &"none".to_owned()] {
            let mut answer = ask(session).await;
            assert_eq!(answer.status, 404, "{}: {}", operation.path, answer.body);
            answer.body["error"]["request_id"].take();
            told.push(answer.body);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{}: nobody learns which sessions there are", operation.path);
        let own = ask(&own).await.status.as_u16();
        // Of an authentication's operations a verification is none either.
        let let_in = operation.path.starts_with("/idv/");
        assert_eq!(own != 404, let_in, "{}: {own}", operation.path);
        assert!(![401, 403, 500].contains(&own), "{}: {own}", operation.path);
        asked += 1;
    }
    assert_eq!(asked, 14, "every operation of the SDK");
    // A client's name that is not its own is a mistake with this token too.
    let named = json!({ "session_id": own });
    let wrong = phone.post_as(&client, &phone.token, "/idv/sdk/session/read", named).await;
    assert_eq!(wrong.refused(400, "invalid_request"), ["X-Client-Id"]);
}
