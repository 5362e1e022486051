//! Does a single picture show a person, or a picture of one?
//!
//! MiniFASNet judges the face with what is around it: edges of a print, the bezel and moiré of a screen.
//! It was measured on very few attacks (one print and one screen, both found; of 39 portraits printed in
//! identity documents about a third would pass the network, most of them stopped by the gate for small
//! faces) and is not tested to ISO/IEC 30107-3. It is a first filter; the active steps are the defence. Where the
//! network is known to guess (dark, blurred or tiny faces, faces that leave no room for anything else) the finding is
//! `not_assessed` with what to do about it.

use std::borrow::Borrow;

use bonafide_core::finding::{Check, Code, Finding, Outcome, Reason, least, reaches};

use super::cues::{self, Cue};
use crate::{
    face::{
        Face,
        compare::could_not_run,
        detect,
        pixels::{self, Order, Rect},
        quality,
        subject::{self, Subject},
    },
    image::Picture,
    models::{Models, RunError, Task},
};

/// Default for `passive_liveness_tolerance`: it rejects 2 % of live frames (BPCER, 4 of 195).
///
/// Measured on every twelfth frame of two webcam clips of one man (176) and on 19 pictures of five other
/// people that pass the gates. The frames of one clip resemble each other, so the 2 % say little about other
/// people and cameras. The two attacks measured, a print and a tablet screen, scored 0.003 and 0.03: no
/// error rate for attacks (APCER) follows from two.
pub const DEFAULT_MIN_SCORE: f64 = 0.43;

/// Side of the network's input in pixels.
const SIDE: u32 = 80;
/// How much more than the face the network sees: the scale it was trained with.
const CONTEXT: f64 = 2.7;
/// The face with what is around it must be at least this many times the face; below, the face fills the
/// picture and there is nothing to see of a print or a screen.
const MIN_CONTEXT: f64 = 1.2;
/// Least width of a face in pixels.
const MIN_WIDTH: f32 = 60.0;
/// Least width of a face as a share of the picture's shorter side. People hold the camera closer than this;
/// portraits on documents are usually smaller.
const MIN_SHARE: f32 = 0.16;
/// Least mean brightness of the face: in dark pictures the network's answers turn round.
const MIN_BRIGHTNESS: f32 = 60.0;
/// Least [`quality::Facts::sharpness`]. Live pictures blurred below it score like attacks (0.02 to 0.2),
/// above 0.03 like themselves; the softest webcam frame measured has 0.06.
const MIN_SHARPNESS: f32 = 0.03;

/// [`Check::PassiveLiveness`] over the frames of one capture, in any number. The score is the mean over the
/// frames that could be assessed, but not more than the first one's, which is the selfie; each the network's
/// probability of a real face (mean of the frame's and its mirror image's), less what the [`cues`] of a screen take
/// from it; `min_score` is `passive_liveness_tolerance`.
///
/// When the first frame could not be assessed, the finding is `not_assessed` with its reasons.
pub fn assess<P: Borrow<Picture>>(models: &Models, frames: &[P], min_score: f64) -> Finding {
    match assess_frames(models, frames, min_score) {
        Ok(finding) => finding,
        Err(error) => could_not_run(Check::PassiveLiveness, &error),
    }
}

fn assess_frames<P: Borrow<Picture>>(
    models: &Models,
    frames: &[P],
    min_score: f64,
) -> Result<Finding, RunError> {
    let (mut scores, mut cues) = (vec![], vec![]);
    let mut reasons = None;
    for (i, frame) in frames.iter().enumerate() {
        match assess_frame(models, frame.borrow())? {
            Frame::Judged(judged) => {
                scores.push(judged.score);
                cues.extend(judged.cues);
            }
            Frame::CannotTell(why) => {
                reasons.get_or_insert(why);
                // The first frame is the selfie: others cannot vouch for it.
                if i == 0 {
                    break;
                }
            }
        }
    }
    let mut finding = if scores.is_empty() {
        let mut finding = Finding::new(Check::PassiveLiveness, Outcome::NotAssessed);
        finding.reasons =
            reasons.unwrap_or_else(|| vec![Reason::new(Code::NoFrames, "No picture was taken.")]);
        finding
    } else {
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let score = least(scores.first().copied().into_iter().chain([mean]));
        let finding = Finding::scored(Check::PassiveLiveness, score, min_score, Outcome::Fail);
        match finding.outcome {
            Outcome::Clear => finding,
            _ => finding.because(
                Code::NotLive,
                "The picture looks like a photograph, a print or a screen and not like a person.",
            ),
        }
    };
    for code in [Code::ScreenRaster, Code::ScreenBezel] {
        let seen: Vec<&Cue> = cues.iter().filter(|c| c.code == code).collect();
        // What shows in most frames is worth a word, whatever the outcome.
        if let Some(cue) = seen.first().filter(|_| 2 * seen.len() > scores.len()) {
            finding.reasons.push(Reason::new(code, cue.detail));
        }
    }
    for task in [Task::FaceDetection, Task::PassiveLiveness] {
        finding.models.push(models.get(task)?.reference());
    }
    Ok(finding)
}

