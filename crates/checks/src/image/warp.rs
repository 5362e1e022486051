//! Perspective geometry: straighten a quadrilateral of a picture into a rectangle.

use bonafide_core::document::Quad;
use image::RgbImage;

/// A projective map of the plane, row-major 3 × 3, with the last entry 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homography([f64; 9]);

impl Homography {
    /// The map that takes each point of `from` to the same point of `to`; `None` when three of the
    /// points lie on a line, so that no such map exists.
    pub fn between(from: &Quad, to: &Quad) -> Option<Self> {
        let mut m = [[0.0f64; 9]; 8];
        for (i, (p, q)) in from.0.iter().zip(&to.0).enumerate() {
            let (x, y, u, v) = (p[0] as f64, p[1] as f64, q[0] as f64, q[1] as f64);
            m[2 * i] = [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y, u];
            m[2 * i + 1] = [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y, v];
        }
        for column in 0..8 {
            let pivot = (column..8).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
            if m[pivot][column].abs() < 1e-9 {
                return None;
            }
            m.swap(column, pivot);
            let head = m[column];
            for (row, values) in m.iter_mut().enumerate() {
                if row != column {
                    let factor = values[column] / head[column];
                    values.iter_mut().zip(&head).for_each(|(v, h)| *v -= factor * h);
                }
            }
        }
        let mut h = [1.0; 9];
        for i in 0..8 {
            h[i] = m[i][8] / m[i][i];
        }
        h.iter().all(|v| v.is_finite()).then_some(Self(h))
    }

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let (x, y, h) = (x as f64, y as f64, &self.0);
        let w = h[6] * x + h[7] * y + h[8];
        let w = if w.abs() < 1e-12 { 1e-12 } else { w };
        [((h[0] * x + h[1] * y + h[2]) / w) as f32, ((h[3] * x + h[4] * y + h[5]) / w) as f32]
    }

    /// Where a quadrilateral goes.
    pub fn quad(&self, quad: &Quad) -> Quad {
        Quad(quad.0.map(|p| self.apply(p)))
    }
}

