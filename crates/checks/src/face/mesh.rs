//! 468 points of a face in three dimensions, and the contour of each eye: what pose, mouth and eyelids are
//! measured on.
//!
//! The networks are MediaPipe's face and iris landmark models. Point numbers are those of its canonical face:
//! "left" is the person's own left, which lies on the right of a picture that is not mirrored.

use image::RgbImage;

use super::{
    align::Similarity,
    found::Face,
    pixels::{self, Order, Rect},
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task, Tensor},
};

/// How many points a mesh has.
pub const POINTS: usize = 468;

/// Side of the mesh network's input in pixels.
const SIDE: u32 = 192;
/// The square around the face is this many times the longer side of what it is drawn around, as the network
/// was trained.
const MARGIN: f32 = 1.5;
/// Side of the eye network's input in pixels.
const EYE_SIDE: u32 = 64;
/// The square around an eye is this many times the distance of its corners.
const EYE_MARGIN: f32 = 2.3;
/// Points of one eye's lids: the lower lid from corner to corner, then the upper one back.
const LIDS: [usize; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 13, 12, 11, 10, 9];

/// Corners of the person's right eye: outer, inner.
pub const RIGHT_EYE: [usize; 2] = [33, 133];
/// Corners of the person's left eye: outer, inner.
pub const LEFT_EYE: [usize; 2] = [263, 362];

/// The points of one face.
#[derive(Debug, Clone, PartialEq)]
pub struct Mesh {
    /// x and y in pixels of the picture; z on the same scale, smaller is nearer to the camera. Always
    /// [`POINTS`] of them, all finite.
    points: Vec<[f32; 3]>,
    /// How sure the network is that it looked at a face, 0..1.
    pub score: f32,
}

impl Mesh {
    /// `None` unless there are [`POINTS`] finite points.
    pub fn from_points(points: Vec<[f32; 3]>, score: f32) -> Option<Self> {
        let good = points.len() == POINTS && points.as_flattened().iter().all(|v| v.is_finite());
        good.then_some(Self { points, score })
    }

    /// All points, by their number.
    pub fn points(&self) -> &[[f32; 3]] {
        &self.points
    }

    /// One point; the origin for a number that does not exist.
    pub fn at(&self, number: usize) -> [f32; 3] {
        self.points.get(number).copied().unwrap_or_default()
    }

    /// One point without its depth.
    pub fn flat(&self, number: usize) -> [f32; 2] {
        let [x, y, _] = self.at(number);
        [x, y]
    }

    /// Distance in pixels between the outer corners of the eyes, depth included.
    pub fn eye_span(&self) -> f32 {
        let ([ax, ay, az], [bx, by, bz]) = (self.at(RIGHT_EYE[0]), self.at(LEFT_EYE[0]));
        (ax - bx).hypot(ay - by).hypot(az - bz)
    }
}

/// What the eye network saw of one eye, in pixels of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Eye {
    /// The lids as a closed line: corner to corner below, back above.
    pub lids: [[f32; 2]; 15],
    /// Middle of the iris; where the network guesses it behind a closed lid.
    pub iris: [f32; 2],
}

impl Eye {
    /// Area between the lids over the square of the distance of the corners: 0.2 to 0.4 open, under 0.1 shut.
    pub fn openness(&self) -> f32 {
        let [a, b] = [self.lids[0], self.lids[8]];
        let width = (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        if width > 0.0 { area(&self.lids) / width } else { 0.0 }
    }
}

/// Area inside a closed line (Gauss's shoelace formula).
pub(crate) fn area(line: &[[f32; 2]]) -> f32 {
    let next = line.iter().cycle().skip(1);
    let sum: f32 = line.iter().zip(next).map(|(p, q)| p[0] * q[1] - q[0] * p[1]).sum();
    (sum / 2.0).abs()
}

/// The mesh of a face. `None` when the network does not take what it sees for a face.
///
/// Two looks: the second one's square is drawn by the points of the first, so that it does not matter how
/// the detector's box lies around a turned or tilted head.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn mesh(models: &Models, picture: &Picture, face: &Face) -> Result<Option<Mesh>, RunError> {
    let [right, left, ..] = face.landmarks;
    let side = MARGIN * face.bbox[2].max(face.bbox[3]);
    let Some(square) = square(face.centre(), side, [right, left], SIDE) else { return Ok(None) };
    let Some(first) = look(models, picture, &square)? else { return Ok(None) };
    let Some(square) = around(&first) else { return Ok(None) };
    let second = look(models, picture, &square)?;
    Ok(second.filter(|m| m.score >= 0.5))
}

/// The lids and iris of both eyes, the person's right one first.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn eyes(models: &Models, picture: &Picture, mesh: &Mesh) -> Result<Option<[Eye; 2]>, RunError> {
    let right = eye(models, picture, mesh, RIGHT_EYE, false)?;
    let left = eye(models, picture, mesh, LEFT_EYE, true)?;
    Ok(right.zip(left).map(|(r, l)| [r, l]))
}

