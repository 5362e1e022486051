//! The pictures that were taken, opened.

use bonafide_checks::{image::manipulation::Traces, pdf::Line};
use bonafide_core::evidence::EvidenceKind;
use bonafide_inspect::jobs::{Damaged, File, Page};
use bonafide_store::{
    crypto::{self, Object},
    evidence::{self as rows, Evidence},
};

use super::accept;
use crate::base::{
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// A current picture, opened.
pub(crate) struct Opened {
    pub(crate) kind: EvidenceKind,
    pub(crate) bytes: Vec<u8>,
    /// What its file showed of editing when it came in.
    pub(crate) traces: Option<Traces>,
    /// Where it belongs in its liveness capture.
    pub(crate) frame: Option<accept::Frame>,
    /// Of a page of a PDF: what it says in letters, by the file's own word.
    pub(crate) text: Vec<Line>,
}

impl Opened {
    /// For whoever looks at it.
    pub(crate) fn into_page(self) -> Page {
        Page { file: File(self.bytes), traces: self.traces, text: self.text }
    }
}

/// The picture passed the gate when it came in, so this is damage to the stored file.
pub(crate) fn unreadable(_: Damaged) -> Error {
    Error::conflict("evidence_damaged", "a stored picture cannot be decoded")
}

/// The current pictures of some kinds, opened, in their order.
pub(crate) async fn open_pictures(
    engine: &Engine,
    record: &Record,
    kinds: &[EvidenceKind],
) -> Result<Vec<Opened>> {
    let mut tx = engine.db().read().await?;
    let rows: Vec<Evidence> = rows::list(&mut tx, record.row.organization, record.row.id).await?;
    drop(tx);
    let mut pictures = vec![];
    for row in rows {
        let Some(kind) = row.kind.known().filter(|k| kinds.contains(k)) else { continue };
        let bytes = engine.blobs().get(&record.key, row.id, &row.blob_key).await?.to_vec();
        let private: accept::Private = crypto::open_json(&record.key, Object::Evidence(row.id), &row.sealed)?;
        let accept::Private { traces, frame, text, .. } = private;
        pictures.push(Opened { kind, bytes, traces, frame, text });
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
