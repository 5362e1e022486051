//! What a sandbox is steered to: a reason that is found, what comes after it, and captures that are aborted.

use bonafide_core::{
    attempt::AttemptStatus,
    event::EventType,
    finding::{Check, Code, Outcome},
    id::VerificationId,
    policy::{Policy, Preset},
    verification::{Kind, Status},
};
use bonafide_engine::{
    Caller, Error, access,
    attempts::{self, NewAttempt, Opener},
    capture, events, jobs,
    sandbox::{Steered, steered},
    tuning::{self, For, Proposal},
    verifications::{self, DeclaredIdentity, NewVerification},
};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    a_reason_is_found_and_decides,
    what_comes_then,
    a_submission_is_aborted,
    whatever_the_policy_makes_of_it,
    who_cannot_go_on_needs_a_new_attempt,
    without_attempts_it_is_noted,
    what_is_wrong_is_refused,
);

impl App {
    /// A verification of a sandbox that is steered so, with everything captured for it.
    async fn steered(&self, steering: Value) -> VerificationId {
        let settings = json!({ "sandbox": steering });
        let new = NewVerification { settings, ..NewVerification::default() };
        let id = verifications::create(&self.engine, &self.caller, new).await.unwrap();
        self.consent(id).await;
        self.capture(id).await;
        id
    }

    async fn handed_in(&self, id: VerificationId) -> Status {
        verifications::submit(&self.engine, &self.caller, id, None).await.unwrap();
        jobs::run_pending(&self.engine).await.unwrap();
        self.has_status(id).await
    }

    async fn has_status(&self, id: VerificationId) -> Status {
        verifications::read(&self.engine, &self.caller, id).await.unwrap().status
    }

    async fn why(&self, id: VerificationId) -> Vec<Code> {
        verifications::reasons(&self.engine, &self.caller, id).await.unwrap()
    }

    /// The device of somebody who opened the link of a new attempt.
    async fn device(&self, id: VerificationId) -> Caller {
        let made = attempts::create(&self.engine, &self.caller, id, NewAttempt::default()).await.unwrap();
        let code = made.url.unwrap().rsplit_once('#').unwrap().1.to_owned();
        let token = capture::exchange(&self.engine, &code, Opener::default()).await.unwrap().token;
        access::authenticate(&self.engine, &token.to_string()).await.unwrap().unwrap()
    }

    async fn last(&self, id: VerificationId) -> (AttemptStatus, Option<Status>, Vec<Code>) {
        let attempt = attempts::latest(&self.engine, &self.caller, id).await.unwrap().unwrap();
        (attempt.status, attempt.outcome, attempt.reasons)
    }

    async fn last_event(&self, id: VerificationId) -> (Option<EventType>, Option<String>) {
        let filter =
            events::Filter { subject: Some(id.uuid()), limit: events::MAX, ..events::Filter::default() };
        let mut all = events::list(&self.engine, &self.caller, &filter).await.unwrap();
        let last = all.pop().unwrap();
        (last.kind.known(), last.snapshot["reason"].as_str().map(str::to_owned))
    }

    async fn history(&self, id: VerificationId) -> Vec<String> {
        let view = verifications::read(&self.engine, &self.caller, id).await.unwrap();
        view.history.into_iter().map(|line| line.event).collect()
    }
}

async fn a_reason_is_found_and_decides(app: &App) {
    let app = app.sandbox().await;
    for (reason, check, outcome, status) in [
        (Code::Glare, Check::ImageQuality, Outcome::Fail, Status::RetryRequired),
        (Code::BackNotCaptured, Check::DocumentAsAsked, Outcome::Fail, Status::RetryRequired),
        (Code::ChallengeTimeout, Check::ActiveLiveness, Outcome::Fail, Status::RetryRequired),
        (Code::FaceMismatch, Check::FaceMatch, Outcome::Fail, Status::Declined),
        // Of their own these lead to a human, or to a lower score.
        (Code::DeclaredDiffers, Check::DocumentNumberCrosscheck, Outcome::Fail, Status::Declined),
        (Code::PositionsApart, Check::Location, Outcome::Fail, Status::Declined),
        (Code::RegistryDiffers, Check::Registry, Outcome::Fail, Status::Declined),
        (Code::Screenshot, Check::ImageManipulation, Outcome::Consider, Status::Declined),
        // Nobody is asked again for it otherwise, nor declined.
        (Code::CheckFailed, Check::ImageQuality, Outcome::NotAssessed, Status::RetryRequired),
    ] {
        let id = app.steered(json!({"all": "clear", "reason": reason})).await;
        assert_eq!(app.handed_in(id).await, status, "{reason}");
        assert_eq!(app.why(id).await.last(), Some(&reason));
        let findings = verifications::findings(&app.engine, &app.caller, id).await.unwrap();
        let mine: Vec<Outcome> = findings.iter().filter(|f| f.check == check).map(|f| f.outcome).collect();
        assert_eq!(mine, [outcome], "{reason}");
    }
}

