//! The edges of a print or a screen around the face: a photograph of a picture shows where that picture ends, as four
//! straight edges that close around the face and cross the body. Behind a person there may be a door or a window, but
//! its lower edge does not run before their chest. `bonafide eval selfie-source` counts how often real faces have them.

use image::{GrayImage, RgbImage, imageops};

use crate::{document::locate::Line, face::Face, image::scale::resized};

/// Longer side of the picture that edges are looked for in.
const SIDE: u32 = 256;
/// Change of brightness across an edge, in grey levels, that counts as support.
const STEP: i32 = 8;
/// How far an edge may stray from a straight line, in pixels: paper bends.
const STRAY: i32 = 1;
/// Least support of an edge beside the face for it to be a candidate.
const BESIDE: f32 = 0.7;
/// Lengths that edges are looked for with, in extents of the face: a face may be small on its sheet.
const LENGTHS: [f32; 3] = [1.0, 1.8, 2.6];
/// Candidates kept of each side and length, the clearest first.
const KEPT: usize = 12;
/// Edges this near to the picture's own, in pixels, may be its border.
const BORDER: f32 = 3.0;
/// How far an edge may be tilted, in degrees.
const TILT: i32 = 10;
/// Places along an edge that are looked at.
const SAMPLES: i32 = 48;

type Point = [f32; 2];

/// Whether four edges close around a face, each unbroken from corner to corner.
pub(super) fn is_closed(picture: &RgbImage, face: &Face) -> bool {
    let scale = (SIDE as f32 / picture.width().max(picture.height()).max(1) as f32).min(1.0);
    let side = |n: u32| ((n as f32 * scale).round() as u32).max(1);
    let grey = imageops::grayscale(&*resized(picture, side(picture.width()), side(picture.height())));
    let [x, y, w, h] = face.bbox.map(|v| v * scale);
    let middle = [x + w / 2.0, y + h / 2.0];
    let measurable = w > 4.0 && h > 4.0 && (middle[0] + middle[1]).is_finite();
    if !measurable {
        return false;
    }
    let [top, right, bottom, left] = [0, 1, 2, 3].map(|side| edges(&grey, middle, [w * 0.55, h * 0.6], side));
    // Whether an edge runs unbroken between the two that cross it.
    let unbroken = |edge: &Line, from: &Line, to: &Line| match (edge.cross(from), edge.cross(to)) {
        (Some(from), Some(to)) => support(&grey, from, to) >= 1.0,
        _ => false,
    };
    let between = |edges: &[Line], from: &[Line], to: &[Line]| -> Vec<Vec<Vec<bool>>> {
        let of = |edge: &Line| {
            let row = |f: &Line| to.iter().map(|t| unbroken(edge, f, t)).collect();
            from.iter().map(row).collect()
        };
        edges.iter().map(of).collect()
    };
    let (tops, bottoms) = (between(&top, &left, &right), between(&bottom, &left, &right));
    let (lefts, rights) = (between(&left, &top, &bottom), between(&right, &top, &bottom));
    let is = |table: &[Vec<Vec<bool>>], edge: usize, from: usize, to: usize| {
        table.get(edge).and_then(|t| t.get(from)).and_then(|t| t.get(to)).copied().unwrap_or(false)
    };
    (0..top.len()).any(|t| {
        (0..left.len()).any(|l| {
            (0..right.len()).filter(|r| is(&tops, t, l, *r)).any(|r| {
                (0..bottom.len())
                    .any(|b| is(&lefts, l, t, b) && is(&rights, r, t, b) && is(&bottoms, b, l, r))
            })
        })
    })
}

