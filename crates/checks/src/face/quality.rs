//! Is the face good enough to be compared? Facts for the person to take a better picture by.

use bonafide_core::finding::{Check, Code, Finding, Outcome, reaches};
use image::RgbImage;

use super::{
    align,
    found::Face,
    pixels,
    pose::{self, Pose},
    subject::Subject,
};
use crate::image::Picture;

pub(crate) const NO_FACE: &str = "No face was found; look straight into the camera in good light.";
pub(crate) const SEVERAL_FACES: &str =
    "More than one face is in front of the camera; only the person to be verified may be in the picture.";

/// Fewest pixels between the eyes. Pictures with 20 to 30 match well (they make most of Labeled Faces in the
/// Wild); below, a chip holds less than half of the detail the network was trained with.
pub const MIN_EYE_DISTANCE: f32 = 20.0;
/// Least [`Facts::sharpness`].
pub const MIN_SHARPNESS: f32 = 0.008;
/// Least and greatest mean brightness of the face, 0..255.
pub const BRIGHTNESS: std::ops::RangeInclusive<f32> = 45.0..=235.0;
/// Greatest share of the face's pixels that may be burnt out (brighter than 250).
pub const MAX_BURNT: f32 = 0.35;
/// Least share of the face's box that must be inside the picture.
pub const MIN_INSIDE: f32 = 0.9;

/// Furthest that a face may be turned to a side or nod, in degrees by [`pose`]. Of 498 press photographs 3 % are
/// turned further and none nods further.
pub const MAX_YAW: f32 = 42.0;
pub const MAX_PITCH: f32 = 30.0;
/// Least [`Facts::eyes_detail`] and [`Facts::mouth_detail`]. Of 498 press photographs 1 in 100 has less than 0.40
/// and 0.34; with dark glasses or a mask painted over them less than 0.1.
pub const MIN_EYES_DETAIL: f32 = 0.32;
pub const MIN_MOUTH_DETAIL: f32 = 0.27;
/// So many facts are judged.
const JUDGED: f64 = 7.0;

/// What was measured on one face.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Pixels between the eyes.
    pub eye_distance: f32,
    /// Variance of the Laplacian over the variance of brightness on the 112-pixel chip, so that contrast and
    /// size do not matter. Sharp pictures have 0.1 to 0.5, soft webcams 0.05, strong blur under 0.01.
    pub sharpness: f32,
    /// Mean brightness of the face, 0..255.
    pub brightness: f32,
    /// Share of the face that is brighter than 250.
    pub burnt: f32,
    /// Share of the face's box inside the picture, 0..1.
    pub inside: f32,
    /// Where it looks; none when its points make no sense.
    pub pose: Option<Pose>,
    /// Spread of brightness around the eyes over that of the whole face: dark glasses and hands are flat there.
    pub eyes_detail: f32,
    /// The same around the mouth: masks and hands are flat there.
    pub mouth_detail: f32,
}

/// Measures a face. `None` when its points span nothing.
pub fn facts(picture: &Picture, face: &Face) -> Option<Facts> {
    let chip = align::chip(picture, &face.landmarks)?;
    let (width, height) = picture.rgb.dimensions();
    let grey = inner_grey(&chip);
    let (brightness, variance) = mean_and_variance(grey.iter().flatten().copied());
    let burnt = grey.iter().flatten().filter(|v| **v > 250.0).count() as f32;
    let laplacian = grey.windows(3).flat_map(|rows| {
        let [above, row, below] = rows else { return vec![] };
        let mid = row.windows(3).zip(&above[1..]).zip(&below[1..]);
        mid.map(|((r, a), b)| a + b + r[0] + r[2] - 4.0 * r[1]).collect::<Vec<_>>()
    });
    let (_, edges) = mean_and_variance(laplacian);
    let detail = |regions: &[Region]| {
        let values = regions.iter().flat_map(|r| region(&chip, r)).collect::<Vec<_>>();
        // A flat face has no detail to compare with: the constant keeps noise small there.
        mean_and_variance(values.into_iter()).1.sqrt() / (variance.sqrt() + 5.0)
    };
    let count = grey.iter().map(Vec::len).sum::<usize>().max(1) as f32;
    Some(Facts {
        eye_distance: face.eye_distance(),
        // A flat surface has noise and no detail: the constant keeps the quotient small there.
        sharpness: edges / (variance + 25.0),
        brightness,
        burnt: burnt / count,
        inside: face.share_inside(width, height),
        pose: pose::of(face),
        eyes_detail: detail(&EYES),
        mouth_detail: detail(&MOUTH),
    })
}

