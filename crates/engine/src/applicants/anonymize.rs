//! Forgetting a person.

use bonafide_core::{
    event::Happened,
    id::{ApplicantId, JobId},
    verification::Kind,
};
use bonafide_store::{
    applicants, audit, evidence as evidence_rows, history,
    jobs::{self as job_rows, Job, NewJob},
    verifications::{self, Filter, Page},
};
use serde_json::json;

use crate::{
    Caller, Engine, Error, Result, Scope,
    events::tell_applicant,
    jobs::{ERASE, TIMERS},
    record::Record,
};

/// Erases everything that says who a person is: their data key and with it every sealed column and picture,
/// what they are known again by, at once and in every index; the files of the pictures a moment later. States,
/// findings, decisions and the audit log stay: they name nobody. Repeating it changes nothing.
pub async fn anonymize(engine: &Engine, caller: &Caller, applicant: ApplicantId) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    let (now, organization) = (engine.now(), caller.organization);
    let mut tx = engine.db.begin().await?;
    let before = applicants::get(&mut tx, organization, applicant).await?.ok_or(Error::NotFound("person"))?;
    if before.anonymized_at.is_some() {
        return Ok(());
    }
    let object = format!("applicant:{applicant}");
    let entry = audit::Entry {
        at: now,
        actor: &caller.actor(),
        action: "applicant.anonymized",
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
        record.tell(engine, &mut tx, Happened::VerificationAnonymized).await?;
        if record.kind() == Kind::IdentityVerification {
            announced = Some(record);
        }
    }
    applicants::anonymize(&mut tx, organization, applicant, now).await?;
    // Nobody was told of the applicant of an authentication, and of an identity under its own name.
    if let Some(record) = announced {
        record.tell(engine, &mut tx, Happened::ApplicantAnonymized).await?;
    }
    if before.identity_since.is_some() {
        tell_applicant(engine, &mut tx, organization, Happened::IdentityAnonymized, applicant).await?;
    }
    // A job and not a loop here: the files must go even if this process ends now.
    let job = NewJob {
        id: JobId::new(now, &*engine.entropy),
        queue: TIMERS,
        kind: ERASE,
        subject: applicant.uuid(),
        payload: &json!({}),
        unique_key: None,
        now,
        run_at: now,
        max_attempts: 20,
    };
    job_rows::enqueue(&mut tx, organization, job).await?;
    tx.commit().await?;
    engine.gallery().forget(organization, applicant).await;
    engine.work.notify_waiters();
    Ok(())
}

/// Deletes the files of an anonymized person's pictures, which nothing can open any more, and what the database
/// keeps of overwritten values.
pub(crate) async fn erase(engine: &Engine, job: &Job) -> Result<()> {
    let applicant = ApplicantId::from_uuid(job.subject);
    let mut tx = engine.db.read().await?;
    let keys = evidence_rows::blob_keys(&mut tx, job.organization, applicant).await?;
    drop(tx);
    for key in &keys {
        engine.blobs.delete(key).await?;
    }
    engine.db.scrub().await?;
    Ok(())
}