/// The axis-parallel rectangle from the origin, in the corner order of [`Quad`].
pub fn rectangle(width: f32, height: f32) -> Quad {
    Quad([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
}

/// Mean length of the two sides that run across and of the two that run down, in pixels.
pub fn extent(quad: &Quad) -> (f32, f32) {
    let [a, b, c, d] = quad.0;
    ((length(a, b) + length(d, c)) / 2.0, (length(a, d) + length(b, c)) / 2.0)
}

/// Distance between two points.
pub fn length(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Cuts a quadrilateral out as an upright picture of the given size (at least 1 × 1), bilinear, with
/// several samples a pixel where the source is finer. Outside the source the border is repeated.
pub fn cut(source: &RgbImage, quad: &Quad, width: u32, height: u32) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    let Some(map) = Homography::between(&rectangle(width as f32, height as f32), quad) else {
        return RgbImage::new(width, height);
    };
    if source.width() == 0 || source.height() == 0 {
        return RgbImage::new(width, height);
    }
    let (w, h) = extent(quad);
    let samples = |from: f32, to: u32| ((from / to as f32).round() as u32).clamp(1, 4);
    let (across, down) = (samples(w, width), samples(h, height));
    let share = 1.0 / (across * down) as f32;
    let (step, m) = (1.0 / f64::from(across), &map.0);
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    let mut sums = vec![[0.0f32; 3]; width as usize];
    for y in 0..height {
        sums.fill([0.0; 3]);
        for j in 0..down {
            // Along a row, numerators and denominator of the map grow by equal steps.
            let (x, v) = (step / 2.0, f64::from(y) + (f64::from(j) + 0.5) / f64::from(down));
            let start = [0, 3, 6].map(|r| m[r] * x + m[r + 1] * v + m[r + 2]);
            let grow = [0, 3, 6].map(|r| m[r] * step);
            for (i, sum) in sums.iter_mut().enumerate() {
                for k in 0..across {
                    let t = f64::from(i as u32 * across + k);
                    let w = start[2] + grow[2] * t;
                    let w = if w.abs() < 1e-12 { 1e-12 } else { w };
                    let at = [(start[0] + grow[0] * t) / w - 0.5, (start[1] + grow[1] * t) / w - 0.5];
                    let colour = bilinear(source, at[0] as f32, at[1] as f32);
                    sum.iter_mut().zip(colour).for_each(|(s, c)| *s += c);
                }
            }
        }
        // The sums are not negative, so adding a half rounds.
        pixels.extend(sums.iter().flat_map(|sum| sum.map(|s| (s * share + 0.5) as u8)));
    }
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// The colour between four pixels; the border is repeated. The picture is not empty.
#[inline]
fn bilinear(source: &RgbImage, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = (source.width() as usize, source.height() as usize);
    // A number that is none becomes the lower bound.
    let (x, y) = (x.max(0.0).min((width - 1) as f32), y.max(0.0).min((height - 1) as f32));
    let (x0, y0) = (x as usize, y as usize);
    let (right, below) = (if x0 + 1 < width { 3 } else { 0 }, if y0 + 1 < height { width * 3 } else { 0 });
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let first = (y0 * width + x0) * 3;
    let raw = source.as_raw();
    let at =
        |offset: usize| raw.get(offset..offset + 3).map_or([0.0; 3], |p| [0, 1, 2].map(|i| f32::from(p[i])));
    let (a, b, c, d) = (at(first), at(first + right), at(first + below), at(first + below + right));
    std::array::from_fn(|i| {
        let top = a[i] + (b[i] - a[i]) * fx;
        let low = c[i] + (d[i] - c[i]) * fx;
        top + (low - top) * fy
    })
}

/// A quarter turn, clockwise, a number of times.
pub fn quarter_turns(source: &RgbImage, turns: u8) -> RgbImage {
    match turns % 4 {
        1 => image::imageops::rotate90(source),
        2 => image::imageops::rotate180(source),
        3 => image::imageops::rotate270(source),
        _ => source.clone(),
    }
}

/// Takes a quadrilateral of a picture that was turned by [`quarter_turns`] back to the picture before,
/// which was `width` × `height`. The corners keep their meaning (top left of the thing stays first).
pub fn turn_back(quad: &Quad, turns: u8, width: u32, height: u32) -> Quad {
    let (w, h) = (width as f32, height as f32);
    Quad(quad.0.map(|[x, y]| match turns % 4 {
        1 => [y, h - x],
        2 => [w - x, h - y],
        3 => [w - y, x],
        _ => [x, y],
    }))
}

/// Whether a point lies in a convex quadrilateral, whichever way round its corners go.
pub(crate) fn is_inside(quad: &Quad, [x, y]: [f32; 2]) -> bool {
    let next = quad.0.iter().cycle().skip(1);
    let sides = quad.0.iter().zip(next).map(|(p, q)| (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]));
    let sides: Vec<f32> = sides.collect();
    sides.iter().all(|s| *s >= 0.0) || sides.iter().all(|s| *s <= 0.0)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn maps_corners_onto_corners() {
        let from = Quad([[10.0, 12.0], [90.0, 8.0], [99.0, 70.0], [3.0, 64.0]]);
        let to = rectangle(200.0, 100.0);
        let map = Homography::between(&from, &to).unwrap();
        for (p, q) in from.0.iter().zip(&to.0) {
            let r = map.apply(*p);
            assert!(length(r, *q) < 1e-3, "{r:?} {q:?}");
        }
    }

    #[test]
    fn points_on_a_line_have_no_map() {
        let line = Quad([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]);
        assert!(
            Homography::between(&rectangle(1.0, 1.0), &line).is_some_and(|_| false) || {
                Homography::between(&line, &rectangle(1.0, 1.0)).is_none()
            }
        );
        assert_eq!(cut(&RgbImage::new(4, 4), &line, 0, 5).dimensions(), (1, 5));
    }

    #[test]
    fn cutting_the_whole_picture_changes_nothing() {
        let source = RgbImage::from_fn(7, 5, |x, y| Rgb([x as u8 * 30, y as u8 * 40, 9]));
        assert_eq!(cut(&source, &rectangle(7.0, 5.0), 7, 5), source);
        let far = Quad([[f32::NAN, 0.0], [1e30, 0.0], [1e30, 1e30], [0.0, 1e30]]);
        assert_eq!(cut(&source, &far, 3, 3).dimensions(), (3, 3));
    }

    #[test]
    fn turned_corners_come_back() {
        let source = RgbImage::from_fn(6, 4, |x, y| Rgb([x as u8, y as u8, 0]));
        for turns in 0..4 {
            let turned = quarter_turns(&source, turns);
            let all = rectangle(turned.width() as f32, turned.height() as f32);
            let back = turn_back(&all, turns, 6, 4);
            // Cutting the original by the turned-back corners gives the turned picture.
            assert_eq!(cut(&source, &back, turned.width(), turned.height()), turned);
        }
    }

    #[test]
    fn points_in_a_quadrilateral_whichever_way_round() {
        let quad = [[10.0, 10.0], [50.0, 12.0], [48.0, 40.0], [8.0, 36.0]];
        let mut other = quad;
        other.reverse();
        for quad in [Quad(quad), Quad(other)] {
            assert!(is_inside(&quad, [30.0, 25.0]) && !is_inside(&quad, [60.0, 25.0]));
        }
    }
}