/// Left, top, right, bottom on a chip.
type Region = [u32; 4];
const EYES: [Region; 2] = [[28, 44, 48, 58], [64, 44, 84, 58]];
const MOUTH: [Region; 1] = [[42, 84, 70, 102]];

fn region(chip: &RgbImage, [left, top, right, bottom]: &Region) -> impl Iterator<Item = f32> {
    let row = move |y: u32| (*left..*right).map(move |x| chip.get_pixel_checked(x, y));
    (*top..*bottom).flat_map(row).flatten().map(|p| pixels::luma(p.0))
}

/// Brightness of the part of a chip that is skin on any upright face: without hair, ears and background.
fn inner_grey(chip: &RgbImage) -> Vec<Vec<f32>> {
    let row = |y: u32| (20..92).map(move |x| chip.get_pixel_checked(x, y).map_or(0.0, |p| pixels::luma(p.0)));
    (28..104).map(|y| row(y).collect()).collect()
}

fn mean_and_variance(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut n, mut sum, mut squares) = (0.0f64, 0.0, 0.0);
    for v in values {
        n += 1.0;
        sum += f64::from(v);
        squares += f64::from(v) * f64::from(v);
    }
    if n == 0.0 {
        return (0.0, 0.0);
    }
    let mean = sum / n;
    (mean as f32, (squares / n - mean * mean).max(0.0) as f32)
}

/// [`Check::FaceQuality`] of a selfie: clear, or `consider` with every reason to take it again.
/// The score is the share of the facts that are good.
///
/// The reasons are those of Checkout's 614xx: `face_blurry` 61401; `face_too_dark` and `face_too_bright` 61402;
/// `no_face`, `face_too_small` and `face_cut_off` 61410; `face_covered` 61411; `face_turned` 61412;
/// `several_faces` 61414.
pub fn finding(picture: &Picture, subject: &Subject) -> Finding {
    let face = match subject {
        Subject::One(face) => face,
        Subject::None => return Finding::not_assessed(Check::FaceQuality, Code::NoFace, NO_FACE),
        Subject::Several => {
            return Finding::new(Check::FaceQuality, Outcome::Consider)
                .because(Code::SeveralFaces, SEVERAL_FACES);
        }
    };
    let Some(facts) = facts(picture, face) else {
        return Finding::not_assessed(Check::FaceQuality, Code::NoFace, NO_FACE);
    };
    let mut finding = Finding::new(Check::FaceQuality, Outcome::Clear);
    for (code, detail) in problems(&facts) {
        finding = finding.because(code, detail);
    }
    if !finding.reasons.is_empty() {
        finding.outcome = Outcome::Consider;
    }
    finding.score = Some((1.0 - finding.reasons.len() as f64 / JUDGED).max(0.0));
    finding.threshold = Some(1.0);
    finding
}

