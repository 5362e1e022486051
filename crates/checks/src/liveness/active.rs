//! Did a living head make the movements that were asked for, in the order that was asked?
//!
//! [`look`] measures one frame with the networks; [`judge`] is arithmetic on what was measured, so every rule
//! can be tested without a picture. What is refused:
//! - a step whose frames do not show its movement, or that show another step's;
//! - a turn without the parallax of a head (a tilted, bent or warped picture), a face that never changes;
//! - another face than the first frame's, and one frame given for two steps;
//! - frames that are late or not in the order of time.
//!
//! All amplitudes are relative to the person's own face in the first frame, which must look straight ahead. It
//! was measured on simulated attacks, not by a laboratory to ISO/IEC 30107-3; rendered or swapped faces (deep
//! fakes) that move like a head are not something it can tell.

use bonafide_core::{
    finding::{Check, Code, Finding, Outcome, Reason, reaches},
    liveness::Step,
};

pub use super::seen::Seen;
use super::{geometry::Change, replay};
use crate::{
    face::{
        attributes,
        compare::{Calibrations, could_not_run},
        detect,
        embed::{self, Embedding},
        mesh, quality,
        subject::{self, Subject},
    },
    image::Picture,
    models::{Models, RunError, Task},
};

/// How far a head is asked to turn, in degrees; `direction_tolerance` is the share of it that is enough.
pub const ASKED_TURN: f32 = 30.0;
/// The same for looking up.
pub const ASKED_UP: f32 = 20.0;
/// Least parallax per degree of a turn: a head has 0.014 to 0.021 (webcam and studio, 42 frames of two people).
const PARALLAX_PER_DEGREE: f32 = 0.007;
/// How far the proportions of a face may change in a turn. Heads stay within 0.05 (0.07 looking up); stills
/// tilted until the mesh takes them for turned by 10° and more reach 0.05 to 0.2.
const PROPORTION: f32 = 0.10;
/// Mean openness of the eyes, over the neutral one, below which they are shut. Blinks at a webcam go down to
/// 0.2; stills that are warped stay above 0.63.
const SHUT: f32 = 0.55;
/// Least gap of the lips in eye distances: "ah" has 0.2 to 0.25, stills that are warped up to 0.04.
const OPEN: f32 = 0.10;
/// How much nearer a face must come.
const CLOSER: f32 = 1.25;
/// Greatest [`Change::misfit`] of a movement of the face alone: when more moves, the head was turned away.
const FACE_ONLY: f32 = 0.09;
/// How far from straight the first frame may be, in degrees. Cameras stand below and above faces, seldom beside.
const STRAIGHT_YAW: f32 = 20.0;
const STRAIGHT_PITCH: f32 = 30.0;
/// Beyond this turn a face is compared with less strictness: [`SAME_FACE_TURNED`].
const TURNED: f32 = 22.0;
/// Least calibrated similarity (see [`crate::face::calibration`]) of every frame with the first: a false match rate of 1e-4.
const SAME_FACE: f64 = 0.5;
/// The same for turned faces: a false match rate of 1e-2.
const SAME_FACE_TURNED: f64 = 0.3;

/// What [`look`] found.
#[derive(Debug, Clone)]
pub enum Look {
    Seen(Box<Seen>),
    /// No face to measure, and why.
    CannotTell(Reason),
}

/// One frame of a capture.
#[derive(Debug, Clone)]
pub struct Frame {
    pub look: Look,
    /// Index of the step it answers; none for the straight look before the first step.
    pub step: Option<usize>,
    /// When it was taken, milliseconds after the challenge was given, if the client says so.
    pub at_ms: Option<i64>,
}

/// What decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// How far the head must follow, as a share of the asked angle.
    pub direction_tolerance: f64,
    /// Smallest probability that a smile is one.
    pub expression_tolerance: f64,
    /// Latest capture time in milliseconds.
    pub max_ms: i64,
}

