//! Is the face printed on a document? What is around it tells: lines of small print beside it within the edges of a
//! card, or a machine readable zone under it. A person who holds their document into the picture is larger than its
//! print, and outside its edges.

use bonafide_core::document::Quad;

use crate::{
    document::{locate, mrz},
    face::{
        Face,
        subject::{self, Beside},
    },
    image::{
        Picture,
        warp::{extent, is_inside},
    },
    models::{Models, RunError},
};

/// What shows the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// The edges of a card with print on it.
    Card,
    /// A machine readable zone.
    Zone,
    /// Many lines of print, as large as those of a document.
    Print,
}

impl Around {
    pub(super) fn detail(self) -> &'static str {
        match self {
            Self::Card => {
                "The face is printed on a document, whose edges and print are around it: take a picture of yourself."
            }
            Self::Zone => {
                "The face stands beside a machine readable zone, as on a document: take a picture of yourself."
            }
            Self::Print => {
                "Lines of small print stand beside the face, as on a document: take a picture of yourself."
            }
        }
    }
}

/// Letters on a document are at least this high, as a share of its portrait's face; those on a document that somebody
/// holds are smaller beside the holder's face.
const LEAST_HEIGHT: f32 = 0.035;
/// Fewest lines within the edges of a card, beside a zone, and without either.
const FEWEST: usize = 3;
const MANY: usize = 9;
/// Width of the portrait's face as a share of the card's longer side.
const FACE_ON_CARD: std::ops::Range<f32> = 0.06..0.42;
/// Least length of a zone in widths of the portrait's face: on a document it is about five, and under a person who
/// holds one it is as wide as their face.
const ZONE_WIDTH: f32 = 2.2;

/// # Errors
/// When a network is missing or fails.
pub(super) fn look(models: &Models, picture: &Picture, face: &Face) -> Result<Option<Around>, RunError> {
    let Some(Beside { around, here, mut lines, .. }) = subject::lines_beside(models, picture, face)? else {
        return Ok(None);
    };
    let [x, y, width, height] = here;
    lines.retain(|line| subject::line_height(line) > LEAST_HEIGHT * height);
    if lines.len() < FEWEST {
        return Ok(None);
    }
    if let Some(card) = locate::corners(&around, &lines, Some(here)) {
        let (w, h) = extent(&card);
        let on_it = lines.iter().filter(|line| is_inside(&card, middle(line))).count();
        let inside = is_inside(&card, [x + width / 2.0, y + height / 2.0]);
        if inside && on_it >= FEWEST && FACE_ON_CARD.contains(&(width / w.max(h))) {
            return Ok(Some(Around::Card));
        }
    }
    let zone = mrz::find(models, &around, &lines)?;
    let length = zone.iter().flat_map(|z| &z.quads).map(|q| extent(q).0).fold(0.0, f32::max);
    if length > ZONE_WIDTH * width {
        return Ok(Some(Around::Zone));
    }
    Ok((lines.len() >= MANY).then_some(Around::Print))
}

fn middle(line: &Quad) -> [f32; 2] {
    let [a, _, c, _] = line.0;
    [(a[0] + c[0]) / 2.0, (a[1] + c[1]) / 2.0]
}