/// What a frame that can be judged shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// 0..1, higher for a live person: the network's probability, less what the cues take from it.
    pub score: f64,
    /// What the network alone says, 0..1.
    pub network: f64,
    pub cues: Vec<Cue>,
}

/// What one frame says.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// It was judged.
    Judged(Judged),
    /// The picture is not one the network can judge, and why.
    CannotTell(Vec<Reason>),
}

/// Judges one frame.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn assess_frame(models: &Models, frame: &Picture) -> Result<Frame, RunError> {
    let faces = detect::detect(models, frame)?;
    let (width, height) = frame.rgb.dimensions();
    let one = |code, detail: &str| Ok(Frame::CannotTell(vec![Reason::new(code, detail)]));
    let face = match subject::one_face(&faces, width, height) {
        Subject::One(face) => face,
        Subject::None => return one(Code::NoFace, quality::NO_FACE),
        Subject::Several => return one(Code::SeveralFaces, quality::SEVERAL_FACES),
    };
    let Some(facts) = quality::facts(frame, &face) else { return one(Code::NoFace, quality::NO_FACE) };
    let Some((surroundings, context)) = surroundings(&face, width, height) else {
        return one(Code::NoFace, quality::NO_FACE);
    };
    let why = gates(&face, &facts, context, width.min(height));
    if !why.is_empty() {
        return Ok(Frame::CannotTell(why));
    }
    let seen = pixels::thumbnail(&frame.rgb, surroundings, SIDE);
    let mirrored = image::imageops::flip_horizontal(&seen);
    let network = (run(models, &seen)? + run(models, &mirrored)?) / 2.0;
    let cues = cues::cues(&frame.rgb, &face);
    let score = network * cues.iter().map(|c| 1.0 - c.strength).product::<f64>();
    Ok(Frame::Judged(Judged { score, network, cues }))
}

/// Why a face cannot be judged; empty when it can.
fn gates(face: &Face, facts: &quality::Facts, context: f64, shorter_side: u32) -> Vec<Reason> {
    let width = face.bbox[2];
    let mut why: Vec<Reason> = quality::problems(facts)
        .into_iter()
        // These have stricter limits here.
        .filter(|(code, _)| !matches!(code, Code::FaceTooSmall | Code::FaceTooDark | Code::FaceBlurry))
        .map(|(code, detail)| Reason::new(code, detail))
        .collect();
    if !reaches(width, MIN_WIDTH) || !reaches(width, MIN_SHARE * shorter_side as f32) {
        why.push(Reason::new(Code::FaceTooSmall, "The face is too small in the picture; come closer."));
    }
    if !reaches(facts.sharpness, MIN_SHARPNESS) {
        let detail = "The face is blurred; hold the camera still and clean its lens.";
        why.push(Reason::new(Code::FaceBlurry, detail));
    }
    if !reaches(facts.brightness, MIN_BRIGHTNESS) {
        let detail = "The face is too dark; turn towards a window or a lamp.";
        why.push(Reason::new(Code::FaceTooDark, detail));
    }
    if !reaches(context, MIN_CONTEXT) {
        let detail = "The face fills the picture; hold the camera farther away.";
        why.push(Reason::new(Code::FaceTooClose, detail));
    }
    why
}

/// The face with what is around it, kept inside the picture: scaled down when it does not fit, then moved.
/// Also the scale that was possible. `None` when the box is empty or not finite.
fn surroundings(face: &Face, width: u32, height: u32) -> Option<(Rect, f64)> {
    let (max_w, max_h) = (f64::from(width), f64::from(height));
    let [x, y, w, h] = face.bbox.map(f64::from);
    if !(w > 0.0 && h > 0.0 && x.is_finite() && y.is_finite() && max_w > 0.0 && max_h > 0.0) {
        return None;
    }
    let scale = CONTEXT.min(max_w / w).min(max_h / h);
    let (sw, sh) = ((w * scale).min(max_w), (h * scale).min(max_h));
    let left = (x + w / 2.0 - sw / 2.0).min(max_w - sw).max(0.0);
    let top = (y + h / 2.0 - sh / 2.0).min(max_h - sh).max(0.0);
    Some(([left, top, sw, sh], scale))
}

/// MiniFASNet takes BGR 0..255 and gives three numbers: screen or print, real, the other of the two.
fn run(models: &Models, seen: &image::RgbImage) -> Result<f64, RunError> {
    let model = models.get(Task::PassiveLiveness)?;
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let input = model.inputs().first().ok_or_else(|| failed("no input"))?;
    let out = model.run(&[(input, pixels::tensor(seen, Order::Bgr))])?;
    let out = out.into_values().next().ok_or_else(|| failed("no output"))?;
    let &[a, real, b] = out.data.as_slice() else {
        return Err(failed("the output is not three numbers"));
    };
    softmax(real, [a, b]).ok_or_else(|| failed("the output is not finite"))
}

