//! Which way a head is turned, what eyes and mouth do, and estimates of age and gender.
//!
//! Pose and expression are geometry of the mesh. Age and gender are **estimates** by networks that err by
//! years and unevenly between groups of people: they are never a reason by themselves, and weigh nothing
//! unless an operator gives them a weight (`docs/scoring.md`). Only a face far too young for an adult's document asks
//! for a look.

use bonafide_core::finding::{Check, Code, Finding, Outcome, reaches};
use image::RgbImage;

use super::{
    align::Similarity,
    found::Face,
    mesh::{self, Eye, Mesh},
    pixels::{self, Order},
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task},
};

/// Pairs of points (person's left, person's right) that mirror each other: each runs along the head's own
/// left–right axis.
pub(crate) const ACROSS: [[usize; 2]; 20] = [
    [338, 109],
    [297, 67],
    [332, 103],
    [284, 54],
    [251, 21],
    [389, 162],
    [356, 127],
    [454, 234],
    [323, 93],
    [361, 132],
    [288, 58],
    [397, 172],
    [365, 136],
    [379, 150],
    [378, 149],
    [400, 176],
    [377, 148],
    [263, 33],
    [362, 133],
    [291, 61],
];

/// Top of the forehead and tip of the chin.
const DOWN: [usize; 2] = [10, 152];

/// Which way a head is turned, in degrees; all 0 looks straight into the camera.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pose {
    /// Positive to the person's own left.
    pub yaw: f32,
    /// Positive upwards.
    pub pitch: f32,
    /// Positive clockwise as the camera sees it: towards the person's own left shoulder.
    pub roll: f32,
}

/// What is visible of a face beside whose it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attributes {
    pub pose: Pose,
    /// [`Eye::openness`] of the person's right and left eye; `None` when the eyes could not be measured.
    pub eyes_open: Option<[f32; 2]>,
    /// Gap between the lips over the distance of the eyes' outer corners: 0 shut, 0.3 wide open.
    pub mouth_open: f32,
    /// Probability 0..1 that the face smiles, by the width of the mouth and how its corners are lifted. A hint:
    /// mouths differ, and one picture has no neutral face to compare with.
    pub smile: f32,
    /// What the geometry of the face looks like.
    pub expression: Expression,
}

/// A hint by geometry alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expression {
    Neutral,
    Smile,
    MouthOpen,
    EyesShut,
}

/// Measures a face on its mesh and, where there are any, its eyes.
pub fn attributes(mesh: &Mesh, eyes: Option<&[Eye; 2]>) -> Attributes {
    let eyes_open = eyes.map(|e| e.map(|eye| eye.openness()));
    let mouth_open = mouth_open(mesh);
    let smile = smile(mesh);
    let shut = eyes_open.is_some_and(|o| o.iter().all(|o| *o < EYES_SHUT));
    let expression = match () {
        () if shut => Expression::EyesShut,
        () if mouth_open > MOUTH_OPEN && smile < 0.5 => Expression::MouthOpen,
        () if smile >= 0.5 => Expression::Smile,
        () => Expression::Neutral,
    };
    Attributes { pose: pose(mesh), eyes_open, mouth_open, smile, expression }
}

/// [`Eye::openness`] below which an eye is shut.
pub const EYES_SHUT: f32 = 0.12;
/// [`Attributes::mouth_open`] above which a mouth is open.
pub const MOUTH_OPEN: f32 = 0.12;