/// The map from a square crop of `pixels`² to the picture: `side` wide, its middle at `centre`, turned so that
/// the line between `level` is horizontal. `None` when the square is empty or not finite.
fn square(centre: [f32; 2], side: f32, level: [[f32; 2]; 2], pixels: u32) -> Option<Similarity> {
    let angle = (level[1][1] - level[0][1]).atan2(level[1][0] - level[0][0]);
    let scale = side / pixels as f32;
    let (b, a) = angle.sin_cos();
    let (a, b, half) = (a * scale, b * scale, pixels as f32 / 2.0);
    // Crop coordinates have pixel centres at whole numbers plus one half.
    let map = Similarity { a, b, tx: centre[0] - a * half + b * half, ty: centre[1] - b * half - a * half };
    let fine = [map.a, map.b, map.tx, map.ty].iter().all(|v| v.is_finite()) && side >= 4.0;
    fine.then_some(map)
}

/// The square around the points of a mesh.
fn around(mesh: &Mesh) -> Option<Similarity> {
    let level = [mesh.flat(RIGHT_EYE[0]), mesh.flat(LEFT_EYE[0])];
    let turn = square([0.0; 2], SIDE as f32, level, SIDE)?.inverse()?;
    let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
    for [x, y, _] in mesh.points() {
        for (i, v) in turn.apply([*x, *y]).into_iter().enumerate() {
            low[i] = low[i].min(v);
            high[i] = high[i].max(v);
        }
    }
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let side = MARGIN * (high[0] - low[0]).max(high[1] - low[1]);
    square(turn.inverse()?.apply(middle), side, level, SIDE)
}

fn look(models: &Models, picture: &Picture, square: &Similarity) -> Result<Option<Mesh>, RunError> {
    let model = models.get(Task::FaceMesh)?;
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let input = model.inputs().first().ok_or_else(|| failed("no input"))?;
    let out = model.run(&[(input, tensor(&cut(picture, square, SIDE)))])?;
    let of_length = |n: usize| out.values().map(|t| &t.data).find(|d| d.len() == n);
    let points = of_length(3 * POINTS).ok_or_else(|| failed("no points in the output"))?;
    let flag = of_length(1).and_then(|d| d.first()).ok_or_else(|| failed("no face flag in the output"))?;
    let scale = square.a.hypot(square.b);
    let points = points.as_chunks::<3>().0.iter().map(|[x, y, z]| {
        let [px, py] = square.apply([*x, *y]);
        [px, py, z * scale]
    });
    Ok(Mesh::from_points(points.collect(), 1.0 / (1.0 + (-flag).exp())))
}

fn eye(
    models: &Models,
    picture: &Picture,
    mesh: &Mesh,
    [outer, inner]: [usize; 2],
    mirrored: bool,
) -> Result<Option<Eye>, RunError> {
    let model = models.get(Task::EyeContour)?;
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let (outer, inner) = (mesh.flat(outer), mesh.flat(inner));
    let middle = [(outer[0] + inner[0]) / 2.0, (outer[1] + inner[1]) / 2.0];
    let side = EYE_MARGIN * (outer[0] - inner[0]).hypot(outer[1] - inner[1]);
    let level = if mirrored { [inner, outer] } else { [outer, inner] };
    let Some(square) = square(middle, side, level, EYE_SIDE) else { return Ok(None) };
    let mut crop = cut(picture, &square, EYE_SIDE);
    // The network knows right eyes; a left one is shown to it in the mirror.
    if mirrored {
        image::imageops::flip_horizontal_in_place(&mut crop);
    }
    let input = model.inputs().first().ok_or_else(|| failed("no input"))?;
    let out = model.run(&[(input, tensor(&crop))])?;
    let back = |[x, y, _]: &[f32; 3]| square.apply([if mirrored { EYE_SIDE as f32 - x } else { *x }, *y]);
    let of_length = |n: usize| out.values().map(|t| &t.data).find(|d| d.len() == n);
    let contour = of_length(71 * 3).ok_or_else(|| failed("no contour in the output"))?.as_chunks::<3>().0;
    let iris = of_length(5 * 3).and_then(|d| d.first_chunk::<3>()).ok_or_else(|| failed("no iris"))?;
    let mut lids = [[0.0; 2]; 15];
    for (to, from) in lids.iter_mut().zip(LIDS) {
        *to = contour.get(from).map(back).unwrap_or_default();
    }
    let eye = Eye { lids, iris: back(iris) };
    Ok(eye.lids.as_flattened().iter().chain(&eye.iris).all(|v| v.is_finite()).then_some(eye))
}

