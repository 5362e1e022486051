//! Who is this? Somebody who was verified is an identity from then on, and is recognised when they come back.

use bonafide_checks::{
    document::fingerprint,
    face::compare::{Calibrations, DEFAULT_ONBOARDING_DISTANCE},
};
use bonafide_core::{audit::AuditAction, event::Happened, evidence::EvidenceKind, id::ApplicantId};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, SubjectKey},
    evidence as evidence_rows, organizations, subject_keys,
};
use serde_json::json;

use super::person::{Document, Person, open};
use crate::{
    base::{engine::Engine, error::Result, features::Known, record::Record},
    events::tell::tell_of,
    screening::dismiss::pass_on,
};

/// Finds or makes the identity of somebody who is being approved, and keeps what this verification taught of them.
///
/// Two of the three have to agree: the face, and the document's number or the holder's name and birth date. A face
/// that was measured by other networks cannot be compared; then number and holder together decide.
pub(crate) async fn identify(engine: &Engine, tx: &mut Tx, record: &mut Record, actor: &str) -> Result<()> {
    let organization = record.row.organization;
    // Two verifications of one person may be approved at once: the second has to see what the first made.
    organizations::hold(tx, organization).await?;
    let reading = record.private.reading.clone().unwrap_or_default();
    let mine = engine.gallery().faces().of(tx, organization, &record.key).await?.pop();
    let own = Known {
        documents: fingerprint::number(&reading).into_iter().collect(),
        holder: fingerprint::holder(&reading),
        embedding: mine.map(|t| t.embedding),
    };
    let found = find(engine, tx, record, &own).await?;
    let now = engine.now();
    let (id, key, mut person) = match found.known {
        Some(id) => {
            let opened = open(engine, tx, organization, id).await?;
            (id, opened.key, opened.person)
        }
        None => {
            let id = ApplicantId::new(now, &*engine.entropy);
            applicants::insert(tx, organization, id, now).await?;
            let (ring, entropy) = (engine.key_ring(), &*engine.entropy);
            let key = subject_keys::create(tx, organization, id, ring, now, entropy).await?;
            (id, key, Person::default())
        }
    };
    let given = evidence_rows::list(tx, organization, record.row.id).await?;
    let front = given.iter().find(|e| e.kind == EvidenceKind::DocumentFront);
    person.documents.retain(|d| d.reading.document_type != reading.document_type);
    person.documents.push(Document {
        verification: record.row.id,
        evidence: front.map(|e| e.id),
        reading,
        verified_at: now,
    });
    person.metadata = record.private.metadata.clone();
    let sealed = crypto::seal_json(&key, Object::Applicant(id), &person, &*engine.entropy)?;
    applicants::update(tx, organization, id, &sealed).await?;
    applicants::become_identity(tx, organization, id, now).await?;
    remember(engine, tx, record, &key, own).await?;
    pass_on(engine, tx, record, &key).await?;
    record.row.identity = Some(id);
    let detail = json!({
        "identity_id": id,
        "known": found.known.is_some(),
        "document_of_another_identity": found.document_of_another,
    });
    record.note(engine, tx, AuditAction::VerificationIdentified, actor, &detail).await?;
    // Of the applicant, whose id subscribers know, and not of the identity.
    tell_of(engine, tx, record, Happened::ApplicantUpdated).await?;
    Ok(())
}

#[derive(Default)]
struct Found {
    known: Option<ApplicantId>,
    /// The document belongs to an identity with another face.
    document_of_another: bool,
}

async fn find(engine: &Engine, tx: &mut Tx, record: &Record, own: &Known) -> Result<Found> {
    let calibrations = Calibrations::of(&engine.models);
    let least = 1.0 - DEFAULT_ONBOARDING_DISTANCE;
    let mut found = Found::default();
    let look = |id: ApplicantId, other: &Known| {
        let document = own.documents.iter().any(|d| other.documents.contains(d));
        let holder = own.holder.is_some() && own.holder == other.holder;
        let similarity = own.embedding.as_ref().zip(other.embedding.as_ref());
        let face = similarity.and_then(|(a, b)| calibrations.similarity(a, b)).map(|s| s >= least);
        let same = match face {
            Some(same_face) => same_face && (document || holder),
            None => document && holder,
        };
        if same {
            // Ids sort by time: the oldest, should there be several.
            found.known = Some(found.known.map_or(id, |known| known.min(id)));
        } else if document {
            found.document_of_another = true;
        }
    };
    let shelf = engine.gallery().identities();
    shelf.search(tx, record.row.organization, None, look).await?;
    Ok(found)
}

/// Keeps the newest face and all documents in the place of what was kept before.
async fn remember(engine: &Engine, tx: &mut Tx, record: &Record, key: &SubjectKey, own: Known) -> Result<()> {
    let (organization, shelf) = (record.row.organization, engine.gallery().identities());
    let mut known = shelf.of(tx, organization, key).await?.pop().unwrap_or_default();
    for document in own.documents {
        known.documents.retain(|d| *d != document);
        known.documents.push(document);
    }
    known.holder = own.holder.or(known.holder);
    known.embedding = own.embedding.or(known.embedding);
    shelf.withdraw(tx, organization, key.applicant()).await?;
    shelf.add(tx, organization, Some(record.row.id), key, &known.to_bytes()).await
}