async fn what_comes_then(app: &App) {
    let app = app.sandbox().await;
    let then = json!({"all": "clear", "reason": "no_face", "then": {"all": "clear"}});
    let id = app.steered(json!({"all": "clear", "reason": "glare", "then": then})).await;
    for reason in [Code::Glare, Code::NoFace] {
        assert_eq!(app.handed_in(id).await, Status::RetryRequired);
        assert_eq!(app.why(id).await.last(), Some(&reason));
        app.capture(id).await;
    }
    assert_eq!(app.handed_in(id).await, Status::Approved);
    // Without anything to come, the same comes again; asking more often than the policy does is part of it.
    let id = app.steered(json!({"all": "clear", "reason": "glare"})).await;
    for n in 0..3 {
        if n > 0 {
            app.capture(id).await;
        }
        assert_eq!(app.handed_in(id).await, Status::RetryRequired);
    }
}

async fn a_submission_is_aborted(app: &App) {
    let app = app.sandbox().await;
    let steering = json!({"reason": "camera_refused", "then": {"all": "clear"}});
    let id = app.steered(steering.clone()).await;
    let device = app.device(id).await;
    let ended = verifications::submit(&app.engine, &device, id, None).await;
    assert!(matches!(ended, Err(Error::Conflict { code: "capture_aborted", .. })), "{ended:?}");
    let aborted = (AttemptStatus::CaptureAborted, Some(Status::RetryRequired), vec![Code::CameraRefused]);
    assert_eq!(app.last(id).await, aborted);
    assert_eq!((app.has_status(id).await, app.why(id).await), (Status::Capturing, vec![Code::CameraRefused]));
    let view = verifications::read(&app.engine, &app.caller, id).await.unwrap();
    assert_eq!(view.private.unwrap().attempt, 0, "nothing was handed in");
    app.device(id).await;
    assert_eq!(app.handed_in(id).await, Status::Approved);
    // Where nobody counts attempts, the person goes on.
    let id = app.steered(steering).await;
    assert!(verifications::submit(&app.engine, &app.caller, id, None).await.is_err());
    assert_eq!(app.handed_in(id).await, Status::Approved);
}

/// What an organization's policy takes easily is a decline here all the same, and who may try once tries again.
async fn whatever_the_policy_makes_of_it(app: &App) {
    let app = app.sandbox().await;
    let officer = Caller { scopes: "verifications policy".to_owned(), ..app.caller.clone() };
    let policy = Policy { max_attempts: 1, ..Preset::Basic.policy() };
    let new = Proposal { name: "easy".to_owned(), of: For::default(), policy, since: None };
    tuning::set_policy(&app.engine, &officer, new, true).await.unwrap();
    for (reason, line, status) in [
        (Code::EditingSoftware, Code::Unsure(Check::ImageManipulation), Status::Declined),
        (Code::Glare, Code::Failed(Check::ImageQuality), Status::RetryRequired),
    ] {
        let settings = json!({"sandbox": {"all": "clear", "reason": reason}});
        let new = NewVerification { settings, policy: Some("easy".to_owned()), ..NewVerification::default() };
        let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
        app.consent(id).await;
        app.capture(id).await;
        assert_eq!(app.handed_in(id).await, status, "{reason}");
        assert_eq!(app.why(id).await, [line, reason]);
    }
}

