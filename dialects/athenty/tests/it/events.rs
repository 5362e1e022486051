//! What a request's course tells: the statuses of this API and its webhooks, whatever was asked through our own API.

use bonafide_engine::{attempts::Opener, capture, jobs};
use bonafide_testkit::engine::Setup;
use serde_json::json;

use crate::support::{App, verification};

const DAY_MS: i64 = 24 * 3600 * 1000;

fn id(made: &serde_json::Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reviewer_does_is_told_in_this_apis_words() {
    let app = App::start("sqlite").await;
    let status = async |id: &str| app.request(id).await["status"].as_str().unwrap().to_owned();
    let made = id(&app.created(json!({"type": "kyc"})).await);
    assert_eq!(
        (status(&made).await.as_str(), app.told(&made).await),
        ("initiated", vec!["request.created".into()])
    );
    app.hand_in(&made).await;
    assert_eq!(status(&made).await, "pending_review");
    app.review(&made, "approve", "confirmed_otherwise").await.ok();
    assert_eq!(status(&made).await, "approved");
    app.review(&made, "reopen", "decided_by_mistake").await.ok();
    assert_eq!(status(&made).await, "pending_review");
    app.review(&made, "decline", "suspected_fraud").await.ok();
    assert_eq!(status(&made).await, "rejected");
    let told = app.events(&made).await;
    let words: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(words, ["request.created", "request.submitted", "request.approved", "request.rejected"]);
    let last = &told.last().unwrap()["data"];
    for (name, value) in [
        ("id", json!(made)),
        ("type", json!("kyc")),
        ("status", json!("rejected")),
        ("requirements", json!(["document", "biometric_face"])),
    ] {
        assert_eq!(last[name], value, "{name}");
    }
    let decisions = app.request(&made).await["decisions"].clone();
    let by: Vec<&str> = decisions.as_array().unwrap().iter().map(|d| d["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["machine", "human", "human", "human"]);

    let made = id(&app.created(json!({})).await);
    app.review(&made, "cancel", "withdrawn").await.ok();
    assert_eq!(status(&made).await, "canceled");
    assert_eq!(app.told(&made).await, ["request.created", "request.canceled"]);

    let made = id(&app.created(json!({"expiresDays": 1})).await);
    app.clock.advance(DAY_MS + 1);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(status(&made).await, "expired");
    assert_eq!(app.told(&made).await, ["request.created", "request.expired"]);
}

/// Whoever dies while they decide leaves nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_could_decide_is_for_a_human() {
    let mut ended = vec![];
    for dying in [&[][..], &["decide"]] {
        let app = App::of("sqlite", Setup { dying, ..Setup::default() }, true).await;
        let made = id(&app.created(json!({})).await);
        app.hand_in(&made).await;
        ended.push((app.request(&made).await["status"].clone(), app.told(&made).await));
    }
    assert_eq!(ended[0].0, "pending_review");
    assert_eq!(ended[1], ended[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_say_nothing_of_who_the_person_is() {
    let app = App::start("sqlite").await;
    let made = app
        .created(json!({"subjectName": "Jane Smith", "subjectEmail": "jane@example.com", "subjectPhone": "+14165550100"}))
        .await;
    let told = app.events(&id(&made)).await;
    let text = serde_json::to_string(&told).unwrap();
    for secret in ["Jane", "example.com", "5550100", made["accessToken"].as_str().unwrap()] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_invited_and_invited_again_with_another_link() {
    let (app, taken) = App::inviting().await;
    let made =
        id(&app.created(json!({"subjectName": "Jane Smith", "subjectEmail": "jane@example.com"})).await);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.told(&made).await, ["request.created", "request.invitation.sent"]);
    let path = format!("/console/verifications/{made}/invitations/resend");
    let again = app.console("POST", &path, None).await;
    assert_eq!((again.status.as_u16(), &again.body["sending"]), (201, &json!(true)));
    jobs::run_pending(&app.engine).await.unwrap();

    let mails = taken.lock().unwrap().clone();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.contains("To: jane@example.com")), "{mails:?}");
    let link = |mail: &String| {
        // Quoted-printable breaks lines with an equals sign.
        let text = mail.replace("=\n", "");
        let rest = text.split("https://id.example.com/come#").nth(1).unwrap().to_owned();
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
    };
    let (first, second) = (link(&mails[0]), link(&mails[1]));
    assert!(first.len() > 26 && first != second, "{first} {second}");
    let device = capture::exchange(&app.engine, &second, Opener::default()).await.unwrap();
    assert_eq!(device.verification, verification(&made));
    assert!(capture::exchange(&app.engine, &second, Opener::default()).await.is_err(), "a link is good once");

    // The console knows nobody to write to where no address was given, and another organization has no such request.
    let nobody = id(&app.created(json!({})).await);
    let told =
        app.console("POST", &format!("/console/verifications/{nobody}/invitations/resend"), None).await;
    assert_eq!((told.status.as_u16(), &told.body["code"]), (409, &json!("no_address")));
    let stranger = app.stranger().await;
    assert_eq!(app.ask("POST", &stranger, &path, None).await.status.as_u16(), 404);
    // What is over invites nobody.
    app.review(&made, "cancel", "withdrawn").await.ok();
    let told = app.console("POST", &path, None).await;
    assert_eq!((told.status.as_u16(), &told.body["code"]), (409, &json!("not_waiting")));
}
