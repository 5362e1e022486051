//! The steps of a verification, without HTTP.

use bonafide_core::{
    finding::{Check, Code, Outcome},
    id::VerificationId,
    step::{StepData, StepKind, StepState},
    verification::Status,
};
use bonafide_engine::{
    Caller, Error, access, capture, jobs, steps,
    verifications::{self, NewVerification, View},
};
use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::support::App;

on_both!(
    they_come_in_their_order_and_are_taken_once_asked_for,
    a_no_ends_it,
    what_is_missing_is_named,
    drafts_are_kept,
    words_alone_are_for_a_human,
    they_go_with_the_person,
);

const WORDS: [StepKind; 2] = [StepKind::Person, StepKind::Consent];

async fn created(app: &App, steps: &[StepKind]) -> (VerificationId, Caller) {
    let new = NewVerification { steps: steps.to_vec(), ..NewVerification::default() };
    let id = verifications::create(&app.engine, &app.caller, new).await.unwrap();
    let token = capture::issue(&app.engine, &app.caller, id).await.unwrap();
    let device = access::authenticate(&app.engine, token.expose()).await.unwrap().unwrap();
    (id, device)
}

async fn begun(app: &App, steps: &[StepKind]) -> (VerificationId, Caller) {
    let (id, device) = created(app, steps).await;
    verifications::consent(&app.engine, &device, id, true).await.unwrap();
    (id, device)
}

async fn read(app: &App, id: VerificationId) -> View {
    verifications::read(&app.engine, &app.caller, id).await.unwrap()
}

fn states(view: &View) -> Vec<(StepKind, StepState)> {
    view.steps.iter().map(|step| (step.kind, step.state)).collect()
}

fn data(kind: &str, data: Value) -> StepData {
    serde_json::from_value(json!({"kind": kind, "data": data})).unwrap()
}

fn person(last: &str) -> StepData {
    data("person", json!({"first_name": "Anna Maria", "last_name": last, "birth_date": "1974-08-12"}))
}

fn answer(agreed: bool) -> StepData {
    let signature = if agreed { json!({"typed": "Anna Maria Eriksson"}) } else { Value::Null };
    let answer =
        json!({"text_version": "2026-11", "language": "en", "agreed": agreed, "signature": signature});
    data("consent", answer)
}

async fn give(app: &App, device: &Caller, id: VerificationId, data: StepData) -> Result<(), Error> {
    steps::give(&app.engine, device, id, data).await
}

async fn they_come_in_their_order_and_are_taken_once_asked_for(app: &App) {
    let (id, device) = created(app, &[StepKind::Consent, StepKind::Person]).await;
    // Nothing before the person agreed to being asked.
    let refused = give(app, &device, id, person("Eriksson")).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "consent_required", .. })), "{refused:?}");
    verifications::consent(&app.engine, &device, id, true).await.unwrap();
    give(app, &device, id, person("Eriksson")).await.unwrap();
    let seen = states(&read(app, id).await);
    assert_eq!(seen, [(StepKind::Consent, StepState::Pending), (StepKind::Person, StepState::Submitted)]);
    // Said anew.
    give(app, &device, id, person("Smith")).await.unwrap();
    let view = read(app, id).await;
    let Some(StepData::Person(said)) = &view.steps[1].data else { panic!("{:?}", view.steps) };
    assert_eq!(said.last_name, "Smith");
    let other = data(
        "location",
        json!({"latitude": 45.5, "longitude": -73.6, "accuracy_m": 10.0, "taken_at": "2026-06-01T12:00:00Z"}),
    );
    let refused = give(app, &device, id, other).await;
    assert!(matches!(refused, Err(Error::Conflict { code: "step_not_asked_for", .. })), "{refused:?}");
    // What cannot be so.
    let unborn = data("person", json!({"last_name": "Smith", "birth_date": "2031-01-01"}));
    let Err(Error::Invalid(problems)) = give(app, &device, id, unborn).await else { panic!("it was taken") };
    assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["birth_date"]);
    // One that asks for nothing special asks for document and face.
    let usual = states(&read(app, app.created().await).await);
    assert_eq!(usual.iter().map(|s| s.0).collect::<Vec<_>>(), [StepKind::Document, StepKind::BiometricFace]);
    let twice =
        NewVerification { steps: vec![StepKind::Person, StepKind::Person], ..NewVerification::default() };
    let refused = verifications::create(&app.engine, &app.caller, twice).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}

async fn a_no_ends_it(app: &App) {
    let (id, device) = begun(app, &WORDS).await;
    give(app, &device, id, answer(false)).await.unwrap();
    assert_eq!(read(app, id).await.status, Status::Refused);
    let after = give(app, &device, id, answer(true)).await;
    assert!(matches!(after, Err(Error::Conflict { code: "consent_refused", .. })), "{after:?}");
}

async fn what_is_missing_is_named(app: &App) {
    let all = [StepKind::Person, StepKind::Document, StepKind::Consent, StepKind::BiometricFace];
    let (id, device) = begun(app, &all).await;
    give(app, &device, id, person("Eriksson")).await.unwrap();
    let refused = verifications::submit(&app.engine, &device, id, None).await;
    let Err(Error::Incomplete(missing)) = refused else { panic!("{refused:?}") };
    let fields: Vec<&str> = missing.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["document_front", "liveness", "consent"]);
}

async fn drafts_are_kept(app: &App) {
    let (id, device) = begun(app, &WORDS).await;
    let half = json!({"first_name": "An"});
    steps::draft(&app.engine, &device, id, StepKind::Person, half.clone()).await.unwrap();
    let view = read(app, id).await;
    assert_eq!((view.steps[0].state, view.steps[0].draft.as_ref()), (StepState::InProgress, Some(&half)));
    give(app, &device, id, person("Eriksson")).await.unwrap();
    let view = read(app, id).await;
    assert_eq!((view.steps[0].state, &view.steps[0].draft), (StepState::Submitted, &None));
    let huge = json!({"a": "x".repeat(70_000)});
    let refused = steps::draft(&app.engine, &device, id, StepKind::Person, huge).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let refused = steps::draft(&app.engine, &device, id, StepKind::Document, json!({})).await;
    assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
}

async fn words_alone_are_for_a_human(app: &App) {
    let (id, device) = begun(app, &WORDS).await;
    give(app, &device, id, person("Eriksson")).await.unwrap();
    give(app, &device, id, answer(true)).await.unwrap();
    verifications::submit(&app.engine, &device, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
    let view = read(app, id).await;
    assert_eq!((view.status, view.verified), (Status::ReviewRequired, None));
    let declared = view.finding(Check::Declaration, None).unwrap();
    assert_ne!(declared.outcome, Outcome::Clear, "no document says the same");
    assert!(view.findings.iter().all(|f| f.check != Check::DocumentReadable && f.check != Check::FaceMatch));
    assert!(!declared.reasons.iter().any(|r| r.code == Code::CheckFailed));
}

async fn they_go_with_the_person(app: &App) {
    let (id, device) = begun(app, &WORDS).await;
    give(app, &device, id, person("Eriksson")).await.unwrap();
    app.anonymize(id).await;
    let view = read(app, id).await;
    assert!(view.steps.iter().all(|step| step.data.is_none() && step.draft.is_none()));
    assert_eq!(view.steps.len(), WORDS.len());
}
