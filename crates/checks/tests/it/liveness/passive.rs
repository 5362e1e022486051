//! Passive liveness, frame by frame.

use bonafide_checks::{
    image::Picture,
    liveness::passive::{self, DEFAULT_MIN_SCORE, Frame},
};
use bonafide_core::finding::{Code, Outcome};
use bonafide_weights::load_for_tests as models;

use crate::{real, sample};

fn outcome(frame: Picture) -> Outcome {
    let finding = passive::assess(models(), &[frame], DEFAULT_MIN_SCORE);
    assert_eq!(finding.models.len(), 2, "{finding:?}");
    finding.outcome
}

#[test]
fn the_sample_people_are_alive() {
    for name in ["selfie.jpg", "other.jpg"] {
        assert_eq!(outcome(sample(name)), Outcome::Clear, "{name}");
    }
}

#[test]
#[ignore = "needs real data: pad"]
fn live_frames_pass_and_a_print_and_a_screen_do_not() {
    let frames = [1, 2, 3].map(|i| real(&format!("pad/frames_auduno/live_cap12_edit_0{i}.jpg")));
    let live = passive::assess(models(), &frames, DEFAULT_MIN_SCORE);
    assert_eq!(live.outcome, Outcome::Clear, "{live:?}");
    for (file, expected) in
        [("image_T1", Outcome::Clear), ("image_F1", Outcome::Fail), ("image_F2", Outcome::Fail)]
    {
        assert_eq!(outcome(real(&format!("pad/minivision/{file}.jpg"))), expected, "{file}");
    }
}

#[test]
fn in_the_dark_it_does_not_guess() {
    guesses_nothing_in_the_dark(sample("selfie.jpg"));
}

#[test]
#[ignore = "needs real data: pad"]
fn in_the_dark_it_does_not_guess_of_a_live_frame() {
    guesses_nothing_in_the_dark(real("pad/minivision/image_T1.jpg"));
}

fn guesses_nothing_in_the_dark(mut frame: Picture) {
    frame.rgb.iter_mut().for_each(|v| *v /= 4);
    let seen = passive::assess_frame(models(), &frame).unwrap();
    assert!(matches!(&seen, Frame::CannotTell(why) if why[0].code == Code::FaceTooDark), "{seen:?}");
}
