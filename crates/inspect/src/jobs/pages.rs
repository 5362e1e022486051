//! The first pages of a PDF as pictures, each for what it shows.

use bonafide_checks::{
    image::encode_jpeg,
    models::Models,
    pdf::{self, Line, Page},
};
use bonafide_core::evidence::EvidenceKind;
use serde::{Deserialize, Serialize};

use super::{File, Job, Lane, admit::JPEG_QUALITY};

/// Pages of a letter or bill that are looked at.
const LETTER: usize = 3;
/// Pages of an identity document: its two sides.
const CARD: usize = 2;

/// Of a file whose front comes without a back, the back is what else its first pages show: the other side on the same page, or
/// on the next.
#[derive(Serialize, Deserialize)]
pub struct Pages {
    pub file: File,
    pub kind: EvidenceKind,
    /// Whether the back comes as a file of its own.
    pub has_back: bool,
}

/// One picture of the file.
#[derive(Serialize, Deserialize)]
pub struct Drawn {
    pub kind: EvidenceKind,
    pub jpeg: File,
    /// What the page says in letters, by the file's own word.
    pub text: Vec<Line>,
}

impl Job for Pages {
    /// What was wrong with the file, and what to do.
    type Answer = Result<Vec<Drawn>, String>;
    const LANE: Lane = Lane::Pictures;

    fn perform(self, _: &Models) -> Self::Answer {
        let most = if self.kind == EvidenceKind::AddressDocument { LETTER } else { CARD };
        let pages = pdf::pages(&self.file.0, most).map_err(|refused| refused.to_string())?;
        Ok(self.pictures(pages))
    }
}

impl Pages {
    fn pictures(&self, pages: Vec<Page>) -> Vec<Drawn> {
        let Self { kind, has_back, .. } = *self;
        let drawn = |kind, rgb: &_, text| Drawn { kind, jpeg: File(encode_jpeg(rgb, JPEG_QUALITY)), text };
        if kind == EvidenceKind::AddressDocument {
            return pages.into_iter().map(|page| drawn(kind, &page.picture.rgb, page.text)).collect();
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
        named.map(|(side, kind)| drawn(kind, side, vec![])).collect()
    }
}
