//! Is the person in the selfie the person in the portrait?
//!
//! The network answers with a cosine, whose scale means nothing by itself. It is mapped to a **calibrated
//! similarity** 0..1 that counts orders of magnitude of the false match rate (FMR, ISO/IEC 19795-1): one
//! comparison of two different people in 10ⁿ reaches a similarity of (n + 1) / 10. So 0.3 is reached by one
//! stranger in 100, 0.5 by one in 10 000. Its complement, 1 − similarity, is the calibrated distance that
//! the settings `…_face_encoding_tolerance` limit.

use bonafide_core::finding::{Check, Finding, Outcome};

use super::{
    Face, detect,
    embed::{self, Embedding},
    quality,
    subject::{self, Subject},
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task},
};

/// Default for `onboarding_face_encoding_tolerance`: the largest calibrated distance between selfie and
/// document portrait that still matches. It lies at an FMR of 1e-4.
pub const DEFAULT_ONBOARDING_DISTANCE: f64 = 0.5;

/// Default for `verified_account_face_encoding_tolerance`: selfie against stored template, both taken by the
/// person's own camera and so more alike. It lies at an FMR of 1e-5.
pub const DEFAULT_VERIFIED_ACCOUNT_DISTANCE: f64 = 0.4;

/// Points of the map cosine → similarity; between them it is a straight line.
///
/// Measured with SFace on all 123 371 pairs of different people among 498 pictures of Labeled Faces in the
/// Wild. FMR 1 to 1e-4 are quantiles of these (at 1e-4 the twelfth highest). **1e-5 and 1e-6 are
/// extrapolated** by the slope of log FMR between 1e-3 and 1e-4 (0.05 per decade), rounded up; the highest
/// pair of strangers had 0.52. Pairs of one sex, age group and origin match falsely more often than
/// these mixed ones, and document portraits were not among them.
const MAP: [(f64, f64); 9] = [
    (-1.0, 0.0),
    (0.097, 0.13),
    (0.210, 0.2),
    (0.304, 0.3),
    (0.373, 0.4),
    (0.422, 0.5),
    (0.480, 0.6),
    (0.540, 0.7),
    (1.0, 1.0),
];

/// The calibrated similarity 0..1 of a cosine −1..1; rises strictly.
pub fn similarity(cosine: f64) -> f64 {
    interpolate(MAP.iter().copied(), cosine)
}

/// The cosine −1..1 that has this calibrated similarity 0..1.
pub fn cosine_of(similarity: f64) -> f64 {
    interpolate(MAP.iter().map(|(c, s)| (*s, *c)), similarity)
}

/// The calibrated similarity that strangers reach at this rate. Meant for 1e-1 to 1e-6, of which 1e-5 and
/// 1e-6 are extrapolated; rates outside are taken as the nearest of these.
pub fn threshold_for_fmr(fmr: f64) -> f64 {
    let decades = -fmr.clamp(1e-6, 1e-1).log10();
    (decades + 1.0) / 10.0
}

fn interpolate(points: impl Iterator<Item = (f64, f64)>, x: f64) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for (x1, y1) in points {
        if x <= x1 {
            return before.map_or(y1, |(x0, y0)| y0 + (y1 - y0) * (x - x0) / (x1 - x0));
        }
        before = Some((x1, y1));
    }
    // Also for what is not a number: no similarity rather than full.
    before.filter(|_| !x.is_nan()).map_or(0.0, |(_, y)| y)
}

/// What comparing two pictures gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceMatch {
    /// [`Check::FaceQuality`] of the selfie, when a face was looked for, and [`Check::FaceMatch`].
    pub findings: Vec<Finding>,
    /// Calibrated similarity 0..1 (see the module).
    pub similarity: Option<f64>,
    /// What the network itself said, −1..1.
    pub cosine: Option<f64>,
    /// The selfie's template, for the verified account and the search for the same face. Biometric data.
    pub embedding: Option<Embedding>,
}

/// Compares a document portrait (a crop, or a picture of the whole document: the largest face counts) with a
/// selfie. `max_distance` is the largest calibrated distance 0..1 that still matches.
///
/// Without a usable network, a face in each picture, or one person in the selfie, the match is
/// `not_assessed` and says why.
pub fn match_faces(models: &Models, portrait: &Picture, selfie: &Picture, max_distance: f64) -> FaceMatch {
    with_selfie(models, selfie, max_distance, || {
        let faces = detect::detect(models, portrait)?;
        let Some(face) = subject::largest(&faces) else {
            return Ok(Err(not_assessed(
                "portrait_no_face",
                "No face was found in the portrait on the document; take a sharper picture of the document.",
            )));
        };
        Ok(embed::embed(models, portrait, &face)?.ok_or_else(|| {
            not_assessed("portrait_no_face", "The portrait on the document could not be measured.")
        }))
    })
}

