//! Is the selfie a photograph of its own? Whoever holds a stolen scan has its portrait too, and a portrait matches
//! itself best of all. So a frame fails that is the document's picture, a part of it, a copy of either, or a
//! photograph of the portrait, on paper or on a screen. Three signals, each enough:
//!
//! - **The same moment** ([`likeness`]): laid over the portrait, every place of the face lies where a smooth
//!   map takes it, and the mouth is the same. It holds through cutting, scaling, turning, mirroring, other light,
//!   blur, noise, compression, print and a camera; between two photographs of one person lips, lids and the turn of
//!   the head differ. That pose and light are equal is part of it.
//! - **The same numbers**: the networks' score is higher than two photographs of one person give.
//! - **A document around the face** ([`document_around`]): small print beside it, in a card's edges or with a machine readable
//!   zone. It needs no portrait to compare with.
//!
//! A fourth asks for a look: **four edges around the face** ([`edges_around`]), as those of a print or of a screen.
//!
//! What rates these thresholds have is measured by `bonafide eval selfie-source` (`docs/accuracy.md`).

mod around;
mod chip;
mod register;
mod sheet;

use bonafide_core::finding::{Check, Code, Finding, Outcome, least, reaches, sound};

use super::{
    Face, compare, detect,
    embed::{self, Basis, Embedding, Score},
    subject,
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task},
};
pub use around::Around;
use chip::Chip;
pub use register::Likeness;

/// The least plausibility of an own photograph.
pub const THRESHOLD: f64 = 0.5;

/// The plausibility of a photograph of its own with edges around the face and nothing else against it.
const DOUBTED: f64 = 0.4;

/// Least distance of the eyes in pixels: in a smaller face nothing of its own is left.
const MIN_EYES: f32 = 12.0;

/// The face of a picture, ready to be compared.
#[derive(Clone)]
pub struct Seen {
    chip: Chip,
    mirrored: Chip,
    face: Face,
    small: bool,
}

/// Looks at the largest face of a picture: the holder in a selfie, the portrait on a document. `None` where there is
/// none.
///
/// # Errors
/// When there is no usable detector, or it cannot be run.
pub fn look(models: &Models, picture: &Picture) -> Result<Option<Seen>, RunError> {
    let faces = detect::detect(models, picture)?;
    let Some(face) = subject::largest(&faces) else { return Ok(None) };
    let face = detect::refine(models, picture, &face)?;
    let small = !reaches(face.eye_distance(), MIN_EYES);
    Ok(Chip::of(picture, &face).map(|chip| Seen { mirrored: chip.mirrored(), chip, face, small }))
}

/// How much of one moment two faces share, the second as it is or in a mirror, whichever is more; `None` where one is
/// too small, or too little of the face is in both pictures.
pub fn likeness(portrait: &Seen, frame: &Seen) -> Option<Likeness> {
    if portrait.small || frame.small {
        return None;
    }
    let ways =
        [&frame.chip, &frame.mirrored].into_iter().filter_map(|c| register::likeness(&portrait.chip, c));
    ways.max_by(|a, b| evidence(a).total_cmp(&evidence(b)))
}

/// What speaks for one moment, in logits. Measured: pairs of two photographs of one person stay 2.7 below 0 (484 pairs, some
/// of one sitting), copies that are not blurred 2 above.
fn evidence(likeness: &Likeness) -> f64 {
    let stray = f64::from(likeness.stray).max(0.1).ln();
    let mouth = f64::from(1.0 - likeness.mouth).max(0.002).ln();
    -4.8 * stray - 6.2 * mouth - 22.0
}

/// How plausible it is that a face so like the portrait was photographed anew, 0..1.
pub fn own_moment(likeness: &Likeness) -> f64 {
    1.0 / (1.0 + evidence(likeness).exp())
}

/// The score of the networks above which two photographs of one person are not believed to be two; the highest measured was
/// 0.987 with both networks.
const fn too_close(basis: Basis) -> f64 {
    match basis {
        Basis::Fused => 0.992,
        Basis::First => 0.994,
    }
}

/// Plausibility of an own photograph by the networks' score: one half at the limit, 1 at twice its distance from 1.
pub fn own_numbers(score: Score) -> f64 {
    let limit = 1.0 - too_close(score.basis);
    sound(((1.0 - score.cosine) / limit * 0.5).clamp(0.0, 1.0))
}

/// A document around the face of a picture; `None` where there is none.
///
/// # Errors
/// When a network is missing or fails.
pub fn document_around(models: &Models, picture: &Picture, seen: &Seen) -> Result<Option<Around>, RunError> {
    around::look(models, picture, &seen.face)
}

