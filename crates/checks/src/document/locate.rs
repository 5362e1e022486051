//! The four corners of a document in a photograph.
//!
//! What is printed on a document says where it lies: lines of text and the portrait give its direction
//! and its inner part. From there each of the four edges is searched outwards, as the straight line along
//! which brightness changes most steadily. Where an edge is not clear the document is not located, and
//! the whole picture is used.

use bonafide_core::document::Quad;
use image::{GrayImage, RgbImage, imageops};

use crate::image::{
    scale::resized,
    warp::{Homography, cut, extent, length, rectangle},
};

/// Longer side of the picture that edges are looked for in.
const SIDE: u32 = 512;
/// Change of brightness across an edge, in grey levels, that counts as support.
const STEP: i32 = 9;
/// Share of an edge that must show support.
const SUPPORT: f32 = 0.6;
/// How far outside the print an edge is looked for, as a share of the print's extent.
const REACH: f32 = 0.75;
/// Longer over shorter side: from a passport booklet's page (1.25 with a tilt) to a card (1.586).
const ASPECT: std::ops::Range<f32> = 1.15..1.95;
/// Longer side of a rectified document.
const RECTIFIED: f32 = 1280.0;

/// The corners of the document, in the reading direction of its print; `None` when its edges are not clear.
/// `boxes` are the lines of text found in the picture, `face` the portrait's box (x, y, width, height).
pub fn corners(picture: &RgbImage, boxes: &[Quad], face: Option<[f32; 4]>) -> Option<Quad> {
    let scale = (SIDE as f32 / picture.width().max(picture.height()).max(1) as f32).min(1.0);
    let side = |n: u32| ((n as f32 * scale).round() as u32).max(1);
    let (w, h) = (side(picture.width()), side(picture.height()));
    let grey = imageops::grayscale(&*resized(picture, w, h));
    let scaled = |q: &Quad| Quad(q.0.map(|p| p.map(|c| c * scale)));
    let boxes: Vec<Quad> = boxes.iter().map(scaled).collect();
    let face = face.map(|b| b.map(|c| c * scale));
    let print = Print::of(&boxes, face)?;
    let sides: Vec<Line> = (0..4).map(|side| print.edge(&grey, side)).collect::<Option<_>>()?;
    let [top, right, bottom, left] = sides[..] else { return None };
    let quad = Quad([top.cross(&left)?, top.cross(&right)?, bottom.cross(&right)?, bottom.cross(&left)?]);
    plausible(&quad, w as f32, h as f32).then(|| Quad(quad.0.map(|p| p.map(|c| c / scale))))
}

/// The document as an upright rectangle, and the map from it back to the picture; `None` when the corners
/// enclose nothing.
pub fn rectify(picture: &RgbImage, corners: &Quad) -> Option<(RgbImage, Homography)> {
    let (w, h) = extent(corners);
    if !(w >= 16.0 && h >= 16.0) {
        return None;
    }
    let scale = RECTIFIED / w.max(h);
    let (width, height) = ((w * scale).round(), (h * scale).round());
    let map = Homography::between(&rectangle(width, height), corners)?;
    Some((cut(picture, corners, width as u32, height as u32), map))
}

fn plausible(quad: &Quad, width: f32, height: f32) -> bool {
    let (w, h) = extent(quad);
    let slack = 0.03 * width.max(height);
    let inside = quad
        .0
        .iter()
        .all(|p| (-slack..width + slack).contains(&p[0]) && (-slack..height + slack).contains(&p[1]));
    let [a, b, c, d] = quad.0;
    let turn = |p: [f32; 2], q: [f32; 2], r: [f32; 2]| {
        (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0]) > 0.0
    };
    let convex = turn(a, b, c) && turn(b, c, d) && turn(c, d, a) && turn(d, a, b);
    // Opposite sides of a card seen at an angle differ, but not by half.
    let alike = |x: f32, y: f32| x.min(y) > 0.6 * x.max(y);
    let even = alike(length(a, b), length(d, c)) && alike(length(a, d), length(b, c));
    inside && convex && even && ASPECT.contains(&(w.max(h) / w.min(h).max(1.0)))
}

/// A straight line: a point and a unit direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub(crate) point: [f32; 2],
    pub(crate) along: [f32; 2],
}