fn softmax(one: f32, others: [f32; 2]) -> Option<f64> {
    // 1 / (1 + Σ e^(other − one)): too large a difference becomes 0, not NaN.
    let p = 1.0 / (1.0 + others.iter().map(|o| (f64::from(*o) - f64::from(one)).exp()).sum::<f64>());
    p.is_finite().then_some(p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(bbox: [f32; 4]) -> Face {
        Face { bbox, landmarks: [[0.0; 2]; 5], score: 0.9 }
    }

    fn good() -> quality::Facts {
        quality::Facts {
            eye_distance: 80.0,
            sharpness: 0.2,
            brightness: 120.0,
            inside: 1.0,
            eyes_detail: 1.0,
            mouth_detail: 1.0,
            ..quality::Facts::default()
        }
    }

    fn codes(face: &Face, facts: &quality::Facts, context: f64) -> Vec<Code> {
        gates(face, facts, context, 480).into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn each_gate_closes_alone_and_says_why() {
        let usual = face([200.0, 100.0, 180.0, 240.0]);
        assert!(codes(&usual, &good(), 2.0).is_empty());
        assert_eq!(codes(&usual, &good(), 1.1), [Code::FaceTooClose]);
        assert_eq!(codes(&face([0.0, 0.0, 70.0, 90.0]), &good(), 2.7), [Code::FaceTooSmall]);
        let worse = |change: fn(&mut quality::Facts)| {
            let mut facts = good();
            change(&mut facts);
            codes(&usual, &facts, 2.0)
        };
        assert_eq!(worse(|f| f.brightness = 50.0), [Code::FaceTooDark]);
        assert_eq!(worse(|f| f.burnt = 0.5), [Code::FaceTooBright]);
        assert_eq!(worse(|f| f.sharpness = 0.02), [Code::FaceBlurry]);
        assert_eq!(worse(|f| f.inside = 0.5), [Code::FaceCutOff]);
        assert_eq!(worse(|f| f.eyes_detail = 0.0), [Code::FaceCovered]);
        // What could not be measured opens no gate.
        assert_eq!(worse(|f| f.brightness = f32::NAN), [Code::FaceTooBright, Code::FaceTooDark]);
        assert_eq!(worse(|f| f.sharpness = f32::NAN), [Code::FaceBlurry]);
        assert_eq!(worse(|f| f.mouth_detail = f32::NAN), [Code::FaceCovered]);
        assert_eq!(codes(&usual, &good(), f64::NAN), [Code::FaceTooClose]);
        assert_eq!(codes(&face([0.0, 0.0, f32::NAN, 90.0]), &good(), 2.7), [Code::FaceTooSmall]);
    }

    #[test]
    fn surroundings_stay_inside_the_picture() {
        for bbox in [
            [250.0, 150.0, 100.0, 120.0],
            [-20.0, -10.0, 100.0, 120.0],
            [560.0, 400.0, 100.0, 120.0],
            [0.0, 0.0, 640.0, 480.0],
            [-100.0, -100.0, 900.0, 900.0],
        ] {
            let ([x, y, w, h], scale) = surroundings(&face(bbox), 640, 480).unwrap();
            assert!(x >= 0.0 && y >= 0.0 && x + w <= 640.0 + 1e-9 && y + h <= 480.0 + 1e-9, "{bbox:?}");
            assert!(scale <= CONTEXT);
        }
        let ([x, y, w, h], scale) = surroundings(&face([270.0, 190.0, 100.0, 100.0]), 640, 480).unwrap();
        assert_eq!((scale, w, h), (2.7, 270.0, 270.0));
        assert!((x - 185.0).abs() < 1e-6 && (y - 105.0).abs() < 1e-6);
        assert!(surroundings(&face([0.0, 0.0, 0.0, 10.0]), 640, 480).is_none());
        assert!(surroundings(&face([f32::NAN, 0.0, 10.0, 10.0]), 640, 480).is_none());
    }

    #[test]
    fn probabilities_from_any_numbers() {
        assert!((softmax(0.0, [0.0, 0.0]).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(softmax(-1e30, [1e30, 0.0]), Some(0.0));
        assert_eq!(softmax(1e30, [-1e30, 0.0]), Some(1.0));
        assert_eq!(softmax(f32::NAN, [0.0, 0.0]), None);
    }

    #[test]
    fn without_a_network_or_a_frame_nothing_is_assessed() {
        let finding = assess::<Picture>(&Models::default(), &[], DEFAULT_MIN_SCORE);
        assert_eq!(finding.outcome, Outcome::NotAssessed);
        let frame = Picture { rgb: image::RgbImage::new(64, 64) };
        let finding = assess(&Models::default(), &[frame], DEFAULT_MIN_SCORE);
        assert_eq!((finding.outcome, &finding.reasons[0].code), (Outcome::NotAssessed, &Code::ModelMissing));
        assert_eq!(finding.score, None);
    }
}
