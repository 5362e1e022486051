//! A file of a document: a picture, or a PDF whose first pages become pictures.

use std::time::Duration;

use bonafide_checks::{
    image::encode_jpeg,
    pdf::{self, Line, Page},
};
use bonafide_core::{
    evidence::EvidenceKind,
    problem::{Problem, Rule},
};
use bonafide_store::{
    crypto::{self, Object},
    evidence as rows,
};

use super::accept::{self, Picture};
use crate::base::{
    engine::Engine,
    error::{Error, Result},
    record::Record,
};

/// Pages of a letter or bill that are looked at.
const LETTER: usize = 3;
/// Pages of an identity document: its two sides.
const CARD: usize = 2;
/// Quality of the picture that a page becomes.
const JPEG_QUALITY: u8 = 95;
/// How long a file is drawn, and no longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// One picture of a file.
pub(crate) struct Part {
    pub(crate) kind: EvidenceKind,
    pub(crate) picture: Picture,
    /// What the page says in letters, by the file's own word.
    pub(crate) text: Vec<Line>,
}

/// The pictures of a file. Of a PDF whose front comes without a back, the back is what else its first pages show: the other
/// side on the same page, or on the next.
pub(crate) async fn parts(
    engine: &Engine,
    kind: EvidenceKind,
    file: Picture,
    has_back: bool,
) -> Result<Vec<Part>> {
    if !pdf::is_pdf(&file.bytes) {
        return Ok(vec![Part { kind, picture: file, text: vec![] }]);
    }
    let Picture { field, bytes } = file;
    let turn = engine.admissions().acquire().await;
    let most = if kind == EvidenceKind::AddressDocument { LETTER } else { CARD };
    let drawing = tokio::task::spawn_blocking(move || {
        pdf::pages(&bytes, most).map(|pages| pictures(kind, has_back, pages))
    });
    // The turn ends with the drawing, which goes on when nobody waits for it any more.
    let given = turn.map_or(0, |turn| {
        turn.forget();
        1
    });
    let engine = engine.clone();
    let drawing = tokio::spawn(async move {
        let drawn = drawing.await;
        engine.admissions().add_permits(given);
        drawn
    });
    let refused = |message: String| Error::Invalid(vec![Problem::new(field.clone(), Rule::Format, message)]);
    let Ok(drawn) = tokio::time::timeout(PATIENCE, drawing).await else {
        return Err(refused("the PDF takes too long to draw; send a picture".to_owned()));
    };
    let drawn = drawn??.map_err(|why| refused(why.to_string()))?;
    let part = |(kind, jpeg, text)| {
        let picture = Picture { field: field.clone(), bytes: jpeg };
        Part { kind, picture, text }
    };
    Ok(drawn.into_iter().map(part).collect())
}

type Drawn = (EvidenceKind, Vec<u8>, Vec<Line>);

/// Pages as JPEG files, each for what it shows.
fn pictures(kind: EvidenceKind, has_back: bool, pages: Vec<Page>) -> Vec<Drawn> {
    if kind == EvidenceKind::AddressDocument {
        let whole = |page: Page| (kind, encode_jpeg(&page.picture.rgb, JPEG_QUALITY), page.text);
        return pages.into_iter().map(whole).collect();
    }
    // Two sides on the first page, or one on each.
    let mut found = vec![];
    for page in &pages {
        found.extend(pdf::sides(&page.picture.rgb));
        if found.len() >= CARD {
            break;
        }
    }
    let back = kind == EvidenceKind::DocumentFront && !has_back;
    let kinds = [Some(kind), back.then_some(EvidenceKind::DocumentBack)];
    let named = found.iter().zip(kinds.into_iter().flatten());
    named.map(|(side, kind)| (kind, encode_jpeg(side, JPEG_QUALITY), vec![])).collect()
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