/// Compares a stored template with a new selfie. Otherwise as [`match_faces`].
pub fn match_template(models: &Models, known: &Embedding, selfie: &Picture, max_distance: f64) -> FaceMatch {
    with_selfie(models, selfie, max_distance, || Ok(Ok(known.clone())))
}

fn with_selfie(
    models: &Models,
    selfie: &Picture,
    max_distance: f64,
    known: impl FnOnce() -> Result<Result<Embedding, Finding>, RunError>,
) -> FaceMatch {
    let mut result = FaceMatch::default();
    let matched = match compare(models, selfie, max_distance, known, &mut result) {
        Ok(finding) => finding,
        Err(error) => could_not_run(Check::FaceMatch, &error),
    };
    result.findings.push(matched);
    result
}

fn compare(
    models: &Models,
    selfie: &Picture,
    max_distance: f64,
    known: impl FnOnce() -> Result<Result<Embedding, Finding>, RunError>,
    result: &mut FaceMatch,
) -> Result<Finding, RunError> {
    let faces = detect::detect(models, selfie)?;
    let detector = models.get(Task::FaceDetection)?.reference();
    let (width, height) = selfie.rgb.dimensions();
    let subject = subject::one_face(&faces, width, height);
    result.findings.push(quality::finding(selfie, &subject).by(detector.clone()));
    let face: Face = match subject {
        Subject::One(face) => face,
        Subject::None => return Ok(not_assessed("no_face", quality::NO_FACE)),
        Subject::Several => return Ok(not_assessed("several_faces", quality::SEVERAL_FACES)),
    };
    let Some(selfie) = embed::embed(models, selfie, &face)? else {
        return Ok(not_assessed("no_face", quality::NO_FACE));
    };
    result.embedding = Some(selfie.clone());
    let known = match known()? {
        Ok(known) => known,
        Err(finding) => return Ok(finding),
    };
    let cosine = known.cosine(&selfie);
    let similarity = similarity(cosine);
    result.cosine = Some(cosine);
    result.similarity = Some(similarity);
    let finding =
        Finding::scored(Check::FaceMatch, similarity, 1.0 - max_distance.clamp(0.0, 1.0), Outcome::Fail);
    let finding = match finding.outcome {
        Outcome::Clear => finding,
        _ => finding.because(
            "face_mismatch",
            "The face in the selfie is not similar enough to the one it was compared with.",
        ),
    };
    Ok(finding.by(detector).by(models.get(Task::FaceEmbedding)?.reference()))
}

fn not_assessed(code: &str, detail: &str) -> Finding {
    Finding::not_assessed(Check::FaceMatch, code, detail)
}

/// The finding of a check whose network is missing or failed.
pub(crate) fn could_not_run(check: Check, error: &RunError) -> Finding {
    let code = match error {
        RunError::Unavailable(_) => "model_missing",
        RunError::Failed { .. } => "model_failed",
    };
    Finding::not_assessed(check, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_rises_and_goes_back() {
        let steps = (-100..=100).map(|c| f64::from(c) / 100.0);
        let values: Vec<f64> = steps.clone().map(similarity).collect();
        assert!(values.windows(2).all(|w| w[0] < w[1]));
        assert!(values.iter().all(|v| (0.0..=1.0).contains(v)));
        for c in steps {
            assert!((cosine_of(similarity(c)) - c).abs() < 1e-9, "{c}");
        }
        assert_eq!((similarity(-2.0), similarity(2.0), similarity(f64::NAN)), (0.0, 1.0, 0.0));
    }

    #[test]
    fn a_tenth_of_similarity_is_a_decade_of_false_matches() {
        for (fmr, cosine) in [(1e-1, 0.210), (1e-2, 0.304), (1e-3, 0.373), (1e-4, 0.422), (1e-6, 0.540)] {
            assert!((similarity(cosine) - threshold_for_fmr(fmr)).abs() < 1e-9, "{fmr}");
        }
        assert_eq!(threshold_for_fmr(0.0), threshold_for_fmr(1e-6));
        assert!((1.0 - DEFAULT_ONBOARDING_DISTANCE - threshold_for_fmr(1e-4)).abs() < 1e-9);
        assert!((1.0 - DEFAULT_VERIFIED_ACCOUNT_DISTANCE - threshold_for_fmr(1e-5)).abs() < 1e-9);
    }

    #[test]
    fn without_a_network_the_match_is_not_assessed() {
        let picture = Picture { rgb: image::RgbImage::new(64, 64) };
        let result = match_faces(&Models::default(), &picture, &picture, DEFAULT_ONBOARDING_DISTANCE);
        let finding = result.findings.last().unwrap();
        assert_eq!((finding.check, finding.outcome), (Check::FaceMatch, Outcome::NotAssessed));
        assert_eq!(finding.reasons[0].code, "model_missing");
        assert_eq!((result.similarity, result.embedding), (None, None));
    }
}
