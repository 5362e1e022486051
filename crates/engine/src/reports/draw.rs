//! The report for a caller.

use bonafide_core::{
    audit::AuditAction,
    id::{OrganizationId, VerificationId},
};
use bonafide_store::audit;
use serde_json::{Value, json};

use super::gather::{gather, reported};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
    reads,
};

/// The report as a PDF file. The audit log says who took it.
///
/// # Errors
/// [`Error::NotFound`] also where there is no report: before the verification is approved or declined, and after the person
/// was forgotten.
pub async fn draw(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<u8>> {
    may(caller)?;
    draw_for(engine, caller.organization, &caller.actor(), id, json!({})).await
}

/// Says whether there is a report; otherwise it is not found.
pub async fn expect(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    may(caller)?;
    let mut tx = engine.db().read().await?;
    reported(engine, &mut tx, caller.organization, id).await.map(drop)
}

fn may(caller: &Caller) -> Result<()> {
    if caller.may(Scope::Read) { Ok(()) } else { Err(Error::Forbidden) }
}

pub(super) async fn draw_for(
    engine: &Engine,
    organization: OrganizationId,
    actor: &str,
    id: VerificationId,
    detail: Value,
) -> Result<Vec<u8>> {
    // Decoding and drawing at once for everybody who asks would take the memory and the processors from the rest.
    let _admission = engine.admissions().acquire().await;
    let report = gather(engine, organization, id).await?;
    let draw = engine.report;
    let pdf = tokio::task::spawn_blocking(move || draw(&report)).await?.map_err(Error::Report)?;
    let (object, detail) = (format!("verification:{id}"), reads::told(detail));
    let action = AuditAction::VerificationReportRead;
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &detail };
    let mut tx = engine.db().begin().await?;
    audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
    tx.commit().await?;
    Ok(pdf)
}