/// Measures one frame.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn look(models: &Models, picture: &Picture) -> Result<Look, RunError> {
    let cannot = |code, why: &str| Ok(Look::CannotTell(Reason::new(code, why)));
    let mut faces = detect::detect_frame(models, picture)?;
    if faces.is_empty() {
        faces = detect::detect(models, picture)?;
    }
    let (width, height) = picture.rgb.dimensions();
    let face = match subject::one_face(&faces, width, height) {
        Subject::One(face) => face,
        Subject::None => return cannot(Code::NoFace, quality::NO_FACE),
        Subject::Several => return cannot(Code::SeveralFaces, quality::SEVERAL_FACES),
    };
    if !reaches(face.eye_distance(), quality::MIN_EYE_DISTANCE) {
        return cannot(Code::FaceTooSmall, "The face is too small in the picture; come closer.");
    }
    let Some(mesh) = mesh::mesh(models, picture, &face)? else {
        return cannot(Code::NoFace, quality::NO_FACE);
    };
    let Some(embedding) = embed::embed(models, picture, &face)? else {
        return cannot(Code::NoFace, quality::NO_FACE);
    };
    let eyes = mesh::eyes(models, picture, &mesh)?;
    let pose = attributes::pose(&mesh);
    Ok(Look::Seen(Box::new(Seen { mesh, eyes, pose, embedding, pixels: replay::hash(picture) })))
}

/// How alike two faces are: the calibrated similarity 0..1, or nothing where the networks have no calibration.
pub type Similarity<'a> = &'a dyn Fn(&Embedding, &Embedding) -> Option<f64>;

/// [`judge`], naming the networks that measured; `not_assessed` with the reason when one of them is missing.
pub fn assess(
    models: &Models,
    steps: &[Step],
    frames: impl IntoIterator<Item = (Picture, Option<usize>, Option<i64>)>,
    limits: &Limits,
) -> Finding {
    let mut seen = vec![];
    for (picture, step, at_ms) in frames {
        match look(models, &picture) {
            Ok(look) => seen.push(Frame { look, step, at_ms }),
            Err(error) => return could_not_look(&error),
        }
    }
    let calibrations = Calibrations::of(models);
    named(models, judge(steps, &seen, limits, &|a, b| calibrations.similarity(a, b)))
}

/// The finding when [`look`] failed.
pub fn could_not_look(error: &RunError) -> Finding {
    could_not_run(Check::ActiveLiveness, error)
}

/// Adds the networks that [`look`] runs.
pub fn named(models: &Models, mut finding: Finding) -> Finding {
    for task in [Task::FaceDetection, Task::FaceMesh, Task::EyeContour, Task::FaceEmbedding] {
        finding.models.extend(models.get(task).ok().map(|m| m.reference()));
    }
    finding
}

/// [`Check::ActiveLiveness`] of one capture. The score is the share of the steps that were shown.
///
/// `fail` with reasons of an attack (`face_changed`, `repeated_frame`, `flat_motion`, `still_picture`,
/// `wrong_movement`, `wrong_order`, `frames_out_of_order`) or, when there is none, with what to do again (`movement_not_shown`,
/// `face_not_turned`, `challenge_timeout`). `not_assessed` when no straight face is there to compare with.
pub fn judge(steps: &[Step], frames: &[Frame], limits: &Limits, similarity: Similarity<'_>) -> Finding {
    let not_assessed = |reason: Reason| {
        let mut finding = Finding::new(Check::ActiveLiveness, Outcome::NotAssessed);
        finding.reasons.push(reason);
        finding
    };
    if steps.is_empty() {
        return not_assessed(Reason::new(Code::NotAsked, "no movements were asked for in this capture"));
    }
    let neutral = match frames.first().map(|f| &f.look) {
        Some(Look::Seen(seen)) => seen,
        Some(Look::CannotTell(reason)) => return not_assessed(reason.clone()),
        None => return not_assessed(Reason::new(Code::NoFrames, "No picture was taken.")),
    };
    if !reaches(STRAIGHT_YAW, neutral.pose.yaw.abs()) || !reaches(STRAIGHT_PITCH, neutral.pose.pitch.abs()) {
        return not_assessed(Reason::new(
            Code::NotStraight,
            "The first picture has to look straight into the camera.",
        ));
    }

    let mut attacks = in_order(frames);
    let mut again = vec![];
    if frames.iter().filter_map(|f| f.at_ms).any(|t| t > limits.max_ms) {
        again.push(Reason::new(Code::ChallengeTimeout, "The movements took too long; start again."));
    }
    let moves: Vec<Moved<'_>> = frames.iter().filter_map(|f| Moved::of(neutral, f)).collect();
    match same_face(neutral, &moves, similarity) {
        Some(true) => {}
        Some(false) => attacks
            .push(Reason::new(Code::FaceChanged, "The pictures do not all show the face of the first one.")),
        None => {
            return not_assessed(Reason::new(Code::NotComparable, "the face networks have no calibration"));
        }
    }
    attacks.extend(repeated(&moves));
    let peaks: Vec<Option<usize>> = steps
        .iter()
        .enumerate()
        .map(|(index, step)| of_step(&moves, index).position(|m| m.shows(*step, limits) == Shown::Yes))
        .collect();
    let shown = peaks.iter().flatten().count();
    for (index, (step, peak)) in steps.iter().zip(&peaks).enumerate() {
        let name = format!("step {} ({})", index + 1, step.as_str());
        if peak.is_none() {
            let flat = of_step(&moves, index).any(|m| m.shows(*step, limits) == Shown::Flat);
            match missing(*step, flat, &name, elsewhere(&moves, index, *step, limits)) {
                Missing::Attack(reason) => attacks.push(reason),
                Missing::Again(reason) => again.push(reason),
            }
        }
        // What is left of the step before, when that was shown, may show until this one is reached.
        let before = index.checked_sub(1).filter(|i| peaks.get(*i).is_some_and(Option::is_some));
        let before = before.and_then(|i| steps.get(i)).copied();
        let foreign = Step::ALL.into_iter().find(|other| {
            let left_over = |i: usize| before == Some(*other) && peak.is_none_or(|p| i < p);
            contradicts(*step, *other)
                && of_step(&moves, index)
                    .enumerate()
                    .any(|(i, m)| !left_over(i) && m.shows(*other, limits) == Shown::Yes)
        });
        if let Some(other) = foreign {
            let detail = format!("{name}: its pictures show another movement ({})", other.as_str());
            attacks.push(Reason::new(Code::WrongMovement, detail));
        }
    }
    if shown == 0 && moves.iter().all(|m| m.is_still()) {
        attacks.push(Reason::new(
            Code::StillPicture,
            "Nothing of the face moved in any picture, as in a photograph.",
        ));
    }
    let score = shown as f64 / steps.len() as f64;
    let mut finding = Finding::scored(Check::ActiveLiveness, score, 1.0, Outcome::Fail);
    // What looks like an attack is not answered with advice.
    finding.reasons = if attacks.is_empty() { again } else { attacks };
    if !finding.reasons.is_empty() {
        finding.outcome = Outcome::Fail;
    }
    finding
}

