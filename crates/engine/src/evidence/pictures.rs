//! When pictures are taken, and the pictures that were taken.

use bonafide_checks::image::manipulation::Traces;
use bonafide_core::{evidence::EvidenceKind, verification::Status};
use bonafide_store::{
    crypto::{self, Object},
    evidence::{self as rows, Evidence},
};

use super::accept;
use crate::{Engine, Error, Result, record::Record};

/// The consent gate, and the end of capturing: nothing is taken before a yes or after the hand-in.
pub(crate) fn may_capture(record: &Record) -> Result<()> {
    match record.status() {
        status if status.accepts_evidence() => Ok(()),
        Status::Created | Status::Pending => Err(Error::conflict(
            "consent_required",
            "the person's consent has to be added first; nothing else is possible before it",
        )),
        Status::Refused => {
            Err(Error::conflict("consent_refused", "the person did not consent; the session is finished"))
        }
        Status::Processing => {
            Err(Error::conflict("processing", "the session was handed in and is being checked"))
        }
        Status::Inconclusive => Err(Error::conflict(
            "temporarily_blocked",
            "too many tries failed; the person may try again after a pause",
        )),
        Status::Expired => Err(Error::conflict("expired", "the session has expired; create a new one")),
        _ => Err(Error::conflict("already_finished", "the session is finished and takes no more evidence")),
    }
}

/// A current picture, opened.
pub(crate) struct Opened {
    pub(crate) kind: EvidenceKind,
    pub(crate) bytes: Vec<u8>,
    /// What its file showed of editing when it came in.
    pub(crate) traces: Option<Traces>,
    /// Where it belongs in its liveness capture.
    pub(crate) frame: Option<accept::Frame>,
}

/// The current pictures of some kinds, opened, in their order.
pub(crate) async fn open_pictures(
    engine: &Engine,
    record: &Record,
    kinds: &[EvidenceKind],
) -> Result<Vec<Opened>> {
    let mut tx = engine.db.read().await?;
    let rows: Vec<Evidence> = rows::list(&mut tx, record.row.organization, record.row.id).await?;
    drop(tx);
    let mut pictures = vec![];
    for row in rows {
        let Some(kind) = EvidenceKind::parse(&row.kind).filter(|k| kinds.contains(k)) else { continue };
        let bytes = engine.blobs.get(&record.key, row.id, &row.blob_key).await?.to_vec();
        let private: accept::Private = crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?;
        pictures.push(Opened { kind, bytes, traces: private.traces, frame: private.frame });
    }
    Ok(pictures)
}

/// The bytes of [`open_pictures`] alone.
pub(crate) async fn load_pictures(
    engine: &Engine,
    record: &Record,
    kinds: &[EvidenceKind],
) -> Result<Vec<(EvidenceKind, Vec<u8>)>> {
    let opened = open_pictures(engine, record, kinds).await?;
    Ok(opened.into_iter().map(|p| (p.kind, p.bytes)).collect())
}
