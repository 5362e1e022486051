//! Reads the document's pictures, keeps the reading and the portrait, and passes on to the face match.

use bonafide_core::{document::Side, evidence::EvidenceKind};
use bonafide_store::{evidence as evidence_rows, jobs::Job};

use super::{MATCH_FACES, enqueue_check, finish, is_current, load_current, record_findings};
use crate::{
    Engine, Error, Result, assess,
    evidence::{accept, open_pictures},
    record::{Record, word},
};

pub(super) async fn run(engine: &Engine, job: &Job) -> Result<()> {
    let Some((record, weights)) = load_current(engine, job).await? else {
        return finish(engine, engine.db.begin().await?, job).await;
    };
    let kinds = [EvidenceKind::DocumentFront, EvidenceKind::DocumentBack];
    let pictures = open_pictures(engine, &record, &kinds).await?;
    let (policy, declared, today) = (record.policy(), record.document_type(), engine.now().date());
    let models = engine.models.clone();
    let (read, portrait) = tokio::task::spawn_blocking(move || {
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
        let portrait = read.portrait.as_ref().map(|p| accept::Admitted {
            jpeg: bonafide_checks::image::encode_jpeg(&p.rgb, 95),
            width: p.rgb.width(),
            height: p.rgb.height(),
            traces: None,
        });
        Ok::<_, Error>((read, portrait))
    })
    .await??;
    let portrait = match portrait {
        Some(p) => Some(accept::store(engine, &record, EvidenceKind::Portrait, 0, p, None).await?),
        None => None,
    };

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
        record.save(engine, &mut tx).await?;
        record_findings(engine, &mut tx, &record, &read.findings, job).await?;
        enqueue_check(engine, &mut tx, &record, MATCH_FACES).await?;
    }
    finish(engine, tx, job).await?;
    engine.work.notify_waiters();
    Ok(())
}

/// The picture passed the gate when it came in, so this is damage to the stored file.
pub(super) fn unreadable(_: bonafide_checks::image::Refused) -> Error {
    Error::conflict("evidence_damaged", "a stored picture cannot be decoded")
}

pub(super) fn gone() -> Error {
    Error::NotFound("picture")
}
