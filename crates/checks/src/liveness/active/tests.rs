use super::*;
use crate::face::embed::NetworkId;
use crate::face::mesh::Eye;
use crate::liveness::geometry::tests::{head, mesh_of};

const LIMITS: Limits = Limits { direction_tolerance: 0.5, expression_tolerance: 0.5, max_ms: 60_000 };

fn person(seed: usize) -> Embedding {
    let values: Vec<f32> =
        (0..128).map(|i| if (i * 7 + seed * 31) % 11 < 5 { 1.0 } else { -1.0 + seed as f32 / 9.0 }).collect();
    Embedding::new(NetworkId::of("test"), &values).unwrap()
}

fn same(a: &Embedding, b: &Embedding) -> Option<f64> {
    Some(if a.cosine(b) > 0.9 { 1.0 } else { 0.0 })
}

fn lids(openness: f32) -> [Eye; 2] {
    let eye = |x0: f32| {
        let lids = std::array::from_fn(|i| {
            let (x, side) = if i < 9 { (i as f32, 1.0) } else { (8.0 - (i as f32 - 8.0) * 8.0 / 7.0, -1.0) };
            let bow = 1.0 - ((x - 4.0) / 4.0).powi(2);
            [x0 + 4.0 * x, 175.0 + side * openness * 12.0 * bow]
        });
        Eye { lids, iris: [x0 + 16.0, 175.0] }
    };
    [eye(250.0), eye(318.0)]
}

/// One frame of a living head: turned, with a mouth this far open and this wide, eyes this far open.
fn frame(step: Option<usize>, n: u8, [yaw, pitch]: [f32; 2], mouth: f32, wide: f32, eyes: f32) -> Frame {
    let mut points = head(yaw, pitch);
    points[14][1] += mouth * 100.0;
    for (corner, side) in [(61, -1.0), (291, 1.0)] {
        points[corner][0] += side * 28.0 * (wide - 1.0);
        points[corner][1] -= (wide - 1.0) * 25.0;
    }
    let mesh = mesh_of(points);
    let pose = attributes::pose(&mesh);
    let seen = Seen { mesh, eyes: Some(lids(eyes)), pose, embedding: person(1), pixels: [n; 32] };
    Frame { look: Look::Seen(Box::new(seen)), step, at_ms: Some(i64::from(n) * 500) }
}

fn rest(step: Option<usize>, n: u8) -> Frame {
    frame(step, n, [0.0; 2], 0.0, 1.0, 1.0)
}

fn doing(step: Step, index: usize, n: u8) -> Frame {
    let i = Some(index);
    match step {
        Step::TurnLeft => frame(i, n, [22.0, 0.0], 0.0, 1.0, 1.0),
        Step::TurnRight => frame(i, n, [-22.0, 0.0], 0.0, 1.0, 1.0),
        Step::LookUp => frame(i, n, [0.0, 15.0], 0.0, 1.0, 1.0),
        Step::Smile => frame(i, n, [0.0; 2], 0.0, 1.25, 1.0),
        Step::Blink => frame(i, n, [0.0; 2], 0.0, 1.0, 0.1),
        Step::OpenMouth => frame(i, n, [0.0; 2], 0.25, 1.0, 1.0),
        Step::MoveCloser => {
            let mut frame = rest(i, n);
            change(&mut frame, |s| {
                let near: Vec<[f32; 3]> = s.mesh.points().iter().map(|p| p.map(|v| v * 1.4)).collect();
                s.mesh = mesh_of(near);
                s.eyes = None;
            });
            frame
        }
    }
}

fn change(frame: &mut Frame, f: impl FnOnce(&mut Seen)) {
    if let Look::Seen(seen) = &mut frame.look {
        f(seen);
    }
}

/// A capture that follows the steps: a straight look, then each movement out of and back into it.
fn capture(steps: &[Step]) -> Vec<Frame> {
    let mut frames = vec![rest(None, 0)];
    for (i, step) in steps.iter().enumerate() {
        let n = frames.len() as u8;
        frames.extend([rest(Some(i), n), doing(*step, i, n + 1)]);
    }
    frames
}

fn codes(steps: &[Step], frames: &[Frame]) -> Vec<Code> {
    let finding = judge(steps, frames, &LIMITS, &same);
    assert_eq!(finding.outcome == Outcome::Clear, finding.reasons.is_empty(), "{finding:?}");
    finding.reasons.into_iter().map(|r| r.code).collect()
}

const ASKED: [Step; 4] = [Step::Smile, Step::TurnLeft, Step::Blink, Step::OpenMouth];

#[test]
fn a_head_that_follows_passes_whatever_is_asked() {
    for a in Step::ALL {
        for b in Step::ALL.into_iter().filter(|b| *b != a) {
            assert_eq!(codes(&[a, b], &capture(&[a, b])), Vec::<Code>::new(), "{a:?} {b:?}");
        }
    }
    let finding = judge(&ASKED, &capture(&ASKED), &LIMITS, &same);
    assert_eq!((finding.outcome, finding.score), (Outcome::Clear, Some(1.0)));
}

