//! An approval is taken back for good: what it taught of an identity goes.

use bonafide_checks::document::fingerprint;
use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    id::ApplicantId,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, applicants, audit,
    crypto::{self, Object},
    verifications::{self as rows, Filter, Page},
};
use serde_json::json;

use super::person::{Opened, open};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob},
        record::Record,
    },
    events::emit::emit_for_applicant,
};

/// Takes a verification from the identity that it was approved for. An identity with no approved verification left is
/// forgotten, and returned; otherwise only this verification's document goes. The record is not written yet.
pub(crate) async fn revoke(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    actor: &str,
) -> Result<Option<ApplicantId>> {
    if record.kind() != Kind::IdentityVerification {
        return Ok(None);
    }
    let Some(identity) = record.row.identity.take() else { return Ok(None) };
    let organization = record.row.organization;
    let opened = match open(engine, tx, organization, identity).await {
        Ok(opened) => opened,
        // Forgotten since.
        Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => return Ok(None),
        Err(other) => return Err(other),
    };
    let filter = Filter {
        kind: Some(Kind::IdentityVerification),
        statuses: &[Status::Approved],
        identities: &[identity],
        ..Filter::default()
    };
    let page = Page { after: None, skip: 0, limit: 2 };
    let others = rows::list(tx, organization, &filter, page).await?;
    if others.iter().any(|other| other.id != record.row.id) {
        forget_document(engine, tx, record, opened).await?;
        return Ok(None);
    }
    let object = format!("applicant:{identity}");
    let action = AuditAction::ApplicantAnonymized;
    let detail = json!({"because": "the only approval was taken back"});
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &detail };
    audit::append(tx, organization, entry).await?;
    applicants::anonymize(tx, organization, identity, engine.now()).await?;
    emit_for_applicant(engine, tx, organization, EventType::IdentityAnonymized, identity).await?;
    // Scrubs what lies in the database's pages yet.
    let job = NewJob {
        kind: JobKind::Erase,
        subject: identity.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: engine.now(),
    };
    jobs::enqueue(engine, tx, organization, job).await?;
    Ok(Some(identity))
}

/// The identity stays, without the document of this verification.
async fn forget_document(engine: &Engine, tx: &mut Tx, record: &Record, opened: Opened) -> Result<()> {
    let Opened { row, key, mut person } = opened;
    let (organization, shelf) = (record.row.organization, engine.gallery().identities());
    person.documents.retain(|document| document.verification != record.row.id);
    let sealed = crypto::seal_json(&key, Object::Applicant(row.id), &person, &*engine.entropy)?;
    applicants::update(tx, organization, row.id, &sealed).await?;
    let Some(mut known) = shelf.of(tx, organization, &key).await?.pop() else { return Ok(()) };
    let gone = record.private.reading.as_ref().and_then(fingerprint::number);
    let kept: Vec<_> = person.documents.iter().filter_map(|d| fingerprint::number(&d.reading)).collect();
    known.documents.retain(|number| Some(*number) != gone || kept.contains(number));
    shelf.withdraw(tx, organization, row.id).await?;
    shelf.add(tx, organization, Some(record.row.id), &key, &known.to_bytes()).await?;
    Ok(())
}
