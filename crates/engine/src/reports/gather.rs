//! What the report of a verification says.

use std::collections::BTreeMap;

use bonafide_core::{
    document::FieldName,
    evidence::EvidenceKind,
    id::{OrganizationId, VerificationId},
    report::{By, Decision, Document, Line, MOST_PICTURES, Picture, Report, facts},
    review::Grounds,
    step::StepData,
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_inspect::{
    Failed,
    jobs::{File, OnPage, Scaled},
};
use bonafide_store::{
    Tx, credentials, evidence as evidence_rows, findings, history, organizations,
    verifications::{self as rows, Verification},
};

use crate::{
    applicants::erase::FACES,
    base::{
        engine::Engine,
        error::{Error, Result},
        record::{Record, document_type, status},
    },
    reviews::{Decided, decisions, last},
    steps::step::open_all,
};

/// The pictures that a report shows, in this order.
const SHOWN: [EvidenceKind; 7] = [
    EvidenceKind::Portrait,
    EvidenceKind::Selfie,
    EvidenceKind::DocumentFront,
    EvidenceKind::DocumentBack,
    EvidenceKind::DeathCertificate,
    EvidenceKind::ProofOfAuthority,
    EvidenceKind::AddressDocument,
];

/// A verification without a report is not found.
const NONE: Error = Error::NotFound("report");

/// Whether there is a report: of what is approved or declined and is no authentication.
pub(super) fn has_report(row: &Verification) -> bool {
    row.kind.known().is_some_and(Kind::is_reported)
        && matches!(status(row), Status::Approved | Status::Declined)
}

/// Finds the verification, if it has a report. Of who was forgotten there is none.
pub(super) async fn reported(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Record> {
    rows::get(tx, organization, id).await?.ok_or(Error::NotFound("verification"))?;
    let record = Record::find(engine, tx, organization, id).await?;
    record.filter(|record| has_report(&record.row)).ok_or(NONE)
}

pub(super) async fn gather(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Report> {
    let mut tx = engine.db().read().await?;
    let record = reported(engine, &mut tx, organization, id).await?;
    let asker = organizations::get(&mut tx, organization).await?.ok_or(Error::NotFound("organization"))?;
    let (row, private) = (&record.row, &record.private);
    let decision = decision(&mut tx, &record).await?;
    let declared = declared(&mut tx, &record).await?;
    let findings = findings::list(&mut tx, organization, id).await?;
    let lines = history::list(&mut tx, organization, id).await?;
    let mut pictures = evidence_rows::list(&mut tx, organization, id).await?;
    drop(tx);
    pictures.retain(|row| {
        let is_withdrawn =
            || private.face_withdrawn_at.is_some() && FACES.iter().any(|kind| row.kind == *kind);
        SHOWN.iter().any(|kind| row.kind == *kind) && !is_withdrawn()
    });
    pictures.sort_by_key(|row| SHOWN.iter().position(|kind| row.kind == *kind));
    let mut stored = vec![];
    for picture in pictures.into_iter().take(MOST_PICTURES) {
        let Some(kind) = picture.kind.known() else { continue };
        let bytes = engine.blobs().get(&record.key, picture.id, &picture.blob_key).await?.to_vec();
        stored.push((kind, picture.created_at, bytes));
    }
    let (pictures, damaged) = on_pages(engine, organization, stored).await?;
    let reading = private.reading.as_ref();
    Ok(Report {
        organization: asker.name,
        sandbox: asker.sandbox,
        verification: id,
        user_id: Some(row.user_id.clone()).filter(|id| !id.is_empty()),
        status: status(row),
        created_at: row.created_at,
        handed_in_at: private.handed_in_at,
        completed_at: row.completed_at,
        as_of: row.updated_at,
        decision,
        document: reading
            .map(|reading| Document { document_type: document_type(row), issuer: reading.issuer.clone() }),
        facts: facts(reading, &declared),
        pictures,
        damaged,
        findings,
        history: lines.into_iter().map(|line| Line { at: line.at, event: line.event }).collect(),
    })
}

/// The pictures as they are put on pages, and those whose files are damaged.
async fn on_pages(
    engine: &Engine,
    organization: OrganizationId,
    stored: Vec<(EvidenceKind, Timestamp, Vec<u8>)>,
) -> Result<(Vec<Picture>, Vec<EvidenceKind>)> {
    let (mut pictures, mut damaged) = (vec![], vec![]);
    for (kind, given_at, bytes) in stored {
        match engine.inspect(organization, OnPage { file: File(bytes) }).await {
            Ok(Some(Scaled { jpeg, width, height })) => {
                pictures.push(Picture { kind, given_at, width, height, jpeg });
            }
            Ok(None) | Err(Failed::Died(_) | Failed::TimedOut(_)) => damaged.push(kind),
            Err(unavailable) => return Err(unavailable.into()),
        }
    }
    Ok((pictures, damaged))
}

/// The decision that counts, with what the checks came to last.
async fn decision(tx: &mut Tx, record: &Record) -> Result<Option<Decision>> {
    let all = decisions(tx, &record.row, Some(&record.key)).await?;
    let judged = all.iter().rev().find_map(|decided| match decided {
        Decided::Machine(judged) => judged.basis.as_ref().map(|basis| &basis.assessment),
        Decided::Human(_) => None,
    });
    let Some(decided) = last(&all) else { return Ok(None) };
    let by = match decided {
        Decided::Machine(_) => By::Checks,
        Decided::Human(reviewed) => {
            let reviewer = credentials::get(tx, record.row.organization, reviewed.credential).await?;
            By::Reviewer {
                name: reviewer.map_or_else(|| reviewed.credential.to_string(), |c| c.public_id),
                grounds: Grounds::parse(&reviewed.grounds),
                note: reviewed.note.clone(),
            }
        }
    };
    Ok(Some(Decision {
        at: decided.at(),
        by,
        score: judged.and_then(|assessment| Some((assessment.score?, assessment.threshold))),
        reasons: judged.map(|assessment| assessment.reasons.clone()).unwrap_or_default(),
    }))
}

/// What the person or the caller said of who they are.
async fn declared(tx: &mut Tx, record: &Record) -> Result<BTreeMap<FieldName, String>> {
    let mut declared = BTreeMap::new();
    for step in open_all(tx, record).await? {
        match step.said.data {
            Some(StepData::Person(person)) => {
                let names = [
                    (FieldName::FirstName, person.first_name),
                    (FieldName::MiddleName, person.middle_name),
                    (FieldName::LastName, Some(person.last_name)),
                    (FieldName::BirthDate, Some(person.birth_date.to_string())),
                    (FieldName::BirthPlace, person.birth_place),
                    (FieldName::Nationality, Some(person.nationalities.join(", "))),
                ];
                declared.extend(names.into_iter().filter_map(|(name, value)| Some((name, value?))));
            }
            Some(StepData::Contact(contact)) => {
                if let Some(address) = contact.address {
                    let parts = [
                        Some(address.line1),
                        address.line2,
                        address.city,
                        address.region,
                        address.postal_code,
                    ];
                    let parts: Vec<String> = parts.into_iter().flatten().chain([address.country]).collect();
                    declared.insert(FieldName::Address, parts.join(", "));
                }
            }
            _ => {}
        }
    }
    if let Some(identity) = &record.private.declared_identity {
        declared.insert(FieldName::FullName, identity.name.clone());
        if let Some(day) = identity.birth_date {
            declared.insert(FieldName::BirthDate, day.to_string());
        }
    }
    declared.retain(|_, value| !value.trim().is_empty());
    Ok(declared)
}
