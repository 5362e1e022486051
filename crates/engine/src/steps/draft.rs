//! What a person has filled in when they pause.

use bonafide_core::{
    id::VerificationId,
    step::{StepKind, StepState},
};
use serde_json::Value;

use super::step::asked_for;
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        own_data::own_data,
        record::Record,
    },
    evidence::gate::may_capture,
};

/// Keeps it as it is, for the device to go on with; nothing of it counts until the step is given. A step that was given is
/// open again.
pub async fn draft(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    kind: StepKind,
    draft: Value,
) -> Result<()> {
    if matches!(kind, StepKind::Document | StepKind::BiometricFace) {
        let message = "the step is taken as pictures, of which there is no draft";
        return Err(Error::conflict("no_draft_of_pictures", message));
    }
    own_data("", &draft)?;
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    may_capture(&record)?;
    let mut step = asked_for(&mut tx, &record, kind).await?;
    step.row.state = StepState::InProgress.into();
    step.said.draft = Some(draft);
    step.save(engine, &mut tx, &record).await?;
    record.save(engine, &mut tx).await?;
    tx.commit().await?;
    Ok(())
}