impl Line {
    /// Where it crosses another that is not nearly parallel.
    pub(crate) fn cross(&self, other: &Self) -> Option<[f32; 2]> {
        let det = self.along[0] * other.along[1] - self.along[1] * other.along[0];
        if det.abs() < 0.2 {
            return None;
        }
        let (dx, dy) = (other.point[0] - self.point[0], other.point[1] - self.point[1]);
        let t = (dx * other.along[1] - dy * other.along[0]) / det;
        Some([self.point[0] + self.along[0] * t, self.point[1] + self.along[1] * t])
    }
}

/// The printed part of a document: a rectangle in the direction of its text.
struct Print {
    centre: [f32; 2],
    along: [f32; 2],
    half: [f32; 2],
}

impl Print {
    fn of(boxes: &[Quad], face: Option<[f32; 4]>) -> Option<Self> {
        let mut pieces = boxes.to_vec();
        if let Some([x, y, w, h]) = face {
            pieces.push(Quad(rectangle(w, h).0.map(|p| [p[0] + x, p[1] + y])));
        }
        let pieces = largest_cluster(&pieces);
        if pieces.len() < 3 {
            return None;
        }
        let (mut dx, mut dy) = (0.0, 0.0);
        for q in &pieces {
            let (w, h) = extent(q);
            if w > 1.5 * h {
                (dx, dy) = (dx + q.0[1][0] - q.0[0][0], dy + q.0[1][1] - q.0[0][1]);
            }
        }
        let norm = f32::hypot(dx, dy);
        let along = if norm > 1e-3 { [dx / norm, dy / norm] } else { [1.0, 0.0] };
        let across = [-along[1], along[0]];
        let range = |axis: [f32; 2]| {
            pieces.iter().flat_map(|q| q.0).fold((f32::MAX, f32::MIN), |(lo, hi), p| {
                let d = p[0] * axis[0] + p[1] * axis[1];
                (lo.min(d), hi.max(d))
            })
        };
        let ((u0, u1), (v0, v1)) = (range(along), range(across));
        let (mu, mv) = ((u0 + u1) / 2.0, (v0 + v1) / 2.0);
        let half = [(u1 - u0) / 2.0, (v1 - v0) / 2.0];
        (half[0] > 10.0 && half[1] > 6.0).then_some(Self {
            centre: [along[0] * mu + across[0] * mv, along[1] * mu + across[1] * mv],
            along,
            half,
        })
    }

    /// The document's edge on one side: 0 top, 1 right, 2 bottom, 3 left.
    fn edge(&self, grey: &GrayImage, side: usize) -> Option<Line> {
        let (u, v) = (self.along, [-self.along[1], self.along[0]]);
        // Outwards, along the edge, distance of the print's border, half length of the edge.
        let (out, along, border, half) = match side {
            0 => ([-v[0], -v[1]], u, self.half[1], self.half[0]),
            1 => (u, v, self.half[0], self.half[1]),
            2 => (v, u, self.half[1], self.half[0]),
            _ => ([-u[0], -u[1]], v, self.half[0], self.half[1]),
        };
        let reach = REACH * self.half[0].max(self.half[1]);
        let mut best: Option<(f32, Line)> = None;
        for step in -3..=(reach as i32) {
            let away = border + step as f32;
            let point = [self.centre[0] + out[0] * away, self.centre[1] + out[1] * away];
            for tilt in -8..=8 {
                let (s, c) = (tilt as f32).to_radians().sin_cos();
                let direction = [along[0] * c + out[0] * s, along[1] * c + out[1] * s];
                let line = Line { point, along: direction };
                let support = support(grey, &line, half);
                let score = support - 0.1 * step.max(0) as f32 / reach.max(1.0);
                if support >= SUPPORT && best.as_ref().is_none_or(|b| score > b.0) {
                    best = Some((score, line));
                }
            }
        }
        best.map(|b| b.1)
    }
}

/// Share of a stretch of a line along which brightness changes across it, always in the same sense.
fn support(grey: &GrayImage, line: &Line, half: f32) -> f32 {
    let (w, h) = (grey.width() as i32, grey.height() as i32);
    let across = [-line.along[1], line.along[0]];
    let at = |x: f32, y: f32| {
        let (x, y) = (x.round() as i32, y.round() as i32);
        ((0..w).contains(&x) && (0..h).contains(&y)).then(|| i32::from(grey.get_pixel(x as u32, y as u32)[0]))
    };
    const SAMPLES: i32 = 48;
    let (mut up, mut down) = (0, 0);
    for i in 0..SAMPLES {
        let t = ((i as f32 + 0.5) / SAMPLES as f32 * 2.0 - 1.0) * half;
        let (x, y) = (line.point[0] + line.along[0] * t, line.point[1] + line.along[1] * t);
        let (a, b) =
            (at(x + across[0] * 1.5, y + across[1] * 1.5), at(x - across[0] * 1.5, y - across[1] * 1.5));
        if let (Some(a), Some(b)) = (a, b) {
            up += i32::from(a - b >= STEP);
            down += i32::from(b - a >= STEP);
        }
    }
    up.max(down) as f32 / SAMPLES as f32
}