/// The reasons why a face is not good enough, with what to do about each.
pub fn problems(facts: &Facts) -> Vec<(Code, String)> {
    let mut found = vec![];
    if !reaches(facts.eye_distance, MIN_EYE_DISTANCE) {
        let px = facts.eye_distance;
        found.push((Code::FaceTooSmall, format!("Only {px:.0} pixels between the eyes; come closer.")));
    }
    if !reaches(facts.inside, MIN_INSIDE) {
        found.push((
            Code::FaceCutOff,
            "The face is cut off at the edge; keep all of it in the picture.".into(),
        ));
    }
    if !reaches(facts.sharpness, MIN_SHARPNESS) {
        found.push((
            Code::FaceBlurry,
            "The face is blurred; hold the camera still and clean its lens.".into(),
        ));
    }
    if !reaches(facts.brightness, *BRIGHTNESS.start()) {
        found.push((Code::FaceTooDark, "The face is too dark; turn towards a window or a lamp.".into()));
    }
    if !reaches(*BRIGHTNESS.end(), facts.brightness) || !reaches(MAX_BURNT, facts.burnt) {
        found.push((Code::FaceTooBright, "The face is overexposed; step out of the glaring light.".into()));
    }
    let straight = |pose: Pose| reaches(MAX_YAW, pose.yaw.abs()) && reaches(MAX_PITCH, pose.pitch.abs());
    if facts.pose.is_some_and(|pose| !straight(pose)) {
        found.push((Code::FaceTurned, "The face is turned away; look straight into the camera.".into()));
    }
    // In a blurred or dark picture nothing has detail.
    let is_clear = found.is_empty();
    let what =
        [(facts.eyes_detail, MIN_EYES_DETAIL, "eyes"), (facts.mouth_detail, MIN_MOUTH_DETAIL, "mouth")];
    let covered = what.into_iter().find(|(detail, least, _)| is_clear && !reaches(*detail, *least));
    if let Some((.., what)) = covered {
        found.push((Code::FaceCovered, format!("The {what} cannot be seen; take off what covers the face.")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face whose chip is the picture itself.
    fn on_template() -> Face {
        Face { bbox: [10.0, 5.0, 90.0, 105.0], landmarks: align::TEMPLATE, score: 0.9 }
    }

    fn picture(pixel: impl Fn(u32, u32) -> u8) -> Picture {
        Picture { rgb: RgbImage::from_fn(112, 112, |x, y| image::Rgb([pixel(x, y); 3])) }
    }

    fn codes(picture: &Picture) -> Vec<Code> {
        finding(picture, &Subject::One(on_template())).reasons.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn detail_light_and_size_each_have_their_reason() {
        let stripes =
            |low: u8, high: u8| move |x: u32, _: u32| if (x / 4).is_multiple_of(2) { low } else { high };
        assert!(codes(&picture(stripes(60, 180))).is_empty());
        assert_eq!(codes(&picture(stripes(10, 50))), [Code::FaceTooDark]);
        assert_eq!(codes(&picture(stripes(100, 255))), [Code::FaceTooBright]);
        assert_eq!(codes(&picture(|x, _| 60 + x as u8)), [Code::FaceBlurry]);
        let small = Face { landmarks: align::TEMPLATE.map(|p| p.map(|v| v / 4.0)), ..on_template() };
        let found = finding(&picture(stripes(60, 180)), &Subject::One(small));
        assert!(found.reasons.iter().any(|r| r.code == Code::FaceTooSmall));
        let cut = Face { bbox: [-60.0, 5.0, 120.0, 105.0], ..on_template() };
        let found = finding(&picture(stripes(60, 180)), &Subject::One(cut));
        assert_eq!(found.reasons[0].code, Code::FaceCutOff);
        assert_eq!(found.outcome, Outcome::Consider);
    }

    #[test]
    fn what_covers_the_face_and_turned_heads_are_said() {
        let stripes = |x: u32| if (x / 4).is_multiple_of(2) { 60 } else { 180 };
        let flat = |[left, top, right, bottom]: Region| {
            picture(move |x, y| {
                let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
                if inside { 40 } else { stripes(x) }
            })
        };
        assert_eq!(codes(&flat([20, 40, 92, 62])), [Code::FaceCovered]);
        assert_eq!(codes(&flat([30, 80, 82, 110])), [Code::FaceCovered]);
        let mut turned = on_template();
        turned.landmarks[2][0] += 20.0;
        let found = finding(&picture(|x, _| stripes(x)), &Subject::One(turned));
        assert!(found.reasons.iter().any(|r| r.code == Code::FaceTurned), "{found:?}");
    }

    #[test]
    fn nobody_and_several_people_are_said() {
        let p = picture(|_, _| 0);
        let none = finding(&p, &Subject::None);
        assert_eq!((none.outcome, &none.reasons[0].code), (Outcome::NotAssessed, &Code::NoFace));
        let several = finding(&p, &Subject::Several);
        assert_eq!((several.outcome, &several.reasons[0].code), (Outcome::Consider, &Code::SeveralFaces));
        let nowhere = Face { landmarks: [[5.0; 2]; 5], ..on_template() };
        assert_eq!(finding(&p, &Subject::One(nowhere)).outcome, Outcome::NotAssessed);
    }
}
