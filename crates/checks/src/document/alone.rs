//! Whether a picture shows one document and nobody else: a second document may be a stolen one that is read instead, and a
//! face beside a document may be taken for its portrait.
//!
//! Faces are told apart from [`MEASURABLE`] pixels on; a second document is known by its machine readable zone.

use bonafide_core::{document::Quad, finding::reaches};

use crate::{
    face::{Face, compare::Calibrations, embed},
    image::{Picture, warp::is_inside},
    models::{Models, RunError},
};

/// Shorter side of a face's box, in pixels, from which on it can be told from another.
const MEASURABLE: f32 = 40.0;
/// Below this calibrated similarity two faces are those of two people; nine strangers in ten are below it.
const STRANGER: f64 = 0.2;
/// Faces looked at beside the portrait's, the largest first.
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
    let Some(holder) = holder else { return Ok(false) };
    let inside = |face: &Face| corners.is_none_or(|document| is_inside(document, face.centre()));
    // The largest face is not on the document: whatever is on it, this is no portrait.
    if !inside(holder) {
        return Ok(true);
    }
    let measurable = |face: &&Face| face.bbox[2].min(face.bbox[3]) >= MEASURABLE;
    let mut others: Vec<&Face> = faces.iter().filter(|f| *f != holder).filter(measurable).collect();
    if others.is_empty() {
        return Ok(false);
    }
    others.sort_by(|a, b| b.area().total_cmp(&a.area()));
    let portrait = embed::embed(models, picture, holder)?;
    let calibrations = Calibrations::of(models);
    for face in others.into_iter().take(MOST) {
        let other = embed::embed(models, picture, face)?;
        let alike = portrait.as_ref().zip(other).and_then(|(a, b)| calibrations.similarity(a, &b));
        // Ghost images are copies of the portrait. One that cannot be measured belongs to the document where it is on it.
        if alike.map_or(!inside(face), |alike| !reaches(alike, STRANGER)) {
            return Ok(true);
        }
    }
    Ok(false)
}
