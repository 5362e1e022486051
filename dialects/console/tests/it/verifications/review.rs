//! A human decides.

use bonafide_core::{review::FourEyes, verification::Status};
use bonafide_engine::{identities, jobs};
use bonafide_store::audit;
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    what_waits_is_approved_and_becomes_an_identity,
    what_waits_is_declined_and_opened_again,
    a_person_is_asked_again,
    requirement_16_only_what_was_seen_is_decided_on,
    requirement_17_of_two_at_once_one_decides,
    what_is_over_stays_over_until_it_is_opened,
);

fn approve() -> Value {
    json!({"verdict": "approve", "reason": "evidence_in_order", "note": "Called Ana at her bank."})
}

fn decline() -> Value {
    json!({"verdict": "decline", "reason": "not_the_holder"})
}

async fn what_waits_is_approved_and_becomes_an_identity(app: &App) {
    let id = app.waiting().await;
    let before = app.whole(id).await;
    assert_eq!(before["possible"], json!(["approve", "decline", "ask_again", "cancel"]));
    let done = app.review(&app.key, id, approve()).await.ok();
    assert_eq!((&done["decided"], &done["status"]), (&json!(true), &json!("approved")));
    let after = app.whole(id).await;
    assert_eq!((&after["status"], &after["verified"]), (&json!("approved"), &json!(true)));
    // The machine's decision is what it was, the human's beside it, with a note that the history does not have.
    let (was, is) = (before["decisions"].as_array().unwrap(), after["decisions"].as_array().unwrap());
    assert_eq!((was.len(), is.len(), &is[0]), (1, 2, &was[0]));
    assert_eq!(
        (&is[1]["by"], &is[1]["outcome"], &is[1]["id"]),
        (&json!("human"), &json!("approve"), &done["review"])
    );
    assert_eq!(is[1]["human"]["note"], "Called Ana at her bank.");
    assert_eq!(after["decision"], done["review"]);
    let history = app.history(id).await;
    assert_eq!(history[history.len() - 3..], ["reviewed", "identified", "approved"], "{history:?}");
    assert!(!after["history"].to_string().contains("Ana"));
    // As the worker's approval does it.
    let identity = after["identity"].as_str().unwrap().parse().unwrap();
    assert_eq!(identities::read(&app.engine, &app.maker, identity).await.unwrap().id, identity);
    let (events, last) = app.events(id).await;
    let told = ["verification.approved", "verification.completed", "verification.report_created"];
    assert_eq!(events[events.len() - 3..], told, "{events:?}");
    assert_eq!(last["reason"], "evidence_in_order");
    assert_eq!(last["verification"]["verified"], true);
    assert!(last["verification"]["reasons"].is_null(), "an approval has none: {last}");
    // Who did it is in the audit log.
    let mut tx = app.db.read().await.unwrap();
    let log = audit::list(&mut tx, app.maker.organization, 0, 1000).await.unwrap();
    let entry = log.iter().find(|e| e.action == "verification.reviewed").expect("an audit entry");
    assert!(
        entry.actor.starts_with("credential:")
            && entry.actor != format!("credential:{}", app.maker.credential)
    );
    assert!(!log.iter().any(|e| e.detail.to_string().contains("Ana")), "the note is sealed");
}