/// Whether the four edges of a print or a screen close around the face of a picture.
pub fn edges_around(picture: &Picture, seen: &Seen) -> bool {
    sheet::is_closed(&picture.rgb, &seen.face)
}

/// What the networks say of a portrait and the template of a selfie; `None` without a face, or where they cannot be
/// compared.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn score(models: &Models, portrait: &Picture, selfie: &Embedding) -> Result<Option<Score>, RunError> {
    let faces = detect::detect(models, portrait)?;
    let Some(face) = subject::largest(&faces) else { return Ok(None) };
    Ok(embed::embed(models, portrait, &face)?.and_then(|known| known.compare(selfie)))
}

/// What one frame said.
struct Judged {
    /// Plausibility by the same moment; `None` without a portrait.
    moment: Option<f64>,
    around: Option<Around>,
    /// Whether a print or a screen ends around the face.
    edges: bool,
}

/// [`Check::SelfieSource`] of the frames of one capture, the selfie first; the least plausible frame counts.
/// `portraits` are those on the person's documents, `score` the highest that the networks gave one of them and the
/// selfie.
pub fn judge(models: &Models, portraits: &[&Picture], frames: &[&Picture], score: Option<Score>) -> Finding {
    match judged(models, portraits, frames, score) {
        Ok(finding) => finding,
        Err(error) => could_not_run(&error),
    }
}

/// The finding where a network is missing or failed.
pub fn could_not_run(error: &RunError) -> Finding {
    compare::could_not_run(Check::SelfieSource, error)
}

fn judged(
    models: &Models,
    portraits: &[&Picture],
    frames: &[&Picture],
    score: Option<Score>,
) -> Result<Finding, RunError> {
    let mut known = vec![];
    for portrait in portraits {
        known.extend(look(models, portrait)?.filter(|seen| !seen.small));
    }
    let (mut seen, mut cut_off) = (vec![], false);
    for (i, frame) in frames.iter().enumerate() {
        // The first frame is the selfie: others cannot vouch for it.
        let selfie = i == 0;
        let face = match look(models, frame)? {
            Some(face) if !face.small => face,
            Some(_) if selfie => {
                return Ok(nothing(
                    Code::FaceTooSmall,
                    "The face in the selfie is too small to tell; come closer.",
                ));
            }
            None if selfie => return Ok(nothing(Code::NoFace, "No face was found in the selfie.")),
            _ => continue,
        };
        let around = document_around(models, frame, &face)?;
        let moments = known.iter().filter_map(|portrait| likeness(portrait, &face).map(|l| own_moment(&l)));
        let moment = moments.map(sound).reduce(f64::min);
        cut_off |= selfie && moment.is_none() && !known.is_empty();
        seen.push(Judged { moment, around, edges: edges_around(frame, &face) });
    }
    let finding = finding(models, &seen, score.map(own_numbers));
    // What the selfie could not be held against may still be known by something else, but clears nobody.
    Ok(match finding.outcome {
        Outcome::Fail | Outcome::Consider => finding,
        _ if cut_off => nothing(Code::FaceCutOff, "Too little of the face is in the selfie to tell."),
        _ => finding,
    })
}

fn nothing(code: Code, detail: &str) -> Finding {
    Finding::not_assessed(Check::SelfieSource, code, detail)
}

