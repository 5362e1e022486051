//! Whether a picture shows one document and nobody else: a second document may be a stolen one that is read instead, and a
//! face beside a document may be taken for its portrait.

use bonafide_core::document::Quad;

use super::read::within;
use crate::{
    face::{Face, compare::Calibrations, embed},
    image::Picture,
    models::{Models, RunError},
};

/// Shorter side of a face's box, in pixels, from which on it can be told from another.
const MEASURABLE: f32 = 40.0;
/// Below this calibrated similarity two faces are those of two people; nine strangers in ten are below it. Smaller copies of
/// the portrait (ghost images) are above.
const STRANGER: f64 = 0.2;
/// Faces looked at beside the portrait's.
const MOST: usize = 3;

/// Whether there is a face in the picture that is neither the document's portrait nor a copy of it.
///
/// # Errors
/// When a network is missing or fails.
pub(super) fn somebody_else(
    models: &Models,
    picture: &Picture,
    faces: &[Face],
    holder: Option<&Face>,
    corners: Option<&Quad>,
) -> Result<bool, RunError> {
    let Some(holder) = holder.filter(|_| faces.len() > 1) else { return Ok(false) };
    let measurable = |face: &&Face| face.bbox[2].min(face.bbox[3]) >= MEASURABLE;
    let mut others: Vec<&Face> = faces.iter().filter(|f| *f != holder).filter(measurable).collect();
    others.sort_by(|a, b| b.area().total_cmp(&a.area()));
    // Somewhere inside a document and somewhere outside it.
    let inside = |face: &Face| corners.is_none_or(|document| within(face.centre(), document));
    if others.iter().any(|face| inside(face) != inside(holder)) {
        return Ok(true);
    }
    if others.is_empty() {
        return Ok(false);
    }
    let Some(portrait) = embed::embed(models, picture, holder)? else { return Ok(false) };
    let calibrations = Calibrations::of(models);
    for face in others.into_iter().take(MOST) {
        let Some(other) = embed::embed(models, picture, face)? else { continue };
        if calibrations.similarity(&portrait, &other).is_some_and(|alike| alike < STRANGER) {
            return Ok(true);
        }
    }
    Ok(false)
}