async fn who_cannot_go_on_needs_a_new_attempt(app: &App) {
    let id = app.created().await;
    let device = app.device(id).await;
    capture::abort(&app.engine, &device, id, Code::NoDocumentAtHand).await.unwrap();
    let aborted = (AttemptStatus::CaptureAborted, Some(Status::RetryRequired), vec![Code::NoDocumentAtHand]);
    assert_eq!(app.last(id).await, aborted);
    assert_eq!(
        (app.has_status(id).await, app.why(id).await),
        (Status::Pending, vec![Code::NoDocumentAtHand])
    );
    let told = (Some(EventType::VerificationCaptureAborted), Some("no_document_at_hand".to_owned()));
    assert_eq!(app.last_event(id).await, told);
    assert_eq!(app.history(id).await.last().map(String::as_str), Some("capture_aborted"));
    // Once more ends nothing: neither what is over, nor the attempt after it that nobody has opened.
    capture::abort(&app.engine, &device, id, Code::NotReady).await.unwrap();
    assert_eq!(app.last(id).await, aborted);
    attempts::create(&app.engine, &app.caller, id, NewAttempt::default()).await.unwrap();
    capture::abort(&app.engine, &device, id, Code::NotReady).await.unwrap();
    assert_eq!(app.last(id).await.0, AttemptStatus::PendingRedirection);
    assert_eq!(app.why(id).await, []);
    let told = (Some(EventType::VerificationRetryRequested), None);
    assert_eq!(app.last_event(id).await, told);
    // Another's is not found.
    let stranger = app.stranger().await;
    let theirs = capture::abort(&stranger.engine, &stranger.caller, id, Code::NotReady).await;
    assert!(matches!(theirs, Err(Error::Forbidden | Error::NotFound(_))), "{theirs:?}");
}

async fn without_attempts_it_is_noted(app: &App) {
    let id = app.created().await;
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap().to_string();
    let device = access::authenticate(&app.engine, &token).await.unwrap().unwrap();
    let before = app.last_event(id).await;
    capture::abort(&app.engine, &device, id, Code::CaptureDropped).await.unwrap();
    assert_eq!(app.history(id).await.last().map(String::as_str), Some("capture_aborted"));
    assert_eq!(app.last_event(id).await, before);
    assert!(access::authenticate(&app.engine, &token).await.unwrap().is_some());
    assert_eq!((app.has_status(id).await, app.why(id).await), (Status::Created, vec![]));
}

async fn what_is_wrong_is_refused(app: &App) {
    let sandbox = app.sandbox().await;
    let create = async |app: &App, steering: Value| {
        let settings = json!({ "sandbox": steering });
        let new = NewVerification { settings, ..NewVerification::default() };
        verifications::create(&app.engine, &app.caller, new).await
    };
    for (steering, field) in [
        (json!({"reason": "model_missing"}), "settings.sandbox.reason"),
        (json!({"then": {"reason": 61301}}), "settings.sandbox.then.reason"),
        (json!({"then": {"document": "torn"}}), "settings.sandbox.then.document"),
    ] {
        match create(&sandbox, steering).await {
            Err(Error::Invalid(problems)) => assert_eq!(problems[0].field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let live = create(app, json!({"reason": "face_mismatch"})).await;
    assert!(matches!(live, Err(Error::Invalid(_))), "{live:?}");
}

/// On one database: it is many verifications, and the others go to both.
#[tokio::test(flavor = "multi_thread")]
async fn every_check_leads_where_it_is_steered() {
    let app = App::start("sqlite").await.sandbox().await;
    let mut walked = vec![];
    for reason in Code::NAMED {
        for to in steered(Kind::IdentityVerification, reason) {
            let (check, expected) = match to {
                Steered::Retry(check, _) => (check, Status::RetryRequired),
                Steered::Decline(check, _) => (check, Status::Declined),
                Steered::Abort => continue,
            };
            if walked.contains(&(check, expected)) {
                continue;
            }
            walked.push((check, expected));
            // What only steps ask for comes where something was said.
            let declared_identity = Some(DeclaredIdentity {
                name: "Anna".to_owned(),
                birth_date: None,
                address: None,
                rest: Value::Null,
            });
            let settings = json!({"sandbox": {"all": "clear", "reason": reason, "leads_to": to.leads_to()}});
            let new = NewVerification { settings, declared_identity, ..NewVerification::default() };
            let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
            app.consent(id).await;
            app.capture(id).await;
            assert_eq!(app.handed_in(id).await, expected, "{reason}");
            assert_eq!(app.why(id).await.last(), Some(reason));
        }
    }
    assert!(walked.len() > 40, "{walked:?}");
}
