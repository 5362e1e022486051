//! Reads the document's pictures, keeps the reading and the portrait, and passes on to the face match.

use bonafide_checks::document::fingerprint::Fingerprint;
use bonafide_core::{
    document::{DocumentReading, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding},
    weights::Weights,
};
use bonafide_inspect::jobs::{self, DocumentRead};
use bonafide_store::{Tx, evidence as evidence_rows};

use super::{
    duplicates,
    job::{Case, CheckJob, gone},
};
use crate::{
    base::{
        engine::Engine,
        error::Result,
        jobs::{JobKind, enqueue_check},
        record::Record,
        screened::Screened,
        sighting::{MAX_SIGHTINGS, Sighting},
    },
    evidence::{
        accept,
        pictures::{Opened, open_pictures, unreadable},
    },
    location, registry,
    sandbox::clock::today,
    screening,
    verifications::search,
};

pub(crate) struct ReadDocument {
    reading: DocumentReading,
    findings: Vec<Finding>,
    portrait: Option<evidence_rows::Evidence>,
    screened: Option<Screened>,
    /// Who handed in the same picture; what else there is in common is told with the face.
    alike: Vec<Sighting>,
}

impl CheckJob for ReadDocument {
    const KIND: JobKind = JobKind::ReadDocument;
    const CHECKS: &'static [Check] =
        &[Check::DocumentReadable, Check::FaceMatch, Check::SelfieSource, Check::Registry];

    async fn compute(engine: &Engine, case: Case) -> Result<Self> {
        let (record, weights) = (&case.record, case.weights);
        let Read { reading, mut findings, portrait, prints } = read(engine, record, weights).await?;
        let tolerance = weights.sanctions_tolerance;
        let (listed, screened) = screening::check::check(engine, record, &reading, tolerance).await?;
        findings.push(listed);
        findings.push(location::check(engine, record).await?);
        if engine.registry.is_none() {
            findings.push(registry::no_provider());
        }
        let (found, alike) = duplicates::check(engine, &case, &prints).await?;
        findings.extend(found);
        // Ids sort by time: the newest.
        let alike = alike.into_iter().rev().take(MAX_SIGHTINGS).map(Sighting::of_picture).collect();
        let portrait = match portrait {
            Some(portrait) => {
                let (kind, origin) = (EvidenceKind::Portrait, accept::Origin::default());
                Some(accept::store(engine, record, kind, 0, portrait, origin).await?)
            }
            None => None,
        };
        Ok(Self { reading, findings, portrait, screened, alike })
    }

    async fn record(self, engine: &Engine, tx: &mut Tx, record: &mut Record) -> Result<Vec<Finding>> {
        let (organization, kind) = (record.row.organization, EvidenceKind::Portrait);
        evidence_rows::supersede(tx, organization, record.row.id, kind, engine.now()).await?;
        if let Some(portrait) = &self.portrait {
            evidence_rows::insert(tx, organization, portrait).await?;
        }
        record.row.document_type = Some(self.reading.document_type.into());
        record.private.reading = Some(self.reading);
        record.private.screened = self.screened;
        record.private.sightings = self.alike;
        record.save(engine, tx).await?;
        search::index(engine, tx, record).await?;
        screening::log::keep_first(engine, tx, record).await?;
        enqueue_check(engine, tx, record, JobKind::MatchFaces).await?;
        if engine.registry.is_some() {
            enqueue_check(engine, tx, record, JobKind::AskRegistry).await?;
        }
        Ok(self.findings)
    }
}

/// What the pictures gave.
struct Read {
    reading: DocumentReading,
    findings: Vec<Finding>,
    /// The holder's portrait, cut out.
    portrait: Option<accept::Admitted>,
    /// What each side is known again by.
    prints: Vec<(Side, Fingerprint)>,
}

async fn read(engine: &Engine, record: &Record, weights: Weights) -> Result<Read> {
    let kinds = [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack];
    let mut pictures = open_pictures(engine, record, &kinds).await?;
    let mut of = |kind| {
        let at = pictures.iter().position(|p: &Opened| p.kind == kind)?;
        Some(pictures.swap_remove(at).into_page())
    };
    let job = jobs::ReadDocument {
        front: of(EvidenceKind::DocumentFront).ok_or_else(gone)?,
        back: of(EvidenceKind::DocumentBack),
        declared: record.declared(),
        policy: record.policy()?,
        weights,
        today: today(engine, record.row.organization).await?,
    };
    let read = engine.inspect(record.row.organization, job).await?.map_err(unreadable)?;
    let DocumentRead { reading, findings, portrait, prints } = read;
    let prints = prints.into_iter().map(|(side, print)| (side, print.0)).collect();
    Ok(Read { reading, findings, portrait: portrait.map(accept::Admitted::from), prints })
}
