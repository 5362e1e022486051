//! Reads the document's pictures, keeps the reading and the portrait, and passes on to the face match.

use bonafide_core::{document::Side, evidence::EvidenceKind};
use bonafide_store::{evidence as evidence_rows, jobs::Job};

use bonafide_checks::document::{
    duplicates::{self, Search},
    fingerprint::Fingerprint,
};
use bonafide_core::finding::Finding;
use bonafide_store::Tx;

use super::{ASK_REGISTRY, MATCH_FACES, enqueue_check, finish, is_current, load_current, record_findings};
use crate::{
    Engine, Error, Result, assess,
    evidence::{accept, open_pictures},
    location,
    record::{Record, word},
    registry, screening,
};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let kinds = [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack];
    let pictures = open_pictures(engine, &record, &kinds).await?;
    let today = crate::sandbox::today(engine, job.organization).await?;
    let (policy, declared) = (record.policy(), record.document_type());
    let (models, watched, now) = (engine.models.clone(), engine.screening.clone(), engine.now());
    let (mut read, mut screened, prints, portrait) = tokio::task::spawn_blocking(move || {
        let of = |kind| pictures.iter().find(|p| p.kind == kind);
        let decode = |kind| of(kind).map(|p| bonafide_checks::image::decode(&p.bytes)).transpose();
        let front = decode(EvidenceKind::DocumentFront).map_err(unreadable)?.ok_or_else(gone)?;
        let back = decode(EvidenceKind::DocumentBack).map_err(unreadable)?;
        let mut read = assess::document(&models, &policy, &weights, &front, back.as_ref(), declared, today);
        for (side, picture) in [(Side::Front, Some(&front)), (Side::Back, back.as_ref())] {
            let Some(picture) = picture else { continue };
            let traces = of(EvidenceKind::document(side)).and_then(|p| p.traces.clone());
            read.findings.push(assess::manipulation(&read.reading, side, picture, traces));
        }
        let lists = watched.lists(now).map_err(|error| Error::Lists(Box::new(error)))?;
        let tolerance = weights.sanctions_tolerance;
        let (finding, screened) = screening::screen(&lists, &read.reading, &[], tolerance, now);
        read.findings.push(finding);
        let sides = [(Side::Front, Some(&front)), (Side::Back, back.as_ref())];
        let prints: Vec<(Side, Fingerprint)> = sides
            .into_iter()
            .filter_map(|(side, picture)| Some((side, Fingerprint::of(picture?, &read.reading, side))))
            .collect();
        let portrait = read.portrait.as_ref().map(|p| accept::Admitted {
            jpeg: bonafide_checks::image::encode_jpeg(&p.rgb, 95),
            width: p.rgb.width(),
            height: p.rgb.height(),
            traces: None,
            frame: None,
        });
        Ok::<_, Error>((read, screened, prints, portrait))
    })
    .await??;
    read.findings.push(location::check(engine, &record).await?);
    if engine.registry.is_none() {
        read.findings.push(registry::no_provider());
    }
    let portrait = match portrait {
        Some(p) => Some(
            accept::store(engine, &record, EvidenceKind::Portrait, 0, p, accept::Origin::default()).await?,
        ),
        None => None,
    };

    // Kept before the search and in a transaction of its own: of two that arrive at once, at least one sees the
    // other.
    let mut tx = engine.db.begin().await?;
    if is_current(&Record::load(engine, &mut tx, job.organization, record.row.id).await?, job) {
        for (side, print) in &prints {
            engine.gallery().documents(*side).keep(engine, &mut tx, &record, &print.to_bytes()).await?;
        }
    }
    tx.commit().await?;
    let mut tx = engine.db.read().await?;
    for (side, print) in &prints {
        read.findings.push(duplicate(engine, &mut tx, &record, *side, print).await?);
    }
    // Only now it is known whose document it is, and so what was said about them before.
    let dismissed = screening::active(engine, &mut tx, &record, Some(&read.reading)).await?;
    drop(tx);
    if let Some(screened) = screened.as_mut().filter(|_| !dismissed.is_empty()) {
        screened.set_aside(&dismissed);
        let again = screened.finding();
        for finding in read.findings.iter_mut().filter(|f| f.check == again.check) {
            *finding = Finding { ms: finding.ms, ..again.clone() };
        }
    }

    let mut tx = engine.db.begin().await?;
    let mut record = Record::load(engine, &mut tx, job.organization, record.row.id).await?;
    if is_current(&record, job) {
        let kind = EvidenceKind::Portrait.as_str();
        evidence_rows::supersede(&mut tx, job.organization, record.row.id, kind, engine.now()).await?;
        if let Some(portrait) = &portrait {
            evidence_rows::insert(&mut tx, job.organization, portrait).await?;
        }
        record.row.document_type = Some(word(read.reading.document_type));
        record.private.reading = Some(read.reading);
        record.private.screened = screened;
        record.save(engine, &mut tx).await?;
        screening::keep(engine, &mut tx, &record).await?;
        record_findings(engine, &mut tx, &record, &read.findings, job).await?;
        enqueue_check(engine, &mut tx, &record, MATCH_FACES).await?;
        if engine.registry.is_some() {
            enqueue_check(engine, &mut tx, &record, ASK_REGISTRY).await?;
        }
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}

/// Whether one side was handed in before, for somebody else, or is a published specimen.
async fn duplicate(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    side: Side,
    print: &Fingerprint,
) -> Result<Finding> {
    let start = std::time::Instant::now();
    let specimens = engine.gallery().specimens(tx).await?;
    let published = specimens.iter().filter(|s| print.likeness(s).is_some()).count();
    let mut search = Search { specimens: specimens.len(), published, ..Search::default() };
    let shelf = engine.gallery().documents(side);
    let (organization, applicant) = (record.row.organization, record.row.applicant);
    let look = |_, other: &Fingerprint| search.alike.extend(print.likeness(other));
    search.earlier = shelf.search(engine, tx, organization, Some(applicant), look).await?;
    let mut finding = duplicates::finding(side, &search);
    finding.ms = start.elapsed().as_millis() as u64;
    Ok(finding)
}

/// The picture passed the gate when it came in, so this is damage to the stored file.
pub(super) fn unreadable(_: bonafide_checks::image::Refused) -> Error {
    Error::conflict("evidence_damaged", "a stored picture cannot be decoded")
}

pub(super) fn gone() -> Error {
    Error::NotFound("picture")
}
