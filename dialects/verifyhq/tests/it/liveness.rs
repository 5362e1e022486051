//! Liveness sessions: photos one by one, in their order, bound to what was asked.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{Answer, App, photo};

on_both!(
    a_person_comes_through,
    photos_come_in_their_order_and_once,
    a_session_is_good_for_ten_minutes_and_one_at_a_time,
    a_session_goes_on_where_it_stopped,
);

struct Session {
    token: String,
    challenges: Vec<String>,
}

async fn opened(app: &App, user: &str) -> Session {
    let session = app.post("/verifications/liveness/session", json!({"userId": user})).await.created();
    let ids = session["challenges"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned());
    Session { token: session["sessionToken"].as_str().unwrap().to_owned(), challenges: ids.collect() }
}

impl Session {
    async fn challenge(&self, app: &App, id: &str, n: u64) -> Answer {
        let texts = [("sessionToken", &*self.token), ("challengeId", id)];
        app.form("/verifications/liveness/challenge", &texts, &[("photo", &*photo(n))]).await
    }

    async fn selfie(&self, app: &App) -> Answer {
        let texts = [("sessionToken", &*self.token)];
        app.form("/verifications/liveness/reference-selfie", &texts, &[("selfie", &*photo(0))]).await
    }

    fn id(&self) -> String {
        self.token.replace("ses_", "liv_")
    }

    async fn read(&self, app: &App) -> Value {
        app.get(&format!("/verifications/liveness/{}", self.id())).await.ok()
    }
}

async fn a_person_comes_through(app: &App) {
    for tier in ["STANDARD", "ENHANCED"] {
        let user = &*format!("user_{tier}");
        let id = app.steered(user, tier, &[]).await;
        app.document(user).await;
        assert_eq!(app.status(&id).await, "PENDING");
        let last = app.face(user).await;
        assert_eq!((&last["isComplete"], &last["status"]), (&json!(true), &json!("PASSED")), "{last:#}");
        assert_eq!((&last["isAlive"], &last["result"]["isAlive"]), (&json!(true), &json!(true)));
        assert_eq!((&last["challengesCompleted"], &last["challengesTotal"]), (&json!(2), &json!(2)));
        assert!(last["result"]["faceMatchScore"].is_number() && last.get("nextStep").is_none());
        let read = app.read(&id).await;
        assert_eq!(read["steps"], json!({"document": "VERIFIED", "liveness": "PASSED"}));
        assert_eq!(read["status"], "VERIFIED");
        assert!(read["faceMatchScore"].is_number() && read["completedAt"].is_string());
        let check = app
            .get(&format!("/verifications/liveness/{}", read["livenessCheckId"].as_str().unwrap()))
            .await
            .ok();
        assert_eq!((&check["status"], &check["isAlive"]), (&json!("PASSED"), &json!(true)));
        for challenge in check["challenges"].as_array().unwrap() {
            assert_eq!((&challenge["passed"], challenge["submittedAt"].is_string()), (&json!(true), true));
            let shown = app.get(challenge["photoUrl"].as_str().unwrap()).await;
            assert!(shown.status == 200 && shown.bytes.starts_with(&[0xff, 0xd8]));
        }
        let told = app.events(&id).await;
        for kind in ["document.accepted", "liveness.passed", "verification.approved"] {
            assert!(told.iter().any(|told| told == kind), "{kind}: {told:?}");
        }
    }
    // The face first, the document after it; and a face that is nobody's.
    let id = app.steered("user_3", "STANDARD", &[("liveness", "spoof")]).await;
    let last = app.face("user_3").await;
    assert_eq!((&last["status"], &last["nextStep"]), (&json!("IN_PROGRESS"), &json!("DOCUMENT")));
    assert!(last.get("isAlive").is_none());
    app.document("user_3").await;
    let read = app.read(&id).await;
    assert_eq!((&read["status"], &read["steps"]["liveness"]), (&json!("REJECTED"), &json!("FAILED")));
    let check =
        app.get(&format!("/verifications/liveness/{}", read["livenessCheckId"].as_str().unwrap())).await.ok();
    assert_eq!((&check["isAlive"], check["failureReason"].is_string()), (&json!(false), true), "{check:#}");
}