/// The direction of a head: its own left–right axis is the sum of twenty parallel lines across the face, its
/// own down axis runs from forehead to chin, and what is perpendicular to both is where the face looks.
pub fn pose(mesh: &Mesh) -> Pose {
    let between = |[to, from]: [usize; 2]| {
        let (a, b) = (mesh.at(to), mesh.at(from));
        [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
    };
    let across = ACROSS.iter().fold([0.0; 3], |sum, pair| {
        let v = between(*pair);
        [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]]
    });
    let down = between([DOWN[1], DOWN[0]]);
    let away = cross(across, down);
    let length = away.iter().map(|v| v * v).sum::<f32>().sqrt();
    if !(length.is_finite() && length > 0.0) {
        return Pose::default();
    }
    let look = away.map(|v| -v / length);
    Pose {
        yaw: look[0].atan2(-look[2]).to_degrees(),
        pitch: (-look[1]).clamp(-1.0, 1.0).asin().to_degrees(),
        roll: across[1].atan2(across[0]).to_degrees(),
    }
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn distance(mesh: &Mesh, a: usize, b: usize) -> f32 {
    let (a, b) = (mesh.at(a), mesh.at(b));
    (a[0] - b[0]).hypot(a[1] - b[1]).hypot(a[2] - b[2])
}

fn per_eye_span(mesh: &Mesh, length: f32) -> f32 {
    let span = mesh.eye_span();
    if span > 0.0 { length / span } else { 0.0 }
}

/// Middle of the inner lips: upper and lower.
fn mouth_open(mesh: &Mesh) -> f32 {
    per_eye_span(mesh, distance(mesh, 13, 14))
}

fn smile(mesh: &Mesh) -> f32 {
    let width = per_eye_span(mesh, distance(mesh, 61, 291));
    logistic((width - 0.65) / 0.04)
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// An estimate of a person's age and gender.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Years, the mean of what the network thinks possible. Off by 7.6 years in the mean on 176 press photos.
    pub age: f32,
    /// Probability 0..1 that the network's label is "male".
    pub male: f32,
}

/// [`Check::AgeEstimate`]: clear when the estimate is within `tolerance` years of the age on the document. The
/// score falls from 1 there to 0 at twice as far.
pub fn age_finding(estimate: &Estimate, age: f64, tolerance: f64) -> Finding {
    let off = (f64::from(estimate.age) - age).abs();
    let score = if off <= tolerance { 1.0 } else { (2.0 - off / tolerance.max(0.1)).clamp(0.0, 1.0) };
    Finding::scored(Check::AgeEstimate, score, 1.0, Outcome::Consider)
}

/// Estimated years below which a face is taken for a child's. None of 702 pictures of adults was estimated below 13 (two
/// below 18); no children were there to measure with, so how many of them are told is not known.
pub const CHILD: f64 = 12.0;

/// [`Check::AgeEstimate`] of a face that came with an adult's document: whether it is a child's. One half is
/// [`CHILD`] years; a document of somebody under 18 says nothing here.
pub fn child_finding(estimated: f32, age: f64) -> Finding {
    if age < 18.0 {
        let detail = "the document is not an adult's";
        return Finding::not_assessed(Check::AgeEstimate, Code::NotComparable, detail);
    }
    let score = (f64::from(estimated) / (2.0 * CHILD)).clamp(0.0, 1.0);
    let finding = Finding::scored(Check::AgeEstimate, score, 0.5, Outcome::Consider);
    match finding.outcome {
        Outcome::Clear => finding,
        _ => finding
            .because(Code::FaceOfAChild, "the face looks like a child's, and the document is an adult's"),
    }
}

/// [`Check::GenderEstimate`]: whether the network's label is that of the document (`M` or `F`; others are not
/// compared). Below `tolerance` the estimate does not count.
pub fn gender_finding(estimate: &Estimate, document: &str, tolerance: f64) -> Finding {
    let male = f64::from(estimate.male);
    let same = match document.chars().next().map(|c| c.to_ascii_uppercase()) {
        Some('M') => male >= 0.5,
        Some('F') => male < 0.5,
        _ => {
            let detail = "the document names no gender that the estimate knows";
            return Finding::not_assessed(Check::GenderEstimate, Code::NotComparable, detail);
        }
    };
    if !reaches(male.max(1.0 - male), tolerance) {
        return Finding::not_assessed(
            Check::GenderEstimate,
            Code::NotSure,
            "the estimate is not sure enough to count",
        );
    }
    Finding::scored(Check::GenderEstimate, f64::from(u8::from(same)), 1.0, Outcome::Consider)
}

/// Where dlib's face chips have the centres of the eyes, as shares of the side.
const CHIP_EYES: [[f32; 2]; 2] = [[0.305, 0.301], [0.681, 0.301]];
/// Mean colour that both networks expect to be taken away.
const CHIP_MEAN: [f32; 3] = [122.782, 117.001, 104.298];

/// Estimates age and gender. `None` when the face's points span nothing.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn estimate(models: &Models, picture: &Picture, face: &Face) -> Result<Option<Estimate>, RunError> {
    let (Some(age), Some(genders)) =
        (age(models, picture, face)?, of_chip(models, picture, face, Task::Gender, 32)?)
    else {
        return Ok(None);
    };
    let [_, male] = genders.as_slice() else { return Ok(None) };
    Ok(Some(Estimate { age, male: *male }))
}

/// Estimates the age alone, in years.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn age(models: &Models, picture: &Picture, face: &Face) -> Result<Option<f32>, RunError> {
    let Some(ages) = of_chip(models, picture, face, Task::Age, 64)? else { return Ok(None) };
    // The first class is the first year of life: a quarter of a year in the middle.
    Ok(ages
        .first()
        .map(|first| 0.25 * first + ages.iter().enumerate().skip(1).map(|(i, p)| i as f32 * p).sum::<f32>()))
}

