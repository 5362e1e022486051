//! A person takes their consent to the processing of their face back, after the device is out of it.

use bonafide_core::{id::VerificationId, policy::Exhausted, verification::Status};
use bonafide_engine::{
    Error,
    block_list::{self, New, What},
    identities, jobs, verifications,
    verifications::NewVerification,
};
use bonafide_store::{audit, features};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{Answer, App};

on_both!(
    what_is_not_over_is_canceled,
    what_was_decided_stays_and_asks_for_nothing_more,
    what_ran_out_of_time_is_not_opened_again,
    others_and_those_who_are_gone,
);

fn path(id: VerificationId) -> String {
    format!("/console/verifications/{id}/biometric-consent/withdraw")
}

async fn withdraw(app: &App, id: VerificationId) -> Answer {
    app.post(&path(id), Value::Null).await
}

async fn withdrawn(app: &App, id: VerificationId) {
    let answer = withdraw(app, id).await;
    assert_eq!((answer.status.as_u16(), answer.body), (204, Value::Null));
    jobs::run_pending(&app.engine).await.unwrap();
}

/// How many pictures there are on the disk.
fn files(app: &App) -> usize {
    let folders = std::fs::read_dir(app.folder.path().join("blobs")).unwrap().flatten();
    let folders = folders.filter(|entry| entry.path().is_dir());
    folders.map(|folder| std::fs::read_dir(folder.path()).unwrap().count()).sum()
}

/// The kinds of the pictures that a reviewer is shown.
async fn pictures(app: &App, id: VerificationId) -> Vec<String> {
    let whole = app.whole(id).await;
    let all = whole["pictures"].as_array().unwrap().iter();
    all.map(|picture| picture["kind"].as_str().unwrap().to_owned()).collect()
}

/// Who wrote into the audit log that the consent to a verification was taken back.
async fn written_down(app: &App, id: VerificationId) -> Vec<String> {
    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.maker.organization, 0, 1000).await.unwrap();
    let object = format!("verification:{id}");
    let of = log.into_iter().filter(|e| e.action == "verification.consent_withdrawn" && e.object == object);
    of.inspect(|entry| assert_eq!(entry.detail, r#"{"of":"biometric_face"}"#)).map(|e| e.actor).collect()
}

/// Really looked at, so that there is a template to destroy.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_person_is_not_known_by_their_face_any_more() {
    let app = &App::looking().await;
    let (first, second) = (app.decided(&[]).await, app.decided(&[]).await);
    assert_eq!((app.status(first).await, app.status(second).await), (Status::Approved, Status::Approved));
    let identity = app.whole(first).await["identity"].as_str().unwrap().parse().unwrap();
    let begin = async || {
        let new = NewVerification { dialect: "vult", ..NewVerification::default() };
        verifications::authenticate(&app.engine, &app.maker, identity, new).await
    };
    let authentication = begin().await.unwrap();
    let templates = async |kind: &str| {
        let mut tx = app.db.read().await.unwrap();
        features::tally(&mut tx, app.maker.organization, kind).await.unwrap().count
    };
    assert_eq!((templates("face").await, templates("identity").await), (2, 1));
    assert!(templates("liveness_capture").await > 0);
    let selfie = app.whole(first).await["pictures"].as_array().unwrap().clone();
    let selfie = selfie.iter().find(|p| p["kind"] == "selfie").unwrap()["href"].as_str().unwrap().to_owned();
    assert_eq!(app.get(&selfie).await.status.as_u16(), 200);
    let decisions = app.whole(first).await["decisions"].clone();

    withdrawn(app, first).await;
    assert_eq!((templates("face").await, templates("liveness_capture").await), (0, 0));
    assert_eq!(files(app), 2, "the documents alone");
    app.get(&selfie).await.refused(404, "not_found");
    for id in [first, second] {
        assert_eq!(pictures(app, id).await, ["document_front"]);
        assert_eq!((app.status(id).await, written_down(app, id).await.len()), (Status::Approved, 1));
    }
    assert_eq!(app.status(authentication).await, Status::Canceled);
    assert_eq!(app.whole(first).await["decisions"], decisions, "what was decided stays");
    // They are known still, by their document.
    assert_eq!(identities::read(&app.engine, &app.maker, identity).await.unwrap().id, identity);
    let admin = bonafide_engine::Caller { scopes: "settings".into(), ..app.maker.clone() };
    let face = New { what: What::FaceOfIdentity(identity), reason: "x".into(), lasting: false };
    let none = block_list::add(&app.engine, &admin, face).await;
    assert!(matches!(none, Err(Error::Conflict { code: "no_face", .. })), "{none:?}");
    let refused = begin().await;
    assert!(matches!(refused, Err(Error::Conflict { code: "consent_withdrawn", .. })), "{refused:?}");
    // Whoever consents anew is recognised, and gives a face anew, which an old word does not take.
    let third = app.decided(&[]).await;
    assert_eq!(app.whole(third).await["identity"], json!(identity));
    begin().await.unwrap();
    withdrawn(app, first).await;
    assert_eq!((templates("face").await, written_down(app, first).await.len()), (1, 1));
}