/// The square as `side`² pixels, black where the picture ends. Averaged where the square is much larger.
pub(super) fn cut(picture: &Picture, square: &Similarity, side: u32) -> RgbImage {
    let scale = square.a.hypot(square.b);
    let shrunk = if scale > 1.5 { shrink(picture, square, side, scale) } else { None };
    let (rgb, map) = match &shrunk {
        Some((small, [left, top], by)) => {
            let to = |v: f32, origin: f32| (v - origin) / by;
            let map = Similarity {
                a: square.a / by,
                b: square.b / by,
                tx: to(square.tx, *left),
                ty: to(square.ty, *top),
            };
            (small, map)
        }
        None => (&picture.rgb, *square),
    };
    RgbImage::from_fn(side, side, |u, v| {
        let [x, y] = map.apply([u as f32 + 0.5, v as f32 + 0.5]);
        image::Rgb(pixels::at(rgb, x - 0.5, y - 0.5).map(|c| c.round() as u8))
    })
}

/// The part of the picture under the square, made smaller by averaging: the part, its corner, by how much.
fn shrink(
    picture: &Picture,
    square: &Similarity,
    side: u32,
    scale: f32,
) -> Option<(RgbImage, [f32; 2], f32)> {
    let far = side as f32;
    let corners = [[0.0, 0.0], [far, 0.0], [0.0, far], [far, far]].map(|p| square.apply(p));
    let (w, h) = picture.rgb.dimensions();
    let span = |axis: usize, max: u32| {
        let low = corners.iter().map(|c| c[axis]).fold(f32::MAX, f32::min).floor().clamp(0.0, max as f32);
        let high = corners.iter().map(|c| c[axis]).fold(f32::MIN, f32::max).ceil().clamp(low, max as f32);
        (low, high - low)
    };
    let ((left, width), (top, height)) = (span(0, w), span(1, h));
    let (sw, sh) = ((width / scale).round() as u32, (height / scale).round() as u32);
    if sw < 2 || sh < 2 {
        return None;
    }
    let part: Rect = [f64::from(left), f64::from(top), f64::from(width), f64::from(height)];
    Some((pixels::scaled(&picture.rgb, part, sw, sh)?, [left, top], width / sw as f32))
}

/// 1 × 3 × height × width, RGB in 0..1.
fn tensor(rgb: &RgbImage) -> Tensor {
    let mut tensor = pixels::tensor(rgb, Order::Rgb);
    tensor.data.iter_mut().for_each(|v| *v /= 255.0);
    tensor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_is_level_between_its_two_points() {
        let map = square([100.0, 50.0], 96.0, [[90.0, 40.0], [110.0, 60.0]], SIDE).unwrap();
        let [x, y] = map.apply([96.0, 96.0]);
        assert!((x - 100.0).abs() < 1e-3 && (y - 50.0).abs() < 1e-3);
        let [x, y] = map.apply([192.0, 96.0]);
        let half = 48.0 * std::f32::consts::FRAC_1_SQRT_2;
        assert!((x - 100.0 - half).abs() < 1e-3 && (y - 50.0 - half).abs() < 1e-3, "{x} {y}");
        assert!(square([f32::NAN, 0.0], 96.0, [[0.0; 2]; 2], SIDE).is_none());
        assert!(square([0.0, 0.0], 0.0, [[0.0; 2]; 2], SIDE).is_none());
    }

    #[test]
    fn a_large_square_is_averaged_and_a_small_one_is_not_moved() {
        // One white half: its edge stays in the middle whatever the scale.
        for side in [96.0, 192.0, 700.0] {
            let rgb = RgbImage::from_fn(900, 900, |x, _| image::Rgb([if x < 450 { 0 } else { 255 }; 3]));
            let map = square([450.0, 450.0], side, [[0.0, 0.0], [1.0, 0.0]], SIDE).unwrap();
            let crop = cut(&Picture { rgb }, &map, SIDE);
            assert_eq!((crop.get_pixel(92, 90).0[0], crop.get_pixel(99, 90).0[0]), (0, 255), "{side}");
        }
    }

    #[test]
    fn an_eye_is_as_open_as_its_lids_are_apart() {
        let lids = std::array::from_fn(|i| {
            if i < 9 {
                let x = i as f32;
                [x, if i == 0 || i == 8 { 0.0 } else { 1.0 }]
            } else {
                [8.0 - (i as f32 - 8.0) * 8.0 / 7.0, -1.0]
            }
        });
        let eye = Eye { lids, iris: [4.0, 0.0] };
        assert!((0.18..0.25).contains(&eye.openness()), "{}", eye.openness());
        assert_eq!(Eye { lids: [[3.0; 2]; 15], iris: [0.0; 2] }.openness(), 0.0);
    }

    #[test]
    fn points_that_are_not_finite_or_too_few_are_no_mesh() {
        assert!(Mesh::from_points(vec![[0.0; 3]; POINTS - 1], 1.0).is_none());
        let mut points = vec![[0.0; 3]; POINTS];
        points[7][2] = f32::NAN;
        assert!(Mesh::from_points(points, 1.0).is_none());
    }
}
