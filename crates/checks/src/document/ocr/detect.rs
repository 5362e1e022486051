//! Text detection by differentiable binarisation (DB): a map of text probability, from which boxes are
//! taken and grown back to full height.

use std::collections::BTreeMap;

use bonafide_core::document::Quad;
use image::RgbImage;

use super::effort::Effort;
use crate::{
    image::scale::resized,
    models::{Models, RunError, Task, Tensor},
};

/// Pixels above this belong to text: the value the networks were trained with.
const PIXEL: f32 = 0.3;
/// Mean probability inside a box below which it is no text.
const BOX: f32 = 0.45;
/// How far a shrunken box is grown: area × ratio ÷ perimeter, as in training.
const UNCLIP: f32 = 1.6;
/// Boxes beyond this number are noise: a dense page has some hundred lines.
const MOST_BOXES: usize = 300;

/// Boxes of the lines of text in a picture, top to bottom, in its own pixels.
///
/// The picture is scaled so that its longer side is `long_side` pixels (small pictures are enlarged at
/// most threefold), so memory and time are bounded.
///
/// # Errors
/// When the network is missing or fails.
pub fn detect(
    models: &Models,
    picture: &RgbImage,
    long_side: u32,
    effort: Effort,
) -> Result<Vec<Quad>, RunError> {
    let model = effort.model(models, Task::QuickTextDetection, Task::TextDetection)?;
    let (width, height) = picture.dimensions();
    if width < 8 || height < 8 {
        return Ok(vec![]);
    }
    let scale = (long_side as f32 / width.max(height) as f32).min(3.0);
    let side = |length: u32| (((length as f32 * scale) / 32.0).round().max(1.0) * 32.0) as u32;
    let (w, h) = (side(width), side(height));
    let outputs = model.run(&[("x", bgr(&resized(picture, w, h)))])?;
    let map = first(outputs);
    let found = boxes(&map.data, w as usize, h as usize);
    let (fx, fy) = (width as f32 / w as f32, height as f32 / h as f32);
    let clip = |[x, y]: [f32; 2]| [(x * fx).clamp(0.0, width as f32), (y * fy).clamp(0.0, height as f32)];
    let mut quads: Vec<Quad> = found.into_iter().map(|q| Quad(q.0.map(clip))).collect();
    quads.sort_by(|a, b| top(a).total_cmp(&top(b)));
    Ok(quads)
}

fn top(quad: &Quad) -> f32 {
    quad.0[0][1].min(quad.0[1][1])
}

/// The only output of a network that has one.
pub(super) fn first(outputs: BTreeMap<String, Tensor>) -> Tensor {
    outputs.into_values().next().unwrap_or(Tensor { shape: vec![], data: vec![] })
}

/// A picture as the PP-OCR networks take it: planes in the order blue, green, red, from -1 to 1.
pub(super) fn bgr(picture: &RgbImage) -> Tensor {
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let mut data = Vec::with_capacity(3 * w * h);
    for channel in [2, 1, 0] {
        data.extend(picture.as_raw().chunks_exact(3).map(|p| f32::from(p[channel]) / 127.5 - 1.0));
    }
    Tensor { shape: vec![1, 3, h, w], data }
}

fn boxes(map: &[f32], w: usize, h: usize) -> Vec<Quad> {
    if map.len() < w * h {
        return vec![];
    }
    let mut seen = vec![false; w * h];
    let mut out = vec![];
    let mut stack = vec![];
    for start in 0..w * h {
        if seen[start] || map[start] < PIXEL {
            continue;
        }
        seen[start] = true;
        stack.push(start);
        // The outermost pixels of each row suffice for the hull.
        let mut rows: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let (mut sum, mut count) = (0.0f64, 0usize);
        while let Some(at) = stack.pop() {
            let (x, y) = (at % w, at / w);
            sum += f64::from(map[at]);
            count += 1;
            let row = rows.entry(y).or_insert((x, x));
            *row = (row.0.min(x), row.1.max(x));
            let mut visit = |next: usize| {
                if !seen[next] && map[next] >= PIXEL {
                    seen[next] = true;
                    stack.push(next);
                }
            };
            for y in y.saturating_sub(1)..=(y + 1).min(h - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                    visit(y * w + x);
                }
            }
        }
        if count < 12 || sum / (count as f64) < f64::from(BOX) {
            continue;
        }
        let points: Vec<[f32; 2]> = rows
            .iter()
            .flat_map(|(y, (a, b))| {
                let (y, a, b) = (*y as f32, *a as f32, *b as f32);
                [[a, y], [b + 1.0, y], [a, y + 1.0], [b + 1.0, y + 1.0]]
            })
            .collect();
        if let Some(quad) = grown(&points) {
            out.push(quad);
        }
        if out.len() >= MOST_BOXES {
            break;
        }
    }
    out
}