#[test]
fn other_movements_than_asked_are_refused() {
    for a in Step::ALL {
        for b in Step::ALL.into_iter().filter(|b| *b != a) {
            let found = codes(&[a, b], &capture(&[b, a]));
            assert!(!found.is_empty(), "{a:?} {b:?}");
        }
    }
    assert_eq!(codes(&[Step::TurnLeft], &capture(&[Step::TurnRight])), [Code::WrongMovement]);
    assert_eq!(codes(&[Step::Blink], &capture(&[Step::Smile])), [Code::MovementNotShown]);
    assert_eq!(
        codes(&[Step::TurnLeft, Step::Smile], &capture(&[Step::Smile, Step::TurnLeft])),
        [Code::WrongOrder, Code::WrongOrder, Code::WrongMovement]
    );
    // What is left of the step before is no mistake.
    let mut frames = capture(&[Step::TurnLeft, Step::Smile]);
    frames[3] = doing(Step::TurnLeft, 1, 3);
    assert_eq!(codes(&[Step::TurnLeft, Step::Smile], &frames), Vec::<Code>::new());
}

#[test]
fn movements_too_small_are_asked_for_again() {
    let mut frames = capture(&[Step::TurnLeft, Step::Blink]);
    frames[2] = frame(Some(0), 2, [10.0, 0.0], 0.0, 1.0, 1.0);
    assert_eq!(codes(&[Step::TurnLeft, Step::Blink], &frames), [Code::FaceNotTurned]);
    let limits = Limits { direction_tolerance: 0.3, ..LIMITS };
    assert_eq!(judge(&[Step::TurnLeft, Step::Blink], &frames, &limits, &same).outcome, Outcome::Clear);
}

#[test]
fn a_still_is_seen_as_one_however_it_is_held() {
    let mut frames: Vec<Frame> =
        capture(&ASKED).iter().map(|f| rest(f.step, (f.at_ms.unwrap() / 500) as u8)).collect();
    assert_eq!(codes(&ASKED, &frames), [Code::StillPicture]);
    for (i, f) in frames.iter_mut().enumerate() {
        let (s, c) = (i as f32 * 0.1 - 0.4).sin_cos();
        change(f, |seen| {
            let held = |[x, y, z]: [f32; 3]| [x * c * 0.9 - y * s, x * s + y * c, z];
            seen.mesh = mesh_of(seen.mesh.points().iter().map(|p| held(*p)).collect());
            seen.eyes = seen.eyes.map(|e| {
                e.map(|e| Eye {
                    lids: e.lids.map(|[x, y]| {
                        let [x, y, _] = held([x, y, 0.0]);
                        [x, y]
                    }),
                    ..e
                })
            });
        });
    }
    assert!(codes(&ASKED, &frames).contains(&Code::StillPicture));
}

#[test]
fn a_turn_without_depth_is_refused() {
    // The network takes a tilted print for a turned head, but its points moved like a plane.
    let mut frames = capture(&[Step::TurnLeft, Step::Blink]);
    change(&mut frames[2], |seen| {
        let turned: Vec<[f32; 3]> = head(0.0, 0.0)
            .into_iter()
            .zip(head(22.0, 0.0))
            .map(|([x, y, _], [.., z])| [300.0 + 0.8 * (x - 300.0), y, z])
            .collect();
        seen.mesh = mesh_of(turned);
    });
    assert_eq!(codes(&[Step::TurnLeft, Step::Blink], &frames), [Code::FlatMotion]);
}

#[test]
fn another_face_a_repeated_frame_and_a_jumbled_order_are_refused() {
    let mut swapped = capture(&ASKED);
    for f in swapped.iter_mut().skip(5) {
        change(f, |s| s.embedding = person(4));
    }
    assert_eq!(codes(&ASKED, &swapped), [Code::FaceChanged]);

    let mut repeated = capture(&ASKED);
    change(&mut repeated[5], |s| s.pixels = [0; 32]);
    assert_eq!(codes(&ASKED, &repeated), [Code::RepeatedFrame]);

    let mut jumbled = capture(&ASKED);
    jumbled[3].at_ms = Some(1);
    assert_eq!(codes(&ASKED, &jumbled), [Code::FramesOutOfOrder]);

    let mut late = capture(&ASKED);
    late.last_mut().unwrap().at_ms = Some(60_001);
    assert_eq!(codes(&ASKED, &late), [Code::ChallengeTimeout]);
}

#[test]
fn a_stranger_among_the_frames_is_seen_without_movements_too() {
    let mut looks: Vec<Look> = capture(&ASKED).into_iter().map(|f| f.look).collect();
    assert!(one_face_throughout(&looks, &same));
    if let Some(Look::Seen(seen)) = looks.last_mut() {
        seen.embedding = person(4);
    }
    assert!(!one_face_throughout(&looks, &same));
    assert!(one_face_throughout(&[], &same));
}

#[test]
fn without_a_straight_face_nothing_is_assessed() {
    let mut frames = capture(&ASKED);
    frames[0] = frame(None, 0, [28.0, 0.0], 0.0, 1.0, 1.0);
    let finding = judge(&ASKED, &frames, &LIMITS, &same);
    assert_eq!((finding.outcome, finding.reasons[0].code.clone()), (Outcome::NotAssessed, Code::NotStraight));
    frames[0].look = Look::CannotTell(Reason::new(Code::NoFace, "none"));
    assert_eq!(judge(&ASKED, &frames, &LIMITS, &same).reasons[0].code, Code::NoFace);
    assert_eq!(judge(&ASKED, &[], &LIMITS, &same).reasons[0].code, Code::NoFrames);
    assert_eq!(judge(&[], &frames, &LIMITS, &same).reasons[0].code, Code::NotAsked);
    let none = assess(
        &Models::default(),
        &ASKED,
        [(Picture { rgb: image::RgbImage::new(9, 9) }, None, None)],
        &LIMITS,
    );
    assert_eq!((none.outcome, none.reasons[0].code.clone()), (Outcome::NotAssessed, Code::ModelMissing));
}