async fn what_is_not_over_is_canceled(app: &App) {
    let (new, captured, waiting) = (app.created().await, app.captured(&[]).await, app.waiting().await);
    for id in [new, captured, waiting] {
        let actor = written_down(app, id).await;
        assert!(actor.is_empty());
        withdrawn(app, id).await;
        assert_eq!(app.status(id).await, Status::Canceled);
        let history = app.history(id).await;
        assert_eq!(history[history.len() - 2..], ["consent_withdrawn", "canceled"], "{history:?}");
        assert_eq!(app.events(id).await.0.last().unwrap(), "verification.canceled");
        withdrawn(app, id).await;
        assert_eq!(app.history(id).await, history, "once");
        assert_eq!(written_down(app, id).await.len(), 1);
    }
    assert_eq!((pictures(app, captured).await, files(app)), (vec!["document_front".to_owned()], 2));
    // One that is being checked: the checks keep nothing.
    let id = app.captured(&[]).await;
    verifications::submit(&app.engine, &app.maker, id, None).await.unwrap();
    withdrawn(app, id).await;
    assert_eq!(
        (app.status(id).await, app.whole(id).await["decision"].clone()),
        (Status::Canceled, Value::Null)
    );
}

async fn what_was_decided_stays_and_asks_for_nothing_more(app: &App) {
    let id = app.decided(&[]).await;
    assert_eq!(app.status(id).await, Status::Approved);
    withdrawn(app, id).await;
    assert_eq!(
        (app.status(id).await, pictures(app, id).await),
        (Status::Approved, vec!["document_front".into()])
    );
    let history = app.history(id).await;
    assert_eq!(history[history.len() - 2..], ["approved", "consent_withdrawn"], "{history:?}");
    let reopen = json!({"reason": "new_information"});
    app.post(&format!("/console/verifications/{id}/reopen"), reopen).await.ok();
    let again = json!({"verdict": "ask_again", "reason": "picture_unclear", "captures": ["liveness"]});
    app.review(&app.key, id, again).await.refused(409, "consent_withdrawn");
    withdrawn(app, id).await;
    assert_eq!(app.status(id).await, Status::ReviewRequired, "it was withdrawn before");
    let approve = json!({"verdict": "approve", "reason": "evidence_in_order"});
    app.review(&app.key, id, approve).await.ok();
    assert_eq!(app.status(id).await, Status::Approved);
}

async fn what_ran_out_of_time_is_not_opened_again(app: &App) {
    let id = app.captured(&[]).await;
    app.clock.advance(8 * 24 * 3600 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(id).await, Status::Expired);
    withdrawn(app, id).await;
    let reopen = json!({"reason": "person_asked_for_time"});
    let path = format!("/console/verifications/{id}/reopen");
    app.post(&path, reopen).await.refused(409, "consent_withdrawn");
    // Nor by itself, after the pause of somebody who failed too often.
    let settings = json!({"sandbox": {"document": "blurry", "face": "clear", "liveness": "clear"}});
    let exhausted = Exhausted::Block;
    let new = NewVerification { dialect: "vult", exhausted, settings, ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.maker, new).await.unwrap();
    verifications::consent(&app.engine, &app.maker, id, true).await.unwrap();
    while app.status(id).await.waits_for_the_person() {
        app.capture(id).await;
        app.submit(id).await;
    }
    assert_eq!(app.status(id).await, Status::Inconclusive);
    withdrawn(app, id).await;
    app.clock.advance(3 * 24 * 3600 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(id).await, Status::Inconclusive);
}

async fn others_and_those_who_are_gone(app: &App) {
    let id = app.captured(&[]).await;
    let foreign = app.stranger().await;
    app.post_as(&foreign, &path(id), Value::Null).await.refused(404, "not_found");
    let reader = app.new_key("verifications:read").await;
    app.post_as(&reader, &path(id), Value::Null).await.refused(403, "insufficient_scope");
    for none in ["x", "01kt1gw6g0fmj99z5sfwzpmy4a"] {
        let path = format!("/console/verifications/{none}/biometric-consent/withdraw");
        app.post(&path, Value::Null).await.refused(404, "not_found");
    }
    assert_eq!((written_down(app, id).await.len(), files(app)), (0, 3));
    // By its name in messages as well.
    let prefixed = format!("/console/verifications/req_{id}/biometric-consent/withdraw");
    assert_eq!(app.post(&prefixed, Value::Null).await.status.as_u16(), 204);
    let id = app.captured(&[]).await;
    verifications::anonymize(&app.engine, &app.maker, id).await.unwrap();
    withdraw(app, id).await.refused(409, "anonymized");
}
