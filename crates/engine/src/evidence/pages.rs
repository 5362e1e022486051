//! A file of a document: a picture, or a PDF whose first pages become pictures.

use bonafide_checks::pdf::{self, Line};
use bonafide_core::{evidence::EvidenceKind, id::OrganizationId};
use bonafide_inspect::jobs::{Drawn, File, Pages};
use bonafide_store::{
    crypto::{self, Object},
    evidence as rows,
};

use super::accept::{self, Picture, taken};
use crate::base::{engine::Engine, error::Result, record::Record};

/// One picture of a file.
pub(crate) struct Part {
    pub(crate) kind: EvidenceKind,
    pub(crate) picture: Picture,
    /// What the page says in letters, by the file's own word.
    pub(crate) text: Vec<Line>,
}

/// The pictures of a file. Of a PDF whose front comes without a back, the back is what else its first pages show.
pub(crate) async fn parts(
    engine: &Engine,
    organization: OrganizationId,
    kind: EvidenceKind,
    file: Picture,
    has_back: bool,
) -> Result<Vec<Part>> {
    if !pdf::is_pdf(&file.bytes) {
        return Ok(vec![Part { kind, picture: file, text: vec![] }]);
    }
    let Picture { field, bytes } = file;
    let drawn = engine.inspect(organization, Pages { file: File(bytes), kind, has_back }).await;
    let part = |Drawn { kind, jpeg, text }| {
        let picture = Picture { field: field.clone(), bytes: jpeg.0 };
        Part { kind, picture, text }
    };
    Ok(taken(&field, drawn)?.into_iter().map(part).collect())
}

/// Keeps the text of a page with its picture, sealed as that is.
pub(crate) fn keep_text(
    engine: &Engine,
    record: &Record,
    row: &mut rows::Evidence,
    text: Vec<Line>,
) -> Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let object = Object::Evidence(row.id);
    let mut private: accept::Private = crypto::open_json(&record.key, object, &row.sealed)?;
    private.text = text;
    row.sealed = crypto::seal_json(&record.key, object, &private, &*engine.entropy)?;
    Ok(())
}