/// The clearest edges on one side of the face: 0 above, 1 right, 2 below, 3 left. `half` is half the extent of the face.
fn edges(grey: &GrayImage, middle: Point, half: Point, side: usize) -> Vec<Line> {
    let (w, h) = (grey.width() as f32, grey.height() as f32);
    // Outwards, along the edge, where to begin and to end, half the length beside the face.
    let (out, along, from, to, half): (Point, Point, f32, f32, f32) = match side {
        0 => ([0.0, -1.0], [1.0, 0.0], half[1], middle[1], half[0]),
        1 => ([1.0, 0.0], [0.0, 1.0], half[0], w - middle[0], half[1]),
        2 => ([0.0, 1.0], [1.0, 0.0], half[1], h - middle[1], half[0]),
        _ => ([-1.0, 0.0], [0.0, 1.0], half[0], middle[0], half[1]),
    };
    let begin = (from.ceil() as i32).max(0);
    let end = (to - BORDER).floor().min(SIDE as f32) as i32;
    let clearest = |away: i32, half: f32| {
        let point = [middle[0] + out[0] * away as f32, middle[1] + out[1] * away as f32];
        let tilted = (-TILT..=TILT).map(|tilt| {
            let (s, c) = (tilt as f32).to_radians().sin_cos();
            let along = [along[0] * c + out[0] * s, along[1] * c + out[1] * s];
            let at = |by: f32| [point[0] + along[0] * by, point[1] + along[1] * by];
            (support(grey, at(-half), at(half)), Line { point, along })
        });
        tilted.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(clear, _)| *clear >= BESIDE)
    };
    let mut all = vec![];
    for length in LENGTHS {
        let mut found: Vec<(f32, Line)> =
            (begin..end).filter_map(|away| clearest(away, half * length)).collect();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, edge) in found.into_iter().take(KEPT) {
            if !all.contains(&edge) {
                all.push(edge);
            }
        }
    }
    all
}

/// Share of a stretch along which brightness changes across it, always in the same sense. Outside the picture nothing does.
fn support(grey: &GrayImage, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy).max(1.0);
    let across = [-dy / length, dx / length];
    let (w, h) = (grey.width() as i32, grey.height() as i32);
    let at = |x: f32, y: f32| {
        let (x, y) = (x.round() as i32, y.round() as i32);
        ((0..w).contains(&x) && (0..h).contains(&y)).then(|| i32::from(grey.get_pixel(x as u32, y as u32)[0]))
    };
    let (mut up, mut down) = (0, 0);
    for i in 0..SAMPLES {
        // Corners are rounded.
        let t = 0.04 + 0.92 * (i as f32 + 0.5) / SAMPLES as f32;
        let (x, y) = (from[0] + dx * t, from[1] + dy * t);
        let (mut rises, mut falls) = (false, false);
        for stray in -STRAY..=STRAY {
            let beside =
                |by: f32| at(x + across[0] * (stray as f32 + by), y + across[1] * (stray as f32 + by));
            if let (Some(a), Some(b)) = (beside(1.5), beside(-1.5)) {
                rises |= a - b >= STEP;
                falls |= b - a >= STEP;
            }
        }
        up += i32::from(rises);
        down += i32::from(falls);
    }
    up.max(down) as f32 / SAMPLES as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Face = Face { bbox: [160.0, 120.0, 80.0, 100.0], landmarks: [[0.0; 2]; 5], score: 0.9 };

    /// A noisy ground, and on it a sheet with a noisy picture.
    fn scene(sheet: [u32; 4]) -> RgbImage {
        let [x0, y0, x1, y1] = sheet;
        RgbImage::from_fn(400, 400, |x, y| {
            let inside = (x0..x1).contains(&x) && (y0..y1).contains(&y);
            let noise = ((x * 7919 + y * 104_729) % 13) as u8;
            image::Rgb([if inside { 190 } else { 90 } + noise; 3])
        })
    }

    #[test]
    fn four_edges_close_around_a_face() {
        assert!(is_closed(&scene([90, 60, 320, 330]), &FACE));
    }

    #[test]
    fn three_edges_are_a_door() {
        assert!(!is_closed(&scene([90, 60, 320, 400]), &FACE));
        assert!(!is_closed(&scene([0, 0, 400, 400]), &FACE));
    }

    #[test]
    fn a_sheet_beside_the_face_is_no_sheet_around_it() {
        assert!(!is_closed(&scene([250, 60, 380, 200]), &FACE));
    }

    #[test]
    fn any_face_is_judged_without_panic() {
        let picture = scene([90, 60, 320, 330]);
        for bbox in [[f32::NAN; 4], [-1e9, 0.0, 1e9, 5.0], [390.0, 390.0, 80.0, 90.0], [0.0; 4], [1e30; 4]] {
            assert!(!is_closed(&picture, &Face { bbox, ..FACE }));
        }
        assert!(!is_closed(&RgbImage::new(1, 1), &FACE));
    }
}
