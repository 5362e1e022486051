//! Compares the selfie with the document's portrait, and looks for the face among the others the organization
//! knows.

use bonafide_checks::{
    document::fingerprint,
    face::{
        compare::Calibrations,
        known::{self, Search},
    },
};
use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Code, Finding},
};
use bonafide_store::{Tx, jobs::Job};

use super::{
    finish, is_current, load_current,
    read_document::{gone, unreadable},
    record_findings,
};
use crate::{Engine, Error, Result, assess, evidence::load_pictures, gallery::Template, record::Record};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let kinds = [EvidenceKind::Portrait, EvidenceKind::Selfie];
    let pictures = load_pictures(engine, &record, &kinds).await?;
    let models = engine.models.clone();
    let reading = record.private.reading.clone();
    let today = crate::sandbox::today(engine, job.organization).await?;
    let mut matched = tokio::task::spawn_blocking(move || {
        let of = |kind| pictures.iter().find(|(k, _)| *k == kind).map(|(_, bytes)| bytes);
        let decode = |kind| of(kind).map(|bytes| bonafide_checks::image::decode(bytes)).transpose();
        let portrait = decode(EvidenceKind::Portrait).map_err(unreadable)?;
        let selfie = decode(EvidenceKind::Selfie).map_err(unreadable)?.ok_or_else(gone)?;
        let mut matched = assess::faces(&models, &weights, portrait.as_ref(), &selfie);
        matched.findings.extend(assess::estimates(&models, &weights, reading.as_ref(), &selfie, today));
        Ok::<_, Error>(matched)
    })
    .await??;
    let known = match matched.embedding.take() {
        Some(embedding) => {
            let holder = record.private.reading.as_ref().and_then(fingerprint::holder);
            remember_and_search(engine, job, &record, Template { embedding, holder }).await?
        }
        None => Finding::not_assessed(
            Check::KnownFace,
            Code::NoTemplate,
            "the selfie gave no face template to search with",
        ),
    };
    matched.findings.push(known);

    let mut tx = engine.db.begin().await?;
    let record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        record_findings(engine, &mut tx, &record, &matched.findings, job).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}

/// Kept before the search and in a transaction of its own: of two that arrive at once, at least one sees the
/// other.
async fn remember_and_search(
    engine: &Engine,
    job: &Job,
    record: &Record,
    template: Template,
) -> Result<Finding> {
    let start = std::time::Instant::now();
    let mut tx = engine.db.begin().await?;
    if is_current(&Record::load(engine, &mut tx, job.organization, record.row.id).await?, job) {
        engine.gallery().faces().keep(engine, &mut tx, record, &template.to_bytes()).await?;
    }
    tx.commit().await?;
    let mut tx = engine.db.read().await?;
    let mut finding = known::finding(&search(engine, &mut tx, record, &template).await?);
    finding.ms = start.elapsed().as_millis() as u64;
    Ok(finding)
}

async fn search(engine: &Engine, tx: &mut Tx, record: &Record, own: &Template) -> Result<Search> {
    let (organization, applicant) = (record.row.organization, record.row.applicant);
    let least = known::threshold();
    let calibrations = Calibrations::of(&engine.models);
    let mut search = Search::default();
    // Whether it is a hit; a template of other networks is none, and is counted as not compared.
    let is_hit = |other: &Template, search: &mut Search| {
        let similarity = calibrations.similarity(&own.embedding, &other.embedding);
        match similarity {
            Some(_) => search.compared += 1,
            None => search.incomparable += 1,
        }
        similarity.is_some_and(|similarity| similarity >= least)
    };
    let gallery = engine.gallery();
    let look = |_, other: &Template| {
        if is_hit(other, &mut search) {
            match own.holder.zip(other.holder) {
                Some((a, b)) if a == b => search.same_holder += 1,
                Some(_) => search.other_holder += 1,
                None => search.unknown_holder += 1,
            }
        }
    };
    gallery.faces().search(engine, tx, organization, Some(applicant), look).await?;
    // A blocked person is blocked under their own name too.
    let look = |_, other: &Template| {
        let hit = is_hit(other, &mut search);
        search.blocked += usize::from(hit);
    };
    gallery.blocked().search(engine, tx, organization, None, look).await?;
    Ok(search)
}
