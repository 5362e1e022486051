//! Messages of a workflow that nothing happened for.

use bonafide_core::{
    event::{EventType, Snapshot, Subject},
    id::{ApplicantId, VerificationId, WorkflowId},
    verification::{Kind, Status},
};
use serde_json::json;

use super::workflow::{endpoints_of, load};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    events::emit::{Recipients, emit},
    webhooks::endpoint::may,
};

/// Sends one made-up message of each of these types to every action of a workflow, whatever its conditions.
pub async fn test(
    engine: &Engine,
    caller: &Caller,
    id: WorkflowId,
    types: &[(EventType, Kind)],
) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().begin().await?;
    load(&mut tx, caller, id).await?;
    let endpoints = endpoints_of(&mut tx, caller.organization, id).await?;
    if !endpoints.iter().any(|endpoint| endpoint.is_open()) {
        let message = "the workflow has no action that is switched on; make it active, or add one first";
        return Err(Error::conflict("workflow_off", message));
    }
    for (event_type, kind) in types {
        let subject = VerificationId::new(engine.now(), &*engine.entropy).uuid();
        let snapshot = made_up(engine, *event_type, *kind);
        let recipients = Recipients::Workflow(id);
        emit(engine, &mut tx, caller.organization, *event_type, subject, &snapshot, recipients).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The facts of nobody, in the status that such an event tells of.
fn made_up(engine: &Engine, event_type: EventType, kind: Kind) -> Snapshot {
    let mut snapshot = Snapshot { test: true, ..Snapshot::default() };
    if matches!(event_type.subject(), Subject::Verification | Subject::Applicant) {
        let status = Status::ALL.into_iter().find(|status| EventType::to(*status) == event_type);
        let facts = json!({
            "kind": kind,
            "status": status.unwrap_or(Status::Created),
            "applicant": ApplicantId::new(engine.now(), &*engine.entropy),
        });
        snapshot.verification = serde_json::from_value(facts).ok();
    }
    snapshot
}