async fn what_waits_is_declined_and_opened_again(app: &App) {
    let id = app.waiting().await;
    app.review(&app.key, id, decline()).await.ok();
    let (events, last) = app.events(id).await;
    let told = ["verification.declined", "verification.completed", "verification.report_created"];
    assert_eq!(events[events.len() - 3..], told, "{events:?}");
    // What the reviewer found comes first, under the code that APIs have words for.
    assert_eq!(last["verification"]["reasons"][0], "face_mismatch");
    let path = format!("/console/verifications/{id}/reopen");
    let opened = app.post(&path, json!({"reason": "new_information"})).await.ok();
    assert_eq!(opened["status"], "review_required");
    let whole = app.whole(id).await;
    assert!(whole["verified"].is_null() && whole["completed_at"].is_null(), "{whole:#}");
    assert_eq!(app.events(id).await.0.last().unwrap(), "verification.review_required");
    app.review(&app.key, id, approve()).await.ok();
    let identity = app.whole(id).await["identity"].as_str().unwrap().to_owned();
    // Approved by mistake: the identity goes with the only approval that it had.
    app.post(&path, json!({"reason": "decided_by_mistake"})).await.ok();
    assert_eq!(app.whole(id).await["identity"], identity, "until it is decided");
    app.review(&app.key, id, decline()).await.ok();
    assert!(app.whole(id).await["identity"].is_null());
    let gone = identities::read(&app.engine, &app.maker, identity.parse().unwrap()).await;
    assert!(gone.is_err(), "nobody is known by a declined document");
    jobs::run_pending(&app.engine).await.unwrap();
    let outcomes: Vec<String> = app.whole(id).await["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(outcomes, ["review", "decline", "reopen", "approve", "reopen", "decline"]);
}

async fn a_person_is_asked_again(app: &App) {
    let id = app.waiting().await;
    let ask = json!({"verdict": "ask_again", "reason": "picture_unclear", "captures": ["document_front"]});
    app.clock.advance(8 * 24 * 3600 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.review(&app.key, id, ask).await.ok()["status"], "retry_required");
    let whole = app.whole(id).await;
    assert_eq!(whole["asked_again"], json!({"captures": ["document_front"], "reason": "picture_unclear"}));
    let current = |whole: &Value, kind: &str| {
        let all = whole["pictures"].as_array().unwrap();
        all.iter().any(|p| p["kind"] == kind && p["current"] == true)
    };
    assert!(!current(&whole, "document_front") && current(&whole, "selfie"), "{whole:#}");
    // There is time again, and what was asked for is what is needed.
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(id).await, Status::RetryRequired, "the first timer is over");
    // Handing in without it is no submission.
    let _ = bonafide_engine::verifications::submit(&app.engine, &app.maker, id, None).await;
    assert_eq!(app.status(id).await, Status::RetryRequired);
    app.document(id).await;
    app.submit(id).await;
    assert_eq!(app.status(id).await, Status::ReviewRequired);
    assert!(app.whole(id).await["asked_again"].is_null());
    // Nobody answers: it expires as any other, and may be opened again.
    let ask = json!({"verdict": "ask_again", "reason": "other", "note": "Bring the passport.", "captures": ["liveness"]});
    app.review(&app.key, id, ask).await.ok();
    app.clock.advance(8 * 24 * 3600 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(id).await, Status::Expired);
    let path = format!("/console/verifications/{id}/reopen");
    assert_eq!(
        app.post(&path, json!({"reason": "person_asked_for_time"})).await.ok()["status"],
        "retry_required"
    );
    assert_eq!(app.events(id).await.0.last().unwrap(), "verification.reopened");
}

async fn requirement_16_only_what_was_seen_is_decided_on(app: &App) {
    let id = app.waiting().await;
    let path = format!("/console/verifications/{id}/review");
    let seen = app.whole(id).await["decision"].clone();
    let with = |mut said: Value, more: Value| {
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said
    };
    let other = json!({"seen": "01kt1gw6g0fmj99z5sfwzpmy4a"});
    app.post(&path, with(approve(), other)).await.refused(409, "decision_changed");
    for (wrong, field) in [
        (json!({"verdict": "approve", "reason": "document_forged"}), "reason"),
        (json!({"verdict": "approve", "reason": "other"}), "note"),
        (json!({"verdict": "approve", "reason": "other", "note": "  "}), "note"),
        (json!({"verdict": "approve", "reason": "evidence_in_order", "captures": ["liveness"]}), "captures"),
        (json!({"verdict": "ask_again", "reason": "wrong_side"}), "captures"),
        (
            json!({"verdict": "ask_again", "reason": "wrong_side", "captures": ["liveness", "liveness"]}),
            "captures",
        ),
        (json!({"verdict": "approve", "reason": "because"}), "reason"),
        (json!({"verdict": "shrug", "reason": "other"}), "verdict"),
        (json!({"verdict": "approve", "reason": "other", "note": "n".repeat(2001)}), "note"),
        (json!({"verdict": "approve", "reason": "other", "note": "a", "notes": "b"}), "notes"),
    ] {
        let wrong = with(wrong, json!({"seen": seen}));
        assert_eq!(app.post(&path, wrong.clone()).await.refused(400, "invalid_request"), [field], "{wrong}");
    }
    assert_eq!(app.post(&path, approve()).await.refused(400, "invalid_request"), ["seen"]);
    // Neither another organization nor a key without the scope.
    let said = with(approve(), json!({"seen": seen}));
    let stranger = app.stranger().await;
    app.post_as(&stranger, &path, said.clone()).await.refused(404, "not_found");
    app.get_as(&stranger, &format!("/console/verifications/{id}")).await.refused(404, "not_found");
    let reader = app.new_key("verifications").await;
    app.post_as(&reader, &path, said.clone()).await.refused(403, "insufficient_scope");
    app.post("/console/verifications/nobody/review", said).await.refused(404, "not_found");
    assert_eq!(app.status(id).await, Status::ReviewRequired);
    assert_eq!(app.whole(id).await["decisions"].as_array().unwrap().len(), 1, "nothing was kept of it");
}