async fn photos_come_in_their_order_and_once(app: &App) {
    app.started("user_1", "STANDARD").await;
    let session = opened(app, "user_1").await;
    assert_eq!(session.challenges, ["ch_001", "ch_002"]);
    assert!(session.challenge(app, "ch_002", 1).await.refused(409).contains("challenge 1 is next"));
    let first = session.challenge(app, "ch_001", 1).await.ok();
    assert_eq!((&first["isComplete"], &first["nextStep"]), (&json!(false), &json!("ch_002")));
    assert!(session.challenge(app, "ch_001", 2).await.refused(409).contains("there already"));
    for unknown in ["ch_003", "ch_000", "ch_1", "ch_+01", "x"] {
        session.challenge(app, unknown, 2).await.refused(404);
    }
    let second = session.challenge(app, "ch_002", 2).await.ok();
    assert_eq!((&second["isComplete"], &second["nextStep"]), (&json!(true), &json!("REFERENCE_SELFIE")));
    let check = session.selfie(app).await.ok();
    assert_eq!((&check["status"], check["completedAt"].is_string()), (&json!("IN_PROGRESS"), true));
    assert_eq!((&check["id"], &check["sessionToken"]), (&json!(session.id()), &json!(session.token)));
    session.selfie(app).await.refused(409);

    // A picture that is refused is asked for again; nobody else's session is found.
    let session = opened(app, "user_1").await;
    let texts = [("sessionToken", &*session.token), ("challengeId", "ch_001")];
    let bad = [("photo", &b"no picture"[..])];
    assert_eq!(app.form("/verifications/liveness/challenge", &texts, &bad).await.invalid(), ["photo"]);
    let stranger = app.stranger().await;
    let photo = photo(1);
    let good = [("photo", &*photo)];
    app.form_as(&stranger, "/verifications/liveness/challenge", &texts, &good).await.refused(404);
    app.ask("GET", &stranger, &format!("/verifications/liveness/{}", session.id()), None).await.refused(404);
    session.challenge(app, "ch_001", 1).await.ok();
    // Two at once are one.
    let (a, b) = tokio::join!(session.challenge(app, "ch_002", 2), session.challenge(app, "ch_002", 3));
    let won = [&a, &b].into_iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(won, 1, "{} {}", a.body, b.body);
    assert!([a, b].iter().any(|answer| answer.status == 409));
}

async fn a_session_is_good_for_ten_minutes_and_one_at_a_time(app: &App) {
    // Nobody started one: the session does.
    let first = opened(app, "user_1").await;
    let list = app.get("/verifications/identity/user/user_1").await.ok();
    assert_eq!((&list[0]["tier"], &list[0]["livenessCheckId"]), (&json!("STANDARD"), &json!(first.id())));
    first.challenge(app, "ch_001", 1).await.ok();
    let second = opened(app, "user_1").await;
    assert!(first.challenge(app, "ch_002", 2).await.refused(409).contains("is over"));
    assert_eq!(first.read(app).await["status"], "EXPIRED");
    app.clock.advance(600_000 - 1);
    second.challenge(app, "ch_001", 2).await.ok();
    assert_eq!(second.read(app).await["status"], "IN_PROGRESS");
    app.clock.advance(1);
    second.challenge(app, "ch_002", 3).await.refused(409);
    assert_eq!(second.read(app).await["status"], "EXPIRED");
    // The tier BASIC asks for no face.
    app.started("user_2", "BASIC").await;
    let refused = app.post("/verifications/liveness/session", json!({"userId": "user_2"})).await;
    assert!(refused.refused(409).contains("no live face"));
    // What is being decided takes nothing more.
    app.steered("user_3", "STANDARD", &[]).await;
    let third = opened(app, "user_3").await;
    app.review(
        &app.reviewer,
        app.get("/verifications/identity/user/user_3").await.ok()[0]["id"].as_str().unwrap(),
        "REJECTED",
    )
    .await
    .ok();
    third.challenge(app, "ch_001", 1).await.refused(409);
}

/// Photos are kept as they come: another process would go on with them, too.
async fn a_session_goes_on_where_it_stopped(app: &App) {
    let id = app.steered("user_1", "STANDARD", &[]).await;
    app.document("user_1").await;
    let session = opened(app, "user_1").await;
    session.challenge(app, "ch_001", 1).await.ok();
    let read = session.read(app).await;
    let given: Vec<bool> =
        read["challenges"].as_array().unwrap().iter().map(|c| c["submittedAt"].is_string()).collect();
    assert_eq!((given, &read["status"]), (vec![true, false], &json!("IN_PROGRESS")));
    assert_eq!(app.read(&id).await["steps"]["liveness"], "PENDING", "half a capture is none");
    session.selfie(app).await.ok();
    assert_eq!(session.challenge(app, "ch_002", 2).await.ok()["isAlive"], true);
    assert_eq!(app.status(&id).await, "VERIFIED");
}

/// Stills of a person who does nothing that was asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_of_a_person_does_not_come_through() {
    let app = App::looking().await;
    let id = app.started("user_1", "STANDARD").await;
    app.document("user_1").await;
    let last = app.face("user_1").await;
    assert_eq!((&last["isAlive"], &last["result"]["isAlive"]), (&json!(false), &json!(false)), "{last:#}");
    assert!(last["result"]["failureReason"].is_string() && last["result"]["faceMatchScore"].is_number());
    let read = app.read(&id).await;
    assert_ne!(read["status"], "VERIFIED");
    assert_ne!(read["steps"]["liveness"], "PASSED");
    assert_eq!(read["steps"]["document"], "VERIFIED", "{read:#}");
}
