//! What a finding is made of, and pictures that say nothing.

use image::Rgb;

use super::*;
use crate::image::{decode, encode_jpeg};

fn with(strengths: &[f64]) -> Finding {
    let cues = strengths.iter().map(|s| Cue::new("cue", *s, "measured")).collect();
    Traces { cues, assessed: true, ..Traces::default() }.finding(Side::Front)
}

#[test]
fn one_weak_cue_is_clear_and_two_ask_for_a_person() {
    assert_eq!(with(&[]).score, Some(1.0));
    let one = with(&[0.3]);
    assert_eq!((one.outcome, one.reasons.len()), (Outcome::Clear, 1));
    assert_eq!(with(&[0.3, 0.3]).outcome, Outcome::Consider);
    // Never more than `consider`, whatever was found.
    assert_eq!(with(&[1.0, 1.0]).outcome, Outcome::Consider);
}

#[test]
fn a_small_picture_is_not_assessed() {
    let bytes = encode_jpeg(&RgbImage::from_pixel(90, 60, Rgb([90, 120, 40])), 90);
    let finding = examine(&bytes, &decode(&bytes).unwrap()).finding(Side::Back);
    assert_eq!((finding.outcome, finding.score), (Outcome::NotAssessed, None));
    assert!(finding.reasons.iter().any(|r| r.code == "too_small"));
}

#[test]
fn an_even_picture_bears_no_traces() {
    let bytes = encode_jpeg(&RgbImage::from_pixel(400, 300, Rgb([200, 120, 40])), 90);
    let traces = examine(&bytes, &decode(&bytes).unwrap());
    assert_eq!(traces.cues, []);
    assert_eq!(traces.finding(Side::Front).outcome, Outcome::Clear);
}
