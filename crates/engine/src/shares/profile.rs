//! What a third party sees.

use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName},
    evidence::EvidenceKind,
    finding::Check,
    id::EvidenceId,
    step::{StepData, StepKind},
    time::Timestamp,
};
use bonafide_invite::Channel;
use bonafide_store::organizations;

use super::{
    extent::{pictures_for, shown_to},
    open::{Opened, Standing, presented, viewed},
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
    },
    steps::step::Step,
    verifications::view::{View, view as view_of},
};

/// What was approved, as far as one third party sees it. Personal data, so it does not print itself.
#[derive(Clone)]
pub struct Profile {
    /// The name of the organization that approved it.
    pub organization: String,
    /// What the third party is called.
    pub third_party: String,
    pub approved_at: Option<Timestamp>,
    /// When the link ends.
    pub expires_at: Timestamp,
    pub steps: Vec<Shown>,
}

impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profile(..)")
    }
}

/// One step of it.
#[derive(Clone)]
pub struct Shown {
    pub kind: StepKind,
    /// What the person said; a signature under it stays with who asked for it.
    pub data: Option<StepData>,
    /// Of a contact: what was confirmed by a code.
    pub confirmed: Vec<Channel>,
    pub document: Option<Document>,
    pub face: Option<Face>,
    /// Only where the third party was named for this very step.
    pub pictures: Vec<(EvidenceId, EvidenceKind)>,
}

/// What was read from the document: of each field the value that counts.
#[derive(Clone)]
pub struct Document {
    pub document_type: DocumentType,
    pub issuer: Option<String>,
    pub fields: Vec<(FieldName, String)>,
}

/// What was found of the face; `None` where it was not assessed.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    pub live: Option<bool>,
    pub matches_document: Option<bool>,
}

/// Shows what a link is for. Each look is counted and in the audit log.
///
/// # Errors
/// [`Error::Gone`] when it shows nothing any more.
pub async fn view(engine: &Engine, opened: &Opened) -> Result<Profile> {
    let mut tx = engine.db().begin().await?;
    let standing = presented(engine, &mut tx, opened).await?;
    viewed(engine, &mut tx, &standing, None).await?;
    let tenant = organizations::get(&mut tx, standing.share.organization).await?;
    let seen = view_of(engine, &mut tx, standing.source.row.clone(), &vec![], false).await?;
    tx.commit().await?;
    Ok(Profile {
        organization: tenant.ok_or(Error::NotFound("organization"))?.name,
        third_party: standing.kept.party.name.clone(),
        approved_at: seen.completed_at,
        expires_at: standing.share.expires_at,
        steps: shown(&standing, &seen),
    })
}

fn shown(standing: &Standing, seen: &View) -> Vec<Shown> {
    let all: Vec<StepKind> = seen.steps.iter().map(|step| step.kind).collect();
    let kinds = shown_to(&standing.kept.party, &all);
    seen.steps
        .iter()
        .filter(|step| kinds.contains(&step.kind))
        .map(|step| one(standing, seen, step))
        .collect()
}

fn one(standing: &Standing, seen: &View, step: &Step) -> Shown {
    let reading = seen.private.as_ref().and_then(|private| private.reading.as_ref());
    let is_face = step.kind == StepKind::BiometricFace;
    let kinds = pictures_for(&standing.kept.party, step.kind);
    let given = seen.given.iter().filter(|given| kinds.contains(&given.kind));
    Shown {
        kind: step.kind,
        data: step.data.clone().map(unsigned),
        confirmed: step.confirmed.clone(),
        document: reading.filter(|_| step.kind == StepKind::Document).map(Document::of),
        face: is_face.then(|| Face { live: seen.live(), matches_document: seen.passed(Check::FaceMatch) }),
        pictures: given.map(|g| (g.id, g.kind)).collect(),
    }
}

fn unsigned(mut data: StepData) -> StepData {
    if let StepData::Consent(answer) | StepData::Attestation(answer) = &mut data {
        answer.signature = None;
    }
    data
}

impl Document {
    fn of(reading: &DocumentReading) -> Self {
        let value = |name: FieldName| Some((name, reading.get(name)?.value.clone()));
        Self {
            document_type: reading.document_type,
            issuer: reading.issuer.clone(),
            fields: FieldName::ALL.into_iter().filter_map(value).collect(),
        }
    }
}
