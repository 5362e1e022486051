//! What a person says in a step.

use bonafide_core::{
    audit::AuditAction,
    id::VerificationId,
    step::{StepData, StepState},
    verification::Action,
};
use serde_json::json;

use super::step::{Opened, asked_for};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    evidence::gate::may_capture,
    sandbox::clock::today,
    verifications::transition::apply,
};

/// Takes what the person says in one step; it may be said anew until the verification is submitted. Who does not agree
/// with a text of the organization's, or does not vouch for what they said, ends the verification: a no is an outcome.
///
/// # Errors
/// [`Error::Invalid`] naming every field that cannot be so, [`Error::Conflict`] where the step is not asked for.
pub async fn give(engine: &Engine, caller: &Caller, id: VerificationId, data: StepData) -> Result<()> {
    let kind = data.kind();
    let today = today(engine, caller.organization).await?;
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let mut step = asked_for(&mut tx, &record, kind).await?;
    let mut problems = data.problems(today, &record.private.step_config);
    problems.sort_by(|a, b| a.field.cmp(&b.field));
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let data = data.normalized();
    let refused = match &data {
        StepData::Consent(answer) | StepData::Attestation(answer) => !answer.agreed,
        _ => false,
    };
    step.row.state = StepState::Submitted.into();
    step.row.submitted_at = Some(engine.now());
    step.said.draft = None;
    step.said.data = Some(data);
    step.save(engine, &mut tx, &record).await?;
    let (done, detail) = (AuditAction::VerificationStepGiven, json!({"step": kind}));
    record.note(engine, &mut tx, done, &caller.actor(), &detail).await?;
    if refused {
        apply(engine, &mut tx, &mut record, Action::RefuseConsent, &caller.actor(), detail).await?;
    } else {
        // Counts the writes: whoever read the verification before does not write it back.
        record.save(engine, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Keeps what a step holds without being done with it.
pub(super) fn begun(step: &mut Opened) {
    if step.row.state != StepState::Submitted {
        step.row.state = StepState::InProgress.into();
    }
}