async fn requirement_17_of_two_at_once_one_decides(app: &App) {
    let id = app.waiting().await;
    let seen = app.whole(id).await["decision"].clone();
    let colleague = app.new_key("verifications reviews").await;
    let said = |mut said: Value| {
        said["seen"] = seen.clone();
        said
    };
    let (a, b) =
        tokio::join!(app.review(&app.key, id, said(approve())), app.review(&colleague, id, said(decline())));
    let (won, lost) = if a.status.is_success() { (a, b) } else { (b, a) };
    let status = won.ok()["status"].clone();
    assert_eq!(lost.status.as_u16(), 409, "{}", lost.body);
    assert_eq!(app.whole(id).await["status"], status);
    let human = app.whole(id).await["decisions"].as_array().unwrap().len() - 1;
    assert_eq!(human, 1);
}

async fn what_is_over_stays_over_until_it_is_opened(app: &App) {
    let id = app.waiting().await;
    app.review(&app.key, id, approve()).await.ok();
    for verdict in [approve(), decline()] {
        let told = app.review(&app.key, id, verdict).await;
        assert!(told.body["detail"].as_str().unwrap().contains("reopen it first"), "{}", told.body);
        told.refused(409, "wrong_state");
    }
    let post = async |id, what: &str, body: Value| {
        app.post(&format!("/console/verifications/{id}/{what}"), body).await
    };
    post(id, "cancel", json!({"reason": "withdrawn"})).await.refused(409, "wrong_state");
    let fields = post(id, "reopen", json!({"reason": "withdrawn"})).await.refused(400, "invalid_request");
    assert_eq!(fields, ["reason"]);
    // What waits for the person is canceled, and is over.
    let new = app.created().await;
    post(new, "reopen", json!({"reason": "new_information"})).await.refused(409, "wrong_state");
    assert_eq!(post(new, "cancel", json!({"reason": "created_by_mistake"})).await.ok()["status"], "canceled");
    post(new, "reopen", json!({"reason": "new_information"})).await.refused(409, "wrong_state");
    assert_eq!(app.events(new).await.0.last().unwrap(), "verification.canceled");
    // Nobody said yes to it, so nothing may be captured.
    let silent = app.created().await;
    app.clock.advance(8 * 24 * 3600 * 1000);
    jobs::run_pending(&app.engine).await.unwrap();
    assert_eq!(app.status(silent).await, Status::Expired);
    post(silent, "reopen", json!({"reason": "new_information"})).await.refused(409, "never_consented");
    // Of a person who was forgotten nothing more is decided.
    let id = app.waiting().await;
    let seen = app.whole(id).await["decision"].clone();
    bonafide_engine::verifications::anonymize(&app.engine, &app.maker, id).await.unwrap();
    let said = json!({"verdict": "decline", "reason": "not_the_holder", "seen": seen});
    post(id, "review", said).await.refused(409, "anonymized");
    let whole = app.whole(id).await;
    assert_eq!((&whole["anonymized"], &whole["possible"]), (&json!(true), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_16_two_agree_before_anything_happens() {
    let app = &App::with_four_eyes(FourEyes::Approve).await;
    let colleague = app.new_key("verifications reviews").await;
    let id = app.waiting().await;
    let before = app.events(id).await.0.len();
    let first = app.review(&app.key, id, approve()).await.ok();
    assert_eq!((&first["decided"], &first["status"]), (&json!(false), &json!("review_required")));
    let whole = app.whole(id).await;
    assert_eq!(
        (&whole["proposal"], whole["decisions"][1]["decided"].as_bool()),
        (&first["review"], Some(false))
    );
    assert_eq!(whole["decision"], whole["decisions"][0]["id"], "a proposal decides nothing");
    assert_eq!(app.events(id).await.0.len(), before);
    // Nobody agrees with themselves.
    app.review(&app.key, id, approve()).await.refused(409, "same_reviewer");
    let second = app.review(&colleague, id, approve()).await.ok();
    assert_eq!((&second["decided"], &second["status"]), (&json!(true), &json!("approved")));
    let whole = app.whole(id).await;
    assert_eq!(whole["decisions"][2]["human"]["confirms"], first["review"]);
    assert!(whole["proposal"].is_null());

    // A decline needs one word here, and ends the proposal.
    let id = app.waiting().await;
    app.review(&app.key, id, approve()).await.ok();
    assert_eq!(app.review(&colleague, id, decline()).await.ok()["status"], "declined");

    // What was proposed before a decision was made since is no word any more.
    let id = app.waiting().await;
    app.review(&app.key, id, approve()).await.ok();
    app.review(
        &colleague,
        id,
        json!({"verdict": "ask_again", "reason": "wrong_side", "captures": ["document_front"]}),
    )
    .await
    .ok();
    app.document(id).await;
    app.submit(id).await;
    let again = app.review(&colleague, id, approve()).await.ok();
    assert_eq!(again["decided"], false, "the proposal was about other pictures");
    // Two who say the same at once are two words, whichever comes first.
    let id = app.waiting().await;
    let (a, b) = tokio::join!(app.review(&app.key, id, approve()), app.review(&colleague, id, approve()));
    for answer in [&a, &b] {
        assert!(answer.status.is_success() || answer.status.as_u16() == 409, "{}", answer.body);
    }
    let whole = app.whole(id).await;
    let proposals = whole["decisions"].as_array().unwrap().iter().filter(|d| d["decided"] == false).count();
    assert_eq!(proposals, 1, "{whole:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_are_asked_for_a_decline_too_where_the_operator_says_so() {
    let app = &App::with_four_eyes(FourEyes::Decide).await;
    let colleague = app.new_key("verifications reviews").await;
    let id = app.waiting().await;
    assert_eq!(app.review(&app.key, id, approve()).await.ok()["decided"], false);
    assert_eq!(app.review(&colleague, id, decline()).await.ok()["decided"], false, "another proposal");
    assert_eq!(app.review(&app.key, id, decline()).await.ok()["status"], "declined");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_review_is_carried_out_once() {
    use axum::{body::Body, http::Request};
    let app = &App::start("sqlite").await;
    let id = app.waiting().await;
    let mut said = approve();
    said["seen"] = app.whole(id).await["decision"].clone();
    let ask = async || {
        let request = Request::post(format!("/console/verifications/{id}/review"))
            .header("authorization", format!("Bearer {}", app.key))
            .header("content-type", "application/json")
            .header("idempotency-key", "once")
            .body(Body::from(said.to_string()))
            .unwrap();
        app.send(request).await
    };
    let first = ask().await.ok();
    let second = ask().await;
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(second.ok(), first);
    assert_eq!(app.whole(id).await["decisions"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_outlives_one_of_two_approvals() {
    let app = &App::looking().await;
    let (first, second) = (app.decided(&[]).await, app.decided(&[]).await);
    let identity = app.whole(first).await["identity"].as_str().unwrap().to_owned();
    assert_eq!(app.whole(second).await["identity"], identity, "one person");
    let known = async || identities::read(&app.engine, &app.maker, identity.parse().unwrap()).await.unwrap();
    assert_eq!(known().await.person.documents[0].verification, second);
    app.post(&format!("/console/verifications/{second}/reopen"), json!({"reason": "new_information"}))
        .await
        .ok();
    app.review(&app.key, second, decline()).await.ok();
    let documents = known().await.person.documents;
    assert_eq!((documents.len(), documents[0].verification), (1, first), "what the other approval knows");
    assert_eq!(known().await.latest.unwrap().id, first);
    // Who comes back is known by it.
    let third = app.decided(&[]).await;
    assert_eq!(app.whole(third).await["identity"], identity);
}
