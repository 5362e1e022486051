//! Hand-in: the state moves and the checks are enqueued, in one transaction. Handing in again what was handed in already
//! is no new attempt: it waits for, or comes to, the same result.

use bonafide_core::{
    evidence::EvidenceKind,
    id::VerificationId,
    problem::{Problem, Rule},
    step::{StepKind, StepState},
    verification::{Action, Kind, Status},
};
use bonafide_store::{Tx, again, evidence as evidence_rows, evidence::Evidence, findings};
use serde_json::{Value, json};

use super::transition::apply;
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        jobs::{JobKind, enqueue_check},
        own_data::own_data,
        private::HandedIn,
        record::Record,
    },
    capture::abort::abort_in,
    evidence::gate::may_capture,
    sandbox::{steer, steering},
    steps::{asks::Asks, step::open_all},
};

/// Submits what was captured. While the checks run and after them, submitting the same again changes nothing.
pub async fn submit(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    settings: Option<Value>,
) -> Result<()> {
    const TRIES: usize = 4;
    for _ in 1..TRIES {
        match again(&*engine.entropy, || hand_in(engine, caller, id, settings.clone())).await {
            // Of two that come at once one is first; the other finds what that one did.
            Err(Error::Conflict { code: "changed_meanwhile", .. }) => {}
            done => return done,
        }
    }
    hand_in(engine, caller, id, settings).await
}

async fn hand_in(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    settings: Option<Value>,
) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    if let Some(settings) = &settings {
        own_data("settings", settings)?;
        steering::check(caller, settings)?;
    }
    let other_settings = settings.as_ref().is_some_and(|settings| *settings != record.private.settings);
    if other_settings && caller.session.is_some() {
        let message = "are for whoever made the session to say; leave them out";
        return Err(Error::Weakens(vec![Problem::new("settings", Rule::Other, message)]));
    }
    let given = evidence_rows::list(&mut tx, caller.organization, id).await?;
    let now = HandedIn::of(&given, record.document_type());
    // Where it is not known what was handed in, whatever comes is new.
    let is_new = record.private.handed_in.as_ref().is_none_or(|before| before.is_exceeded_by(&now));
    match record.status() {
        Status::Processing
        | Status::ReviewRequired
        | Status::Approved
        | Status::Declined
        | Status::Inconclusive => {
            let message = "the session was finalized before with other settings; read its result";
            return if other_settings { Err(Error::conflict("already_finalized", message)) } else { Ok(()) };
        }
        Status::RetryRequired if !is_new && !other_settings => return Ok(()),
        _ => may_capture(&record)?,
    }
    let asks = Asks::of(&mut tx, &record.row).await?;
    let missing = missing(&mut tx, &record, asks, &given).await?;
    if !missing.is_empty() {
        return Err(Error::Incomplete(missing));
    }
    if let Some(settings) = settings {
        record.private.settings = settings;
    }
    if let Some(why) = steer::aborted(&mut tx, &record).await? {
        record.private.aborted = record.private.aborted.saturating_add(1);
        record.save(engine, &mut tx).await?;
        abort_in(engine, &mut tx, &record, why, &caller.actor()).await?;
        tx.commit().await?;
        let message = "this sandbox was asked to end the capture before it was handed in";
        return Err(Error::conflict("capture_aborted", message));
    }
    check_in(engine, &mut tx, caller, &mut record, now).await?;
    tx.commit().await?;
    engine.bells().work.notify_waiters();
    Ok(())
}

/// Sends what was handed in to the checks, in a transaction.
pub(crate) async fn check_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    record: &mut Record,
    now: HandedIn,
) -> Result<()> {
    let asks = Asks::of(tx, &record.row).await?;
    record.private.attempt += 1;
    record.private.handed_in_at = Some(engine.now());
    record.private.handed_in = Some(now);
    record.private.reading = None;
    record.private.asked_again = None;
    let attempt = record.private.attempt;
    findings::supersede(tx, caller.organization, record.row.id, engine.now()).await?;
    let detail = json!({"attempt": attempt});
    apply(engine, tx, record, Action::Submit, &caller.actor(), detail).await?;
    for kind in first_checks(record.kind(), asks) {
        enqueue_check(engine, tx, record, kind).await?;
    }
    Ok(())
}

/// What the person is not done with.
async fn missing(tx: &mut Tx, record: &Record, asks: Asks, given: &[Evidence]) -> Result<Vec<Problem>> {
    let front = (EvidenceKind::DocumentFront, "document_front", "add the front of the document first");
    let selfie = (EvidenceKind::Selfie, "liveness", "process a liveness session first");
    let pictures = [(asks.document, front), (asks.face, selfie)];
    let needed = pictures.into_iter().filter(|(asked, _)| *asked).map(|(_, picture)| picture);
    let mut missing: Vec<Problem> = needed
        .filter(|(kind, ..)| !given.iter().any(|e| e.kind == *kind))
        .map(|(_, field, what)| Problem::new(field, Rule::Required, what))
        .collect();
    if asks.words {
        for step in open_all(tx, record).await? {
            let is_picture = matches!(step.kind, StepKind::Document | StepKind::BiometricFace);
            if !is_picture && step.row.state != StepState::Submitted {
                missing.push(Problem::new(step.kind.as_str(), Rule::Required, "give this step first"));
            }
            if step.kind == StepKind::Estate {
                let files = record.private.step_config.estate.files();
                for kind in files.into_iter().filter(|kind| !given.iter().any(|e| e.kind == *kind)) {
                    let field = format!("{}.{kind}", step.kind);
                    missing.push(Problem::new(field, Rule::Required, "add this picture first"));
                }
            }
        }
    }
    Ok(missing)
}

/// What the checks begin with; they pass on to the others.
fn first_checks(kind: Kind, asks: Asks) -> Vec<JobKind> {
    let matching = match kind {
        Kind::FaceAuthentication => Some(JobKind::MatchTemplate),
        // Reading the document passes on to it.
        Kind::IdentityVerification => (asks.face && !asks.document).then_some(JobKind::MatchFaces),
        Kind::DocumentVerification => None,
        Kind::AddressVerification => Some(JobKind::ReadAddress),
    };
    let all = [
        asks.document.then_some(JobKind::ReadDocument),
        matching,
        asks.face.then_some(JobKind::CheckLiveness),
        (asks.words && !asks.document).then_some(JobKind::CheckSteps),
    ];
    all.into_iter().flatten().collect()
}