/// What a network says of a face on dlib's chip of this side.
fn of_chip(
    models: &Models,
    picture: &Picture,
    face: &Face,
    task: Task,
    side: u32,
) -> Result<Option<Vec<f32>>, RunError> {
    let [right, left, ..] = face.landmarks;
    let model = models.get(task)?;
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let to = CHIP_EYES.map(|p| p.map(|v| v * side as f32));
    let Some(map) = Similarity::fit(&to, &[right, left]) else { return Ok(None) };
    let chip: RgbImage = mesh::cut(picture, &map, side);
    let mut input = pixels::tensor(&chip, Order::Rgb);
    let plane = (side * side) as usize;
    for (values, mean) in input.data.chunks_mut(plane).zip(CHIP_MEAN) {
        values.iter_mut().for_each(|v| *v = (*v - mean) / 256.0);
    }
    let name = model.inputs().first().ok_or_else(|| failed("no input"))?;
    let out = model.run(&[(name, input)])?;
    let out = out.into_values().next().ok_or_else(|| failed("no output"))?.data;
    if out.iter().all(|v| v.is_finite()) { Ok(Some(out)) } else { Err(failed("the output is not finite")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flat face turned by these angles (radians, about the axes through its middle).
    pub(crate) fn turned(yaw: f32, pitch: f32) -> Mesh {
        let mut points = vec![[0.0; 3]; mesh::POINTS];
        for (i, [left, right]) in ACROSS.into_iter().enumerate() {
            let y = i as f32 * 4.0 - 40.0;
            points[left] = [50.0, y, 0.0];
            points[right] = [-50.0, y, 0.0];
        }
        points[10] = [0.0, -60.0, 0.0];
        points[152] = [0.0, 60.0, 0.0];
        for p in &mut points {
            // The chin comes forward (to smaller z) when the face looks up.
            let [x, y, z] = *p;
            let (s, c) = pitch.sin_cos();
            let (y, z) = (y * c + z * s, -y * s + z * c);
            // The person's left, on the right of the picture, goes back when they turn left.
            let (s, c) = yaw.sin_cos();
            *p = [x * c - z * s, y, x * s + z * c];
        }
        Mesh::from_points(points, 1.0).unwrap()
    }

    #[test]
    fn angles_have_the_right_sign_and_size() {
        for (yaw, pitch) in
            [(0.0f32, 0.0f32), (20.0, 0.0), (-35.0, 0.0), (0.0, 15.0), (0.0, -25.0), (20.0, 10.0)]
        {
            let seen = pose(&turned(yaw.to_radians(), pitch.to_radians()));
            assert!((seen.yaw - yaw).abs() < 0.1, "{yaw} {pitch} {seen:?}");
            assert!((seen.pitch - pitch).abs() < 0.1, "{yaw} {pitch} {seen:?}");
        }
    }

    #[test]
    fn estimates_count_within_their_tolerance() {
        let of = |age, male| Estimate { age, male };
        assert_eq!(age_finding(&of(30.0, 0.5), 41.0, 12.0).outcome, Outcome::Clear);
        assert_eq!(age_finding(&of(30.0, 0.5), 48.0, 12.0).score, Some(0.5));
        assert_eq!(age_finding(&of(30.0, 0.5), 90.0, 12.0).score, Some(0.0));
        assert!(age_finding(&of(30.0, 0.5), 30.5, 0.0).score.is_some_and(f64::is_finite));
        assert_eq!(gender_finding(&of(30.0, 0.95), "M", 0.9).score, Some(1.0));
        assert_eq!(gender_finding(&of(30.0, 0.95), "female", 0.9).score, Some(0.0));
        for (estimate, document) in [(of(30.0, 0.7), "M"), (of(30.0, 0.99), "X"), (of(30.0, 0.99), "")] {
            assert_eq!(gender_finding(&estimate, document, 0.9).outcome, Outcome::NotAssessed);
        }
    }

    #[test]
    fn a_childs_face_with_an_adults_document_asks_for_a_look() {
        assert_eq!(child_finding(27.0, 30.0).outcome, Outcome::Clear);
        let child = child_finding(8.0, 30.0);
        assert_eq!((child.outcome, child.reasons[0].code.clone()), (Outcome::Consider, Code::FaceOfAChild));
        assert_eq!(child_finding(8.0, 9.0).outcome, Outcome::NotAssessed);
    }

    #[test]
    fn a_mesh_without_extent_has_no_direction() {
        let nothing = Mesh::from_points(vec![[0.0; 3]; mesh::POINTS], 1.0).unwrap();
        assert_eq!(pose(&nothing), Pose::default());
        assert_eq!(attributes(&nothing, None).mouth_open, 0.0);
    }
}