/// The smallest rectangle of any direction around some points, grown by the unclip distance.
fn grown(points: &[[f32; 2]]) -> Option<Quad> {
    let (centre, axis, (w, h)) = smallest_rectangle(points)?;
    if w.min(h) < 3.0 {
        return None;
    }
    let by = w * h * UNCLIP / (2.0 * (w + h));
    Some(ordered(centre, axis, w / 2.0 + by, h / 2.0 + by))
}

/// Centre, direction of the first side, and the two side lengths.
type Rectangle = ([f32; 2], [f32; 2], (f32, f32));

/// The rectangle of least area around some points: one of its sides lies on a side of their hull.
pub(crate) fn smallest_rectangle(points: &[[f32; 2]]) -> Option<Rectangle> {
    let hull = convex_hull(points);
    let mut best: Option<(f32, Rectangle)> = None;
    for (i, a) in hull.iter().enumerate() {
        let b = hull[(i + 1) % hull.len()];
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        if length < 1e-6 {
            continue;
        }
        let u = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let range = |axis: [f32; 2]| {
            hull.iter().fold((f32::MAX, f32::MIN), |(lo, hi), p| {
                let d = p[0] * axis[0] + p[1] * axis[1];
                (lo.min(d), hi.max(d))
            })
        };
        let v = [-u[1], u[0]];
        let ((u0, u1), (v0, v1)) = (range(u), range(v));
        let area = (u1 - u0) * (v1 - v0);
        if best.as_ref().is_none_or(|(least, _)| area < *least) {
            let (mu, mv) = ((u0 + u1) / 2.0, (v0 + v1) / 2.0);
            let centre = [u[0] * mu + v[0] * mv, u[1] * mu + v[1] * mv];
            best = Some((area, (centre, u, (u1 - u0, v1 - v0))));
        }
    }
    best.map(|b| b.1)
}

/// Counter-clockwise hull (monotone chain).
pub(crate) fn convex_hull(points: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let half = |points: &mut dyn Iterator<Item = [f32; 2]>| {
        let mut chain: Vec<[f32; 2]> = vec![];
        for p in points {
            while let [.., a, b] = chain.as_slice() {
                if (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut sorted.iter().copied());
    hull.extend(half(&mut sorted.iter().rev().copied()));
    hull
}

/// Corners in the order top left, top right, bottom right, bottom left. A line of text is read across
/// unless it is clearly taller than wide.
fn ordered(centre: [f32; 2], axis: [f32; 2], half_w: f32, half_h: f32) -> Quad {
    // The direction nearest to the horizontal, pointing right.
    let (mut u, mut hw, mut hh) = (axis, half_w, half_h);
    if u[0].abs() < u[1].abs() {
        u = [-u[1], u[0]];
        std::mem::swap(&mut hw, &mut hh);
    }
    if u[0] < 0.0 {
        u = [-u[0], -u[1]];
    }
    let v = [-u[1], u[0]];
    let corner = |a: f32, b: f32| {
        [centre[0] + u[0] * a * hw + v[0] * b * hh, centre[1] + u[1] * a * hw + v[1] * b * hh]
    };
    Quad([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::warp::{extent, length};

    #[test]
    fn a_slanted_bar_becomes_one_grown_box() {
        let (w, h) = (200, 100);
        let map: Vec<f32> = (0..w * h)
            .map(|i| {
                let (x, y) = ((i % w) as f32, (i / w) as f32);
                let away = (y - 30.0 - 0.2 * x).abs() / 1.04f32.sqrt();
                if (20.0..180.0).contains(&x) && away < 5.0 { 0.9 } else { 0.0 }
            })
            .collect();
        let found = boxes(&map, w, h);
        assert_eq!(found.len(), 1);
        let (across, down) = extent(&found[0]);
        assert!((165.0..195.0).contains(&across) && (22.0..32.0).contains(&down), "{across} {down}");
        let [a, b, ..] = found[0].0;
        assert!(((b[1] - a[1]) / (b[0] - a[0]) - 0.2).abs() < 0.03);
    }

    #[test]
    fn faint_and_tiny_marks_are_not_text() {
        let mut map = vec![0.0; 2500];
        map[60..70].fill(0.9);
        (20..30).for_each(|y| map[y * 50..y * 50 + 20].fill(0.35));
        assert!(boxes(&map, 50, 50).is_empty());
        assert!(boxes(&[], 50, 50).is_empty());
    }

    #[test]
    fn hull_of_a_square_with_inner_points() {
        let hull = convex_hull(&[[0.0, 0.0], [2.0, 0.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 0.0]]);
        assert_eq!(hull.len(), 4);
        let (_, _, (w, h)) = smallest_rectangle(&hull).unwrap();
        assert!((w - 2.0).abs() < 1e-5 && (h - 2.0).abs() < 1e-5);
        assert!(smallest_rectangle(&[[1.0, 1.0]]).is_none());
        assert!(length([0.0, 0.0], [3.0, 4.0]) == 5.0);
    }
}
