//! Is the person in the selfie the person in the portrait?
//!
//! The networks answer with a score, which is mapped to a [calibrated similarity](super::calibration) 0..1 that counts
//! decades of the false match rate. Its complement, 1 − similarity, is the calibrated distance that the settings
//! `portrait_match_tolerance` and `known_face_match_tolerance` limit.

use bonafide_core::finding::{Check, Code, Finding, Outcome};

use super::{
    calibration::Calibration,
    detect,
    embed::{self, Basis, Embedding},
    found::Face,
    networks, quality,
    subject::{self, Subject},
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task},
};

/// Default for `portrait_match_tolerance`: the largest calibrated distance between selfie and
/// document portrait that still matches. It lies at an FMR of 1e-4.
pub const DEFAULT_ONBOARDING_DISTANCE: f64 = 0.5;

/// Default for `known_face_match_tolerance`: selfie against stored template, both taken by the
/// person's own camera and so more alike. It lies at an FMR of 1e-5.
pub const DEFAULT_VERIFIED_ACCOUNT_DISTANCE: f64 = 0.4;

/// What comparing two pictures gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceMatch {
    /// [`Check::FaceQuality`] of the selfie, when a face was looked for, and [`Check::FaceMatch`].
    pub findings: Vec<Finding>,
    /// Calibrated similarity 0..1 (see the module).
    pub similarity: Option<f64>,
    /// What the networks themselves said, −1..1.
    pub cosine: Option<f64>,
    /// Which networks said it.
    pub basis: Option<Basis>,
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
                Code::PortraitNoFace,
                "No face was found in the portrait on the document; take a sharper picture of the document.",
            )));
        };
        Ok(embed::embed(models, portrait, &face)?.ok_or_else(|| {
            not_assessed(Code::PortraitNoFace, "The portrait on the document could not be measured.")
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
    let subject = subject::person(models, selfie, &faces)?;
    result.findings.push(quality::finding(selfie, &subject).by(detector.clone()));
    let face: Face = match subject {
        Subject::One(face) => face,
        Subject::None => return Ok(not_assessed(Code::NoFace, quality::NO_FACE)),
        Subject::Several => return Ok(not_assessed(Code::SeveralFaces, quality::SEVERAL_FACES)),
    };
    let Some(selfie) = embed::embed(models, selfie, &face)? else {
        return Ok(not_assessed(Code::NoFace, quality::NO_FACE));
    };
    result.embedding = Some(selfie.clone());
    let known = match known()? {
        Ok(known) => known,
        Err(finding) => return Ok(finding),
    };
    let Some(score) = known.compare(&selfie) else {
        return Ok(not_assessed(
            Code::TemplateOfOtherNetwork,
            "The stored face was measured with another network; take it again to compare with it.",
        ));
    };
    result.cosine = Some(score.cosine);
    result.basis = Some(score.basis);
    let Some(calibration) = networks::calibration(models, score.basis) else {
        // Nor can it be searched for among others.
        result.embedding = None;
        return Ok(not_assessed(
            Code::NotCalibrated,
            "The face network has no calibration, so its scores mean nothing yet: run `bonafide eval faces DIR \
             --calibrate FILE` and name the file in `bonafide models use`.",
        ));
    };
    let similarity = calibration.similarity(score.cosine);
    result.similarity = Some(similarity);
    let finding =
        Finding::scored(Check::FaceMatch, similarity, 1.0 - max_distance.clamp(0.0, 1.0), Outcome::Fail);
    let finding = match finding.outcome {
        Outcome::Clear => finding,
        _ => finding.because(
            Code::FaceMismatch,
            "The face in the selfie is not similar enough to the one it was compared with.",
        ),
    };
    let finding = finding.by(detector).by(models.get(Task::FaceEmbedding)?.reference());
    let second = networks::second(models).filter(|_| score.basis == Basis::Fused);
    Ok(match second {
        Some(second) => finding.by(second.reference()),
        None => finding,
    })
}

/// What scores of the installed networks mean, looked up once for many comparisons.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Calibrations {
    first: Option<Calibration>,
    fused: Option<Calibration>,
}

impl Calibrations {
    /// Those of these networks.
    pub fn of(models: &Models) -> Self {
        let of = |basis| networks::calibration(models, basis);
        Self { first: of(Basis::First), fused: of(Basis::Fused) }
    }

    /// The calibrated similarity 0..1 of two templates; `None` when they were made by different networks, or these
    /// have no calibration.
    pub fn similarity(&self, a: &Embedding, b: &Embedding) -> Option<f64> {
        let score = a.compare(b)?;
        let map = match score.basis {
            Basis::First => self.first.as_ref(),
            Basis::Fused => self.fused.as_ref(),
        };
        Some(map?.similarity(score.cosine))
    }
}

fn not_assessed(code: Code, detail: &str) -> Finding {
    Finding::not_assessed(Check::FaceMatch, code, detail)
}

/// The finding of a check whose network is missing or failed.
pub(crate) fn could_not_run(check: Check, error: &RunError) -> Finding {
    let code = match error {
        RunError::Unavailable(_) => Code::ModelMissing,
        RunError::Failed { .. } => Code::ModelFailed,
    };
    Finding::not_assessed(check, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::calibration::threshold_for_fmr;

    #[test]
    fn default_distances_lie_at_their_rates() {
        assert!((1.0 - DEFAULT_ONBOARDING_DISTANCE - threshold_for_fmr(1e-4)).abs() < 1e-9);
        assert!((1.0 - DEFAULT_VERIFIED_ACCOUNT_DISTANCE - threshold_for_fmr(1e-5)).abs() < 1e-9);
    }

    #[test]
    fn without_a_network_the_match_is_not_assessed() {
        let picture = Picture { rgb: image::RgbImage::new(64, 64) };
        let result = match_faces(&Models::default(), &picture, &picture, DEFAULT_ONBOARDING_DISTANCE);
        let finding = result.findings.last().unwrap();
        assert_eq!((finding.check, finding.outcome), (Check::FaceMatch, Outcome::NotAssessed));
        assert_eq!(finding.reasons[0].code, Code::ModelMissing);
        assert_eq!((result.similarity, result.embedding), (None, None));
    }
}
