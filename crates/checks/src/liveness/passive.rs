//! Does a single picture show a person, or a picture of one?
//!
//! MiniFASNet judges the face with what is around it: edges of a print, the bezel and moiré of a screen.
//! It was measured on very few attacks here (one print and one screen, both found; of 39 portraits printed
//! in identity documents about a third passed) and is not tested to ISO/IEC 30107-3. It is a first filter;
//! the active steps are the defence. Where the network is known to guess (dark, blurred or tiny faces, faces
//! that leave no room for anything else) the finding is `not_assessed` with what to do about it.

use bonafide_core::finding::{Check, Finding, Outcome, Reason};

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

/// Default for `minimum_liveness_tolerance`. See the measurement at [`assess`].
pub const DEFAULT_MIN_SCORE: f64 = 0.45;

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

/// [`Check::PassiveLiveness`] over the frames of one capture, in any number. The score is the mean over the
/// frames that could be assessed, each the network's probability of a real face (mean of the frame's and its
/// mirror image's); `min_score` is `minimum_liveness_tolerance`.
///
/// Measured on 176 frames of two webcam clips of one man and 20 single pictures of five other people:
/// see [`DEFAULT_MIN_SCORE`].
///
/// When no frame could be assessed, the finding is `not_assessed` with the reasons of the first frame.
pub fn assess(models: &Models, frames: &[Picture], min_score: f64) -> Finding {
    match assess_frames(models, frames, min_score) {
        Ok(finding) => finding,
        Err(error) => could_not_run(Check::PassiveLiveness, &error),
    }
}

fn assess_frames(models: &Models, frames: &[Picture], min_score: f64) -> Result<Finding, RunError> {
    let mut scores = vec![];
    let mut reasons = None;
    for frame in frames {
        match assess_frame(models, frame)? {
            Frame::Score(score) => scores.push(score),
            Frame::CannotTell(why) => {
                reasons.get_or_insert(why);
            }
        }
    }
    let mut finding = if scores.is_empty() {
        let mut finding = Finding::new(Check::PassiveLiveness, Outcome::NotAssessed);
        finding.reasons = reasons.unwrap_or_else(|| vec![Reason::new("no_frames", "No picture was taken.")]);
        finding
    } else {
        let score = scores.iter().sum::<f64>() / scores.len() as f64;
        let finding = Finding::scored(Check::PassiveLiveness, score, min_score, Outcome::Fail);
        match finding.outcome {
            Outcome::Clear => finding,
            _ => finding.because(
                "not_live",
                "The picture looks like a photograph, a print or a screen and not like a person.",
            ),
        }
    };
    for task in [Task::FaceDetection, Task::PassiveLiveness] {
        finding.models.push(models.get(task)?.reference());
    }
    Ok(finding)
}

/// What one frame says.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// Probability 0..1 that a live person is in front of the camera.
    Score(f64),
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
    let one = |code: &str, detail: &str| Ok(Frame::CannotTell(vec![Reason::new(code, detail)]));
    let face = match subject::one_face(&faces, width, height) {
        Subject::One(face) => face,
        Subject::None => return one("no_face", quality::NO_FACE),
        Subject::Several => return one("several_faces", quality::SEVERAL_FACES),
    };
    let Some(facts) = quality::facts(frame, &face) else { return one("no_face", quality::NO_FACE) };
    let Some((surroundings, context)) = surroundings(&face, width, height) else {
        return one("no_face", quality::NO_FACE);
    };
    let why = gates(&face, &facts, context, width.min(height));
    if !why.is_empty() {
        return Ok(Frame::CannotTell(why));
    }
    let seen = pixels::thumbnail(&frame.rgb, surroundings, SIDE);
    let mirrored = image::imageops::flip_horizontal(&seen);
    Ok(Frame::Score((run(models, &seen)? + run(models, &mirrored)?) / 2.0))
}

/// Why a face cannot be judged; empty when it can.
fn gates(face: &Face, facts: &quality::Facts, context: f64, shorter_side: u32) -> Vec<Reason> {
    let width = face.bbox[2];
    let mut why: Vec<Reason> = quality::problems(facts)
        .into_iter()
        // Size and darkness have stricter limits here.
        .filter(|(code, _)| !matches!(*code, "face_too_small" | "face_too_dark"))
        .map(|(code, detail)| Reason::new(code, detail))
        .collect();
    if width < MIN_WIDTH || width < MIN_SHARE * shorter_side as f32 {
        why.push(Reason::new("face_too_small", "The face is too small in the picture; come closer."));
    }
    if facts.brightness < MIN_BRIGHTNESS {
        let detail = "The face is too dark; turn towards a window or a lamp.";
        why.push(Reason::new("face_too_dark", detail));
    }
    if context < MIN_CONTEXT {
        let detail = "The face fills the picture; hold the camera farther away.";
        why.push(Reason::new("face_too_close", detail));
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
