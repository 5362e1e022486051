//! An approval is taken back for good: what it taught of an identity goes.

use bonafide_checks::document::fingerprint;
use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    evidence::EvidenceKind,
    id::ApplicantId,
    verification::{Action, Kind, Status},
};
use bonafide_store::{
    Tx, applicants, audit,
    crypto::{self, Object},
    evidence, organizations,
    verifications::{self as rows, Filter, Page, Verification},
};
use serde_json::json;

use super::person::{Document, Opened, open};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        features::Known,
        jobs::{self, JobKind, NewJob},
        record::{Record, status},
    },
    events::emit::emit_for_applicant,
    verifications::transition::apply,
};

/// Most approvals of one person that are looked at, the newest.
const MAX_OTHERS: i64 = 50;

/// Takes a verification from the identity that it was approved for. An identity with no approved verification left is
/// forgotten, and returned; otherwise it is what the others made it. The record is not written yet.
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
    organizations::hold(tx, organization).await?;
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
    let page = Page { after: None, skip: 0, limit: MAX_OTHERS };
    let others = rows::list(tx, organization, &filter, page).await?;
    let others: Vec<Verification> = others.into_iter().filter(|other| other.id != record.row.id).collect();
    if !others.is_empty() {
        rebuild(engine, tx, opened, others).await?;
        return Ok(None);
    }
    let object = format!("applicant:{identity}");
    let action = AuditAction::ApplicantAnonymized;
    let detail = json!({"because": "the only approval was taken back"});
    let entry = audit::Entry { at: engine.now(), actor, action, object: &object, detail: &detail };
    audit::append(tx, organization, engine.key_ring(), entry).await?;
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

/// Cancels the authentications of an identity that was forgotten, which are not over: nobody is known by whom they could be. After
/// the transaction that forgot it, which holds what these take first.
pub(crate) async fn end_authentications(
    engine: &Engine,
    caller: &Caller,
    identity: ApplicantId,
) -> Result<()> {
    let organization = caller.organization;
    let filter =
        Filter { kind: Some(Kind::FaceAuthentication), identities: &[identity], ..Filter::default() };
    let page = Page { after: None, skip: 0, limit: i64::MAX };
    let mut tx = engine.db().read().await?;
    let theirs = rows::list(&mut tx, organization, &filter, page).await?;
    drop(tx);
    for row in theirs.into_iter().filter(|row| !status(row).is_final()) {
        let mut tx = engine.db().begin().await?;
        let record = Record::hold_if_there(engine, &mut tx, organization, row.id).await?;
        if let Some(mut record) = record.filter(|record| !record.status().is_final()) {
            apply(engine, &mut tx, &mut record, Action::Cancel, &caller.actor(), json!({})).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The identity stays as the other approvals made it, given newest first: with their documents and the newest face.
async fn rebuild(engine: &Engine, tx: &mut Tx, opened: Opened, others: Vec<Verification>) -> Result<()> {
    let Opened { row, key, mut person } = opened;
    let (organization, shelf) = (row.organization, engine.gallery().identities());
    person.documents.retain(|document| others.iter().any(|other| other.id == document.verification));
    let (mut embedding, mut newest) = (None, None);
    for other in others {
        let approved = other.completed_at.unwrap_or(other.created_at);
        let other = match Record::open(engine, tx, other).await {
            Ok(other) => other,
            // Forgotten since: nothing of it is left to know anybody by.
            Err(Error::Conflict { code: "anonymized", .. }) => continue,
            Err(error) => return Err(error),
        };
        let id = other.row.id;
        newest = newest.or(Some(id));
        if embedding.is_none() {
            let face = engine.gallery().faces().of(tx, organization, &other.key).await?.pop();
            embedding = face.map(|template| template.embedding);
        }
        let Some(reading) = other.private.reading else { continue };
        let is_there = |d: &Document| d.reading.document_type == reading.document_type;
        if !person.documents.iter().any(is_there) {
            let given = evidence::list(tx, organization, id).await?;
            let front = given.iter().find(|e| e.kind == EvidenceKind::DocumentFront).map(|e| e.id);
            let document = Document { verification: id, evidence: front, reading, verified_at: approved };
            person.documents.push(document);
        }
    }
    person.documents.sort_by_key(|document| document.verified_at);
    let known = Known {
        documents: person.documents.iter().filter_map(|d| fingerprint::number(&d.reading)).collect(),
        holder: person.reading().and_then(fingerprint::holder),
        embedding,
    };
    let sealed = crypto::seal_json(&key, Object::Applicant(row.id), &person, &*engine.entropy)?;
    applicants::update(tx, organization, row.id, &sealed).await?;
    shelf.withdraw(tx, organization, row.id).await?;
    shelf.add(tx, organization, newest, &key, &known.to_bytes()).await?;
    Ok(())
}