/// The frames of one step.
fn of_step<'a, 'b>(moves: &'b [Moved<'a>], index: usize) -> impl Iterator<Item = &'b Moved<'a>> {
    moves.iter().filter(move |m| m.frame.step == Some(index))
}

/// Whether a movement shows in the frames of another step. Everybody blinks at any time.
fn elsewhere(moves: &[Moved<'_>], index: usize, step: Step, limits: &Limits) -> bool {
    let mut others = moves.iter().filter(|m| m.frame.step.is_some_and(|s| s != index));
    step != Step::Blink && others.any(|m| m.shows(step, limits) == Shown::Yes)
}

enum Missing {
    Attack(Reason),
    Again(Reason),
}

/// Why a step was not passed.
fn missing(step: Step, flat: bool, name: &str, elsewhere: bool) -> Missing {
    let again = |code| Missing::Again(Reason::new(code, format!("{name}: {}", step.instruction())));
    match step {
        _ if flat => Missing::Attack(Reason::new(
            Code::FlatMotion,
            format!("{name}: the face moved like a picture that is tilted, without the depth of a head"),
        )),
        _ if elsewhere => Missing::Attack(Reason::new(
            Code::WrongOrder,
            format!("{name}: the movement was made when another one was asked for"),
        )),
        _ if step.turns_head() => again(Code::FaceNotTurned),
        _ => again(Code::MovementNotShown),
    }
}

/// Whether a movement in the frames of a step is one that a person who follows does not make. People smile and
/// blink as they like, and a broad smile opens the mouth.
fn contradicts(asked: Step, other: Step) -> bool {
    match other {
        _ if other == asked => false,
        Step::TurnLeft | Step::TurnRight | Step::LookUp => true,
        Step::OpenMouth => !matches!(asked, Step::Smile | Step::LookUp),
        Step::Smile | Step::Blink | Step::MoveCloser => false,
    }
}

/// Whether a movement shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    No,
    /// As a flat picture would show it.
    Flat,
}

/// A frame, and how it differs from the first.
struct Moved<'a> {
    frame: &'a Frame,
    seen: &'a Seen,
    change: Change,
}

impl<'a> Moved<'a> {
    fn of(neutral: &Seen, frame: &'a Frame) -> Option<Self> {
        let Look::Seen(seen) = &frame.look else { return None };
        let change =
            Change::between((&neutral.mesh, neutral.eyes.as_ref()), (&seen.mesh, seen.eyes.as_ref()))?;
        Some(Self { frame, seen, change })
    }

