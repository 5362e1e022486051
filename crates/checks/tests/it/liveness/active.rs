//! Active liveness: a capture that follows passes, and every simulated attack on it is refused with its reason. Who
//! moves can only be seen in real pictures; what is refused can be made of one still.

use std::sync::OnceLock;

use bonafide_checks::{
    face::{attributes, compare::Calibrations},
    image::{Picture, decode, encode_jpeg},
    liveness::{
        active::{self, Frame, Limits, Look, Seen},
        replay::{self, Capture, Trace},
    },
};
use bonafide_core::{
    finding::{Code, Finding, Outcome},
    id::Entropy,
    liveness::Step,
};
use bonafide_models::load_for_tests as models;
use bonafide_specimen::attack::{self, Pose};
use bonafide_testkit::world::SeededEntropy;

use crate::{real, sample};

/// The sitter turns by 14°, a little less than the default asks for.
const LIMITS: Limits = Limits { direction_tolerance: 0.45, expression_tolerance: 0.5, max_ms: 60_000 };

/// One person at one camera: looking straight, then the pictures that show a movement.
const STRAIGHT: &str = "faces/pose_franck/franck_01829.jpg";
const MOVES: [(Step, &str); 4] = [
    (Step::Smile, "faces/pose_franck/franck_02159.jpg"),
    (Step::Blink, "faces/pose_franck/franck_02888.jpg"),
    (Step::OpenMouth, "faces/pose_franck/franck_04117.jpg"),
    (Step::TurnLeft, "faces/pose_franck/franck_03909.jpg"),
];

/// A frame, measured once.
struct Shot {
    look: Look,
    hash: [u8; 32],
    trace: Option<Trace>,
}

impl Shot {
    fn of(picture: &Picture) -> Self {
        let look = active::look(models(), picture).unwrap();
        let trace = match &look {
            Look::Seen(seen) => replay::trace(picture, seen),
            Look::CannotTell(_) => None,
        };
        Self { look, hash: replay::hash(picture), trace }
    }

    fn seen(&self) -> &Seen {
        match &self.look {
            Look::Seen(seen) => seen,
            Look::CannotTell(why) => panic!("{why:?}"),
        }
    }
}

/// The pictures of a real capture: the straight look, then one per entry of [`MOVES`].
fn capture() -> Vec<Picture> {
    std::iter::once(STRAIGHT).chain(MOVES.map(|(_, file)| file)).map(real).collect()
}

/// As many pictures of the sample person, who does not move.
fn stills() -> Vec<Picture> {
    let still = sample("selfie.jpg");
    (0..=MOVES.len() as u64).map(|n| Picture { rgb: attack::retaken(&still.rgb, n) }).collect()
}

fn shots(pictures: &[Picture]) -> Vec<Shot> {
    pictures.iter().map(Shot::of).collect()
}

/// The real capture, measured once.
fn recorded() -> &'static Vec<Shot> {
    static SHOTS: OnceLock<Vec<Shot>> = OnceLock::new();
    SHOTS.get_or_init(|| shots(&capture()))
}

/// What is kept of a capture.
fn kept(shots: &[Shot]) -> Capture {
    Capture {
        hashes: shots.iter().map(|s| s.hash).collect(),
        signatures: shots.iter().map(|s| s.trace.as_ref().unwrap().signature().clone()).collect(),
    }
}

fn judge(steps: &[Step], shots: &[&Shot]) -> Finding {
    let frames: Vec<Frame> = shots
        .iter()
        .enumerate()
        .map(|(i, s)| Frame { look: s.look.clone(), step: i.checked_sub(1), at_ms: Some(i as i64 * 900) })
        .collect();
    let calibrations = Calibrations::of(models());
    active::judge(steps, &frames, &LIMITS, &|a, b| calibrations.similarity(a, b))
}

fn reasons(finding: &Finding) -> Vec<Code> {
    finding.reasons.iter().map(|r| r.code.clone()).collect()
}

/// An order of [`MOVES`], and the recorded shots in it.
fn order(dice: &dyn Entropy) -> Vec<usize> {
    let mut order: Vec<usize> = (0..MOVES.len()).collect();
    for i in (1..order.len()).rev() {
        let mut byte = [0];
        dice.fill(&mut byte);
        order.swap(i, usize::from(byte[0]) % (i + 1));
    }
    order
}

fn steps(order: &[usize]) -> Vec<Step> {
    order.iter().map(|i| MOVES[*i].0).collect()
}

