//! Forgetting a person.

use bonafide_core::{audit::AuditAction, event::EventType, id::ApplicantId, verification::Kind};
use bonafide_store::{
    applicants, audit, history,
    verifications::{self, Filter, Page},
};
use serde_json::json;

use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob},
        record::Record,
    },
    events::emit::{emit_for, emit_for_applicant},
};

/// Erases everything that says who a person is: their data key and with it every sealed column and picture,
/// what they are known again by, at once and in every index; the files of the pictures a moment later. States,
/// findings, decisions and the audit log stay: they name nobody. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db().begin().await?;
    let before = applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    if before.anonymized_at.is_some() {
        return Ok(());
    }
    let object = format!("applicant:{applicant}");
    let entry = audit::Entry {
        at: now,
        actor: &caller.actor(),
        action: AuditAction::ApplicantAnonymized,
        object: &object,
        detail: &json!({}),
    };
    audit::append(&mut tx, organization, entry).await?;
    let filter = Filter { applicants: &[applicant], ..Filter::default() };
    let page = Page { after: None, skip: 0, limit: i64::MAX };
    let mut announced = None;
    for row in verifications::list(&mut tx, organization, &filter, page).await? {
        history::append(&mut tx, organization, row.id, now, "anonymized", &json!({})).await?;
        let record = Record::open(engine, &mut tx, row).await?;
        emit_for(engine, &mut tx, &record, EventType::VerificationAnonymized).await?;
        if record.kind() == Kind::IdentityVerification {
            announced = Some(record);
        }
    }
    applicants::anonymize(&mut tx, organization, applicant, now).await?;
    // Nobody was told of the applicant of an authentication, and of an identity under its own name.
    if let Some(record) = announced {
        emit_for(engine, &mut tx, &record, EventType::ApplicantAnonymized).await?;
    }
    if before.identity_since.is_some() {
        emit_for_applicant(engine, &mut tx, organization, EventType::IdentityAnonymized, applicant).await?;
    }
    // A job and not a loop here: the files must go even if this process ends now.
    let job = NewJob {
        kind: JobKind::Erase,
        subject: applicant.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: now,
    };
    jobs::enqueue(engine, &mut tx, organization, job).await?;
    tx.commit().await?;
    engine.gallery().forget(organization, applicant).await;
    engine.bells().work.notify_waiters();
    Ok(())
}