/// The pieces of print that lie close together, of the cluster that covers most.
fn largest_cluster(pieces: &[Quad]) -> Vec<Quad> {
    let boxes: Vec<[f32; 4]> = pieces
        .iter()
        .map(|q| {
            q.0.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |b, p| {
                [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]
            })
        })
        .collect();
    let mut heights: Vec<f32> = pieces.iter().map(|q| extent(q).1).collect();
    heights.sort_by(f32::total_cmp);
    let gap = 4.0 * heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let near = |a: &[f32; 4], b: &[f32; 4]| {
        let dx = (a[0].max(b[0]) - a[2].min(b[2])).max(0.0);
        let dy = (a[1].max(b[1]) - a[3].min(b[3])).max(0.0);
        dx.max(dy) < gap
    };
    let mut cluster = vec![usize::MAX; boxes.len()];
    for start in 0..boxes.len() {
        if cluster[start] != usize::MAX {
            continue;
        }
        cluster[start] = start;
        let mut open = vec![start];
        while let Some(i) = open.pop() {
            for j in 0..boxes.len() {
                if cluster[j] == usize::MAX && near(&boxes[i], &boxes[j]) {
                    cluster[j] = start;
                    open.push(j);
                }
            }
        }
    }
    let area = |id: usize| -> f32 {
        let members = boxes.iter().zip(&cluster).filter(|(_, c)| **c == id);
        members.map(|(b, _)| (b[2] - b[0]) * (b[3] - b[1])).sum()
    };
    let best = cluster.iter().copied().max_by(|a, b| area(*a).total_cmp(&area(*b)));
    pieces.iter().zip(&cluster).filter(|(_, c)| Some(**c) == best).map(|(q, _)| *q).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A light card, turned a little, on a dark and striped ground, with boxes where its print would be.
    fn scene() -> (RgbImage, Quad, Vec<Quad>) {
        let card = Quad([[120.0, 90.0], [475.0, 120.0], [458.0, 345.0], [103.0, 315.0]]);
        let map = Homography::between(&card, &rectangle(856.0, 540.0)).unwrap();
        let back = Homography::between(&rectangle(856.0, 540.0), &card).unwrap();
        let picture = RgbImage::from_fn(600, 440, |x, y| {
            let p = map.apply([x as f32 + 0.5, y as f32 + 0.5]);
            let on = (0.0..856.0).contains(&p[0]) && (0.0..540.0).contains(&p[1]);
            let ground = if (x + 2 * y) / 40 % 2 == 0 { 60 } else { 95 };
            image::Rgb([if on { 205 } else { ground }; 3])
        });
        let boxes = (0..6)
            .map(|i| {
                let (x, y) = (300.0, 90.0 + 60.0 * i as f32);
                back.quad(&Quad([[x, y], [x + 400.0, y], [x + 400.0, y + 36.0], [x, y + 36.0]]))
            })
            .collect();
        (picture, card, boxes)
    }

    #[test]
    fn a_turned_card_is_located_and_straightened() {
        let (picture, card, boxes) = scene();
        let face = Some([150.0, 160.0, 60.0, 80.0]);
        let found = corners(&picture, &boxes, face).unwrap();
        for (p, q) in found.0.iter().zip(&card.0) {
            assert!(length(*p, *q) < 9.0, "{found:?}");
        }
        let (flat, map) = rectify(&picture, &found).unwrap();
        assert_eq!(flat.width().max(flat.height()), 1280);
        assert!(length(map.apply([0.0, 0.0]), found.0[0]) < 0.5);
        assert!(flat.get_pixel(40, 40)[0] > 180);
    }

    #[test]
    fn without_clear_edges_nothing_is_located() {
        let (_, _, boxes) = scene();
        let plain = RgbImage::from_pixel(600, 440, image::Rgb([200; 3]));
        assert!(corners(&plain, &boxes, None).is_none());
        assert!(corners(&plain, &[], None).is_none());
    }
}