fn finding(models: &Models, seen: &[Judged], numbers: Option<f64>) -> Finding {
    let moment = seen.iter().filter_map(|j| j.moment).map(sound).reduce(f64::min);
    let numbers = numbers.map(sound);
    let around = seen.iter().find_map(|j| j.around);
    let edges = seen.iter().any(|j| j.edges);
    if around.is_none() && moment.is_none() && !edges {
        return nothing(
            Code::NothingToCompareWith,
            "there is no portrait of a document to compare the selfie with",
        );
    }
    let around_score = if around.is_some() { 0.0 } else { 1.0 };
    let own = least([moment, numbers, Some(around_score)].into_iter().flatten());
    // A frame on a wall may have edges too, so a person looks before anybody is refused for them.
    let (own, below) = match (reaches(own, THRESHOLD), edges) {
        (true, true) => (DOUBTED, Outcome::Consider),
        _ => (own, Outcome::Fail),
    };
    let mut finding = Finding::scored(Check::SelfieSource, own, THRESHOLD, below);
    finding.parts.insert("no_edges_around".to_owned(), !edges);
    if below == Outcome::Consider {
        finding = finding
            .because(Code::EdgesAround, "The edges of a print or a screen seem to be around the face.");
    }
    let told = [
        (
            "own_moment",
            moment,
            "The face in the selfie is the document's portrait in every detail, as in a copy of it: take a picture of \
             yourself.",
        ),
        (
            "own_numbers",
            numbers,
            "The face is more like the document's portrait than two photographs of one person.",
        ),
        ("no_document_around", Some(around_score), around.map_or("", Around::detail)),
    ];
    for (part, score, detail) in told {
        let Some(score) = score else { continue };
        finding.parts.insert(part.to_owned(), reaches(score, THRESHOLD));
        if !reaches(score, THRESHOLD) {
            finding = finding.because(Code::SelfieIsDocument, detail);
        }
    }
    for task in [Task::FaceDetection, Task::QuickTextDetection] {
        finding.models.extend(models.get(task).ok().map(crate::models::Model::reference));
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(moment: Option<f64>, numbers: Option<f64>, around: Option<Around>) -> Finding {
        finding(&Models::default(), &[Judged { moment, around, edges: false }], numbers)
    }

    #[test]
    fn each_signal_is_enough_and_says_so() {
        let clear = of(Some(0.9), Some(1.0), None);
        assert_eq!((clear.outcome, clear.score, clear.reasons.len()), (Outcome::Clear, Some(0.9), 0));
        for (finding, part) in [
            (of(Some(0.1), Some(1.0), None), "own_moment"),
            (of(Some(1.0), Some(0.2), None), "own_numbers"),
            (of(Some(1.0), Some(1.0), Some(Around::Card)), "no_document_around"),
            (of(None, None, Some(Around::Zone)), "no_document_around"),
        ] {
            assert_eq!(finding.outcome, Outcome::Fail, "{part}");
            assert_eq!(finding.reasons[0].code, Code::SelfieIsDocument);
            let failed: Vec<_> = finding.parts.iter().filter(|(_, ok)| !**ok).map(|(p, _)| p).collect();
            assert_eq!(failed, [part]);
        }
    }

    #[test]
    fn what_is_no_number_speaks_for_nobody() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(of(Some(odd), Some(1.0), None).outcome, Outcome::Fail, "{odd}");
            assert_eq!(of(Some(1.0), Some(odd), None).outcome, Outcome::Fail, "{odd}");
        }
        let score = Score { cosine: f64::NAN, basis: Basis::First };
        assert_eq!(own_numbers(score), 0.0);
        let unmeasured = Likeness { stray: f32::NAN, mouth: f32::NAN, face: f32::NAN };
        assert!(own_moment(&unmeasured) < THRESHOLD);
    }

    #[test]
    fn edges_around_the_face_ask_for_a_look() {
        let of = |moment, edges| {
            finding(&Models::default(), &[Judged { moment: Some(moment), around: None, edges }], Some(1.0))
        };
        let doubted = of(0.9, true);
        assert_eq!((doubted.outcome, doubted.score), (Outcome::Consider, Some(DOUBTED)));
        assert_eq!(doubted.reasons[0].code, Code::EdgesAround);
        assert_eq!(of(0.1, true).outcome, Outcome::Fail);
        assert_eq!(of(0.9, false).outcome, Outcome::Clear);
    }

    #[test]
    fn with_nothing_to_compare_it_is_not_assessed() {
        let finding = of(None, None, None);
        assert_eq!((finding.outcome, finding.score), (Outcome::NotAssessed, None));
        assert_eq!(finding.reasons[0].code, Code::NothingToCompareWith);
        let picture = Picture { rgb: image::RgbImage::new(64, 64) };
        let finding = judge(&Models::default(), &[&picture], &[&picture], None);
        assert_eq!(finding.reasons[0].code, Code::ModelMissing);
        assert_eq!(finding.outcome, Outcome::NotAssessed);
    }

    #[test]
    fn the_worst_frame_counts() {
        let frames =
            [Some(0.9), Some(0.2), Some(1.0)].map(|moment| Judged { moment, around: None, edges: false });
        let finding = finding(&Models::default(), &frames, None);
        assert_eq!((finding.outcome, finding.score), (Outcome::Fail, Some(0.2)));
    }

    #[test]
    fn the_more_alike_the_less_plausible() {
        let of = |stray, mouth| own_moment(&Likeness { stray, mouth, face: 0.9 });
        assert!(of(0.5, 0.999) < 0.01 && of(20.0, 0.1) > 0.99);
        assert!(of(2.0, 0.95) > of(1.0, 0.95) && of(2.0, 0.99) < of(2.0, 0.9));
        assert!(of(0.0, 1.0) < 0.01);
        let numbers = |cosine| own_numbers(Score { cosine, basis: Basis::Fused });
        assert!(numbers(1.0) < 0.01 && numbers(0.95) == 1.0 && numbers(0.995) < THRESHOLD);
    }
}