fn taken<'a>(order: &[usize], shots: &'a [Shot]) -> Vec<&'a Shot> {
    std::iter::once(&shots[0]).chain(order.iter().map(|i| &shots[i + 1])).collect()
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn a_person_who_follows_passes_in_any_order() {
    let shots = recorded();
    let dice = SeededEntropy::new(5);
    for _ in 0..24 {
        let order = order(&dice);
        let finding = judge(&steps(&order), &taken(&order, shots));
        assert_eq!((finding.outcome, finding.score), (Outcome::Clear, Some(1.0)), "{order:?} {finding:?}");
    }
}

#[test]
fn a_person_who_does_not_move_passes_in_no_order() {
    let shots = shots(&stills());
    let dice = SeededEntropy::new(5);
    for _ in 0..24 {
        let order = order(&dice);
        let finding = judge(&steps(&order), &taken(&order, &shots));
        assert_eq!(finding.outcome, Outcome::Fail, "{order:?} {finding:?}");
        assert!(!finding.reasons.is_empty());
    }
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn pictures_for_other_steps_than_asked_are_refused() {
    let shots = recorded();
    let dice = SeededEntropy::new(6);
    for _ in 0..50 {
        let (asked, given) = (order(&dice), order(&dice));
        if asked == given {
            continue;
        }
        let finding = judge(&steps(&asked), &taken(&given, shots));
        assert_eq!(finding.outcome, Outcome::Fail, "{asked:?} {given:?}");
        assert!(!finding.reasons.is_empty());
    }
}

#[test]
fn a_recorded_still_is_refused_a_hundred_times() {
    are_refused_a_hundred_times(&stills());
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn a_recorded_session_is_refused_a_hundred_times() {
    are_refused_a_hundred_times(&capture());
}

fn are_refused_a_hundred_times(pictures: &[Picture]) {
    let shots = shots(pictures);
    let kept = kept(&shots);
    // Copies of every frame, as another file: cut, scaled, turned, relit, encoded anew.
    let copies: Vec<Vec<Shot>> = (0..3)
        .map(|n| {
            let copy = |(i, picture): (u64, &Picture)| {
                let jpeg = encode_jpeg(&attack::altered(&picture.rgb, n * 10 + i), 60 + 12 * n as u8);
                Shot::of(&decode(&jpeg).unwrap())
            };
            (0..).zip(pictures).map(copy).collect()
        })
        .collect();
    let dice = SeededEntropy::new(7);
    for attempt in 0..100 {
        // The attacker has the right picture for every new order.
        let order = order(&dice);
        let pick = || {
            let mut byte = [0];
            dice.fill(&mut byte);
            &copies[usize::from(byte[0]) % copies.len()]
        };
        let original = attempt % 5 == 0;
        let frames: Vec<&Shot> = std::iter::once(0)
            .chain(order.iter().map(|i| i + 1))
            .map(|i| if original { &shots[i] } else { &pick()[i] })
            .collect();
        let hashes: Vec<[u8; 32]> = frames.iter().map(|s| s.hash).collect();
        let traces: Vec<Trace> = frames.iter().filter_map(|s| s.trace.clone()).collect();
        assert!(replay::known(&hashes, &traces, &kept).is_some(), "attempt {attempt}");
    }
}

#[test]
fn somebody_else_is_no_replay() {
    let other = sample("other.jpg");
    let others = [0, 1, 2].map(|n| Shot::of(&Picture { rgb: attack::retaken(&other.rgb, n) }));
    is_no_replay(&others, &kept(&shots(&stills())), "another man");
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn another_sitter_is_no_replay() {
    let others = ["02045", "02221", "02683", "03979", "04000", "04035"]
        .map(|n| Shot::of(&real(&format!("faces/pose_franck/franck_{n}.jpg"))));
    is_no_replay(&others, &kept(recorded()), "the same man at the same camera, later");
}

fn is_no_replay(others: &[Shot], kept: &Capture, who: &str) {
    let hashes: Vec<[u8; 32]> = others.iter().map(|s| s.hash).collect();
    let traces: Vec<Trace> = others.iter().filter_map(|s| s.trace.clone()).collect();
    assert_eq!(replay::known(&hashes, &traces, kept), None, "{who}");
}

#[test]
fn a_still_of_the_sample_person_is_refused_however_it_is_held() {
    is_refused_however_it_is_held(&sample("selfie.jpg"));
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn a_still_is_refused_however_it_is_held() {
    is_refused_however_it_is_held(&real(STRAIGHT));
}

fn is_refused_however_it_is_held(still: &Picture) {
    let straight = Shot::of(still);
    let poses = [
        Pose { scale: 1.3, ..Pose::default() },
        Pose { roll: 12.0, shift: [0.05, -0.03], ..Pose::default() },
        Pose { yaw: 35.0, ..Pose::default() },
        Pose { yaw: -35.0, ..Pose::default() },
        Pose { yaw: 50.0, ..Pose::default() },
        Pose { pitch: -35.0, ..Pose::default() },
        Pose { pitch: 40.0, ..Pose::default() },
        Pose { bend: 40.0, yaw: 20.0, ..Pose::default() },
        Pose { bend: 40.0, yaw: -20.0, ..Pose::default() },
        Pose { bend: -35.0, pitch: 15.0, ..Pose::default() },
    ];
    let held: Vec<Shot> =
        poses.iter().map(|p| Shot::of(&Picture { rgb: attack::held(&still.rgb, p) })).collect();
    for (i, a) in held.iter().enumerate() {
        for (j, b) in held.iter().enumerate() {
            for pair in [
                [Step::TurnLeft, Step::Blink],
                [Step::TurnRight, Step::OpenMouth],
                [Step::LookUp, Step::Smile],
            ] {
                let finding = judge(&pair, &[&straight, a, b]);
                assert_eq!(finding.outcome, Outcome::Fail, "{i} {j} {pair:?}");
                assert!(finding.score < Some(1.0), "{i} {j} {pair:?}");
            }
        }
    }
    let finding = judge(&[Step::Smile, Step::Blink], &[&straight, &held[0], &held[1]]);
    assert_eq!(reasons(&finding), [Code::StillPicture]);
}

#[test]
fn somebody_else_midway_is_refused() {
    is_refused_midway(&shots(&stills()), &Shot::of(&sample("other.jpg")));
}

#[test]
#[ignore = "needs real data: faces/pose_franck, pad/frames_auduno"]
fn another_person_midway_is_refused() {
    is_refused_midway(recorded(), &Shot::of(&real("pad/frames_auduno/live_cap12_edit_05.jpg")));
}

fn is_refused_midway(shots: &[Shot], other: &Shot) {
    for at in 1..5 {
        let mut frames = taken(&[0, 1, 2, 3], shots);
        frames[at] = other;
        let finding = judge(&steps(&[0, 1, 2, 3]), &frames);
        assert!(reasons(&finding).contains(&Code::FaceChanged), "{at} {finding:?}");
    }
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn attributes_of_known_faces() {
    let [straight, smile, _, open, left] = recorded().as_slice() else { panic!("five shots") };
    let of = |s: &Shot| attributes::attributes(&s.seen().mesh, s.seen().eyes.as_ref());
    assert!(of(straight).pose.yaw.abs() < 5.0 && of(straight).pose.pitch.abs() < 10.0);
    assert!(of(left).pose.yaw > 10.0, "his left is the right of the picture");
    let right = Shot::of(&real("faces/pose_franck/franck_04000.jpg"));
    assert!(of(&right).pose.yaw < -8.0 && of(&right).pose.pitch < -10.0);
    assert_eq!(of(&right).expression, attributes::Expression::EyesShut);
    assert!(of(smile).smile > 0.5 && of(straight).smile < 0.3);
    assert!(of(open).mouth_open > 0.15 && of(straight).mouth_open < 0.05);
}

#[test]
fn attributes_of_the_sample_person() {
    let shot = Shot::of(&sample("selfie.jpg"));
    let seen = attributes::attributes(&shot.seen().mesh, shot.seen().eyes.as_ref());
    assert!(seen.pose.yaw.abs() < 15.0 && seen.pose.pitch.abs() < 15.0, "{seen:?}");
    assert_eq!(seen.expression, attributes::Expression::Smile, "{seen:?}");
}

#[test]
fn age_and_gender_of_the_sample_person_are_estimated() {
    // He was 51 when the picture was taken.
    are_estimated(&sample("selfie.jpg"), 36.0..66.0);
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn age_and_gender_are_estimated() {
    are_estimated(&real(STRAIGHT), 15.0..45.0);
}

fn are_estimated(picture: &Picture, ages: std::ops::Range<f32>) {
    let faces = bonafide_checks::face::detect::detect(models(), picture).unwrap();
    let estimate = attributes::estimate(models(), picture, &faces[0]).unwrap().unwrap();
    assert!(ages.contains(&estimate.age) && estimate.male > 0.9, "{estimate:?}");
}