    fn shows(&self, step: Step, limits: &Limits) -> Shown {
        let c = &self.change;
        let tolerance = limits.direction_tolerance as f32;
        let yes = |shown: bool| if shown { Shown::Yes } else { Shown::No };
        // A turn: far enough, and with the parallax and the proportions of a head.
        let turn = |angle: f32, asked: f32, parallax: f32| {
            let needed = (tolerance * asked).max(5.0);
            let deep = parallax >= PARALLAX_PER_DEGREE * angle && (c.proportion - 1.0).abs() <= PROPORTION;
            match angle >= needed {
                false => Shown::No,
                true if deep => Shown::Yes,
                true => Shown::Flat,
            }
        };
        let face_only = c.misfit <= FACE_ONLY;
        match step {
            Step::TurnLeft => turn(c.yaw, ASKED_TURN, -c.parallax[0]),
            Step::TurnRight => turn(-c.yaw, ASKED_TURN, c.parallax[0]),
            Step::LookUp => turn(c.pitch, ASKED_UP, c.parallax[1]),
            Step::Smile => yes(face_only && f64::from(smile(c)) >= limits.expression_tolerance),
            Step::Blink => yes(face_only && c.eyes.is_some_and(|[r, l]| (r + l) / 2.0 <= SHUT)),
            Step::OpenMouth => yes(face_only && c.mouth >= OPEN),
            Step::MoveCloser => yes(c.scale >= CLOSER),
        }
    }

    /// Nothing that a living face does shows even by half.
    fn is_still(&self) -> bool {
        let c = &self.change;
        let shut = c.eyes.is_some_and(|[r, l]| (r + l) / 2.0 < (1.0 + SHUT) / 2.0);
        !(c.parallax.iter().any(|p| p.abs() > 0.12) || c.mouth > OPEN / 2.0 || shut || smile(c) > 0.3)
    }
}

/// Probability 0..1 of a smile: a mouth as wide as smiles make it (1.15 to 1.27 times the neutral one, 20
/// frames of two people) with corners lifted is 0.6 and more; warped stills stay under 0.2.
fn smile(c: &Change) -> f32 {
    let amount = 0.7 * (c.mouth_width - 1.0) / 0.13 + 0.3 * c.mouth_lift / 0.035;
    1.0 / (1.0 + (-4.0 * (amount - 1.0)).exp())
}

fn in_order(frames: &[Frame]) -> Vec<Reason> {
    let times: Vec<i64> = frames.iter().filter_map(|f| f.at_ms).collect();
    let steps: Vec<usize> = frames.iter().filter_map(|f| f.step).collect();
    let backwards = times.windows(2).any(|w| w[1] <= w[0]) || times.first().is_some_and(|t| *t < 0);
    let jumbled = steps.windows(2).any(|w| w[1] < w[0]);
    if backwards || jumbled {
        return vec![Reason::new(
            Code::FramesOutOfOrder,
            "The pictures are not in the order in which they were asked for.",
        )];
    }
    vec![]
}

/// Whether every face of a capture is the first one's, at a false match rate of 1e-2 per frame: for captures without
/// movements, where heads may be turned and one frame is the selfie. True where there is nothing to compare.
pub fn one_face_throughout(looks: &[Look], similarity: Similarity<'_>) -> bool {
    let mut seen = looks.iter().filter_map(|look| match look {
        Look::Seen(seen) => Some(&seen.embedding),
        Look::CannotTell(_) => None,
    });
    let Some(first) = seen.next() else { return true };
    seen.all(|other| similarity(first, other).is_none_or(|s| s >= SAME_FACE_TURNED))
}

fn same_face(neutral: &Seen, moves: &[Moved<'_>], similarity: Similarity<'_>) -> Option<bool> {
    for m in moves {
        let turned = m.change.yaw.hypot(m.change.pitch) > TURNED;
        let needed = if turned { SAME_FACE_TURNED } else { SAME_FACE };
        if !reaches(similarity(&neutral.embedding, &m.seen.embedding)?, needed) {
            return Some(false);
        }
    }
    Some(true)
}

/// The very same picture for two steps.
fn repeated(moves: &[Moved<'_>]) -> Option<Reason> {
    let twice = moves.iter().enumerate().any(|(i, a)| {
        moves.iter().skip(i + 1).any(|b| a.seen.pixels == b.seen.pixels && a.frame.step != b.frame.step)
    });
    twice.then(|| Reason::new(Code::RepeatedFrame, "One picture was given for more than one movement."))
}

#[cfg(test)]
mod tests;
