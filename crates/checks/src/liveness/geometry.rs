//! What changed between two meshes of one face, told apart from what moving a flat picture changes.
//!
//! A picture that is held, tilted, bent or zoomed moves all points of a face together: by a smooth map of the
//! plane. A head that turns moves near points farther than distant ones (parallax); eyelids and lips move while
//! the rest of the face does not. Everything here is relative to the person's own neutral face.

use crate::face::{
    attributes,
    mesh::{self, Eye, LEFT_EYE, Mesh, RIGHT_EYE},
};

/// Points that neither lids nor lips nor the jaw move: forehead, nose, cheekbones, eye corners.
const RIGID: [usize; 46] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 109, 67, 103, 54, 21, 162, 127, 234, 168, 6, 197, 195, 5, 4,
    33, 133, 362, 263, 129, 358, 98, 327, 50, 280, 117, 346, 118, 347, 101, 330, 151, 9, 8, 1, 2, 48, 278,
];

/// How a face differs from the same person's neutral one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Degrees, positive to the person's left.
    pub yaw: f32,
    /// Degrees, positive upwards.
    pub pitch: f32,
    /// Distance between the eyes over that of the neutral face: above 1 is nearer to the camera.
    pub scale: f32,
    /// How far points moved per unit of depth, along x and y, after every smooth movement of the plane (up to
    /// second order, so also of a bent sheet) was taken away. About −0.016 along x per degree of yaw and
    /// +0.018 along y per degree of pitch for a head, near 0 for a flat picture.
    pub parallax: [f32; 2],
    /// Width over height of the face in three dimensions over that of the neutral face: 1 for a head however it
    /// turns, less or more for a picture that is tilted away. The one of eyes and cheeks that is farther from 1.
    pub proportion: f32,
    /// How well the resting points agree after an affine map, in eye distances (root mean square).
    pub misfit: f32,
    /// Openness of each eye over that of the neutral face, right one first; affine maps cancel.
    pub eyes: Option<[f32; 2]>,
    /// How much farther apart the lips are, in eye distances; affine maps cancel.
    pub mouth: f32,
    /// Width of the mouth over that of the neutral face; affine maps cancel.
    pub mouth_width: f32,
    /// How much higher the corners of the mouth are, in eye distances; affine maps cancel.
    pub mouth_lift: f32,
}

impl Change {
    /// Compares a face with the neutral one. `None` when a mesh spans nothing.
    pub fn between(neutral: (&Mesh, Option<&[Eye; 2]>), now: (&Mesh, Option<&[Eye; 2]>)) -> Option<Self> {
        let ((before, before_eyes), (mesh, eyes)) = (neutral, now);
        let (span, span_now) = (before.eye_span(), mesh.eye_span());
        if !(span > 1.0 && span_now > 1.0) {
            return None;
        }
        let (was, is) = (attributes::pose(before), attributes::pose(mesh));
        let rigid = |m: &Mesh| RIGID.map(|i| m.flat(i));
        let back = Affine::fit(&rigid(mesh), &rigid(before))?;
        let misfit = {
            let squares = RIGID.iter().map(|i| {
                let ([x, y], [u, v]) = (back.apply(mesh.flat(*i)), before.flat(*i));
                (x - u).powi(2) + (y - v).powi(2)
            });
            (squares.sum::<f32>() / RIGID.len() as f32).sqrt() / span
        };
        let eyes = before_eyes.zip(eyes).map(|(before, now)| {
            let open = |e: &Eye, map: Option<&Affine>| {
                mesh::area(&e.lids.map(|p| map.map_or(p, |m| m.apply(p)))).max(f32::MIN_POSITIVE)
            };
            let [right, left] = [(&now[0], &before[0]), (&now[1], &before[1])]
                .map(|(now, before)| open(now, Some(&back)) / open(before, None).max(1e-3 * span * span));
            [right, left]
        });
        let moved = |i: usize| back.apply(mesh.flat(i));
        let apart = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
        let gap = |at: &dyn Fn(usize) -> [f32; 2]| apart(at(13), at(14)) / span;
        let width = |at: &dyn Fn(usize) -> [f32; 2]| apart(at(61), at(291)) / span;
        let below =
            |at: &dyn Fn(usize) -> [f32; 2]| (at(61)[1] + at(291)[1] - at(13)[1] - at(14)[1]) / (2.0 * span);
        let still = |i: usize| before.flat(i);
        let change = Self {
            yaw: is.yaw - was.yaw,
            pitch: is.pitch - was.pitch,
            scale: span_now / span,
            parallax: parallax(before, mesh)?,
            proportion: proportion(before, mesh),
            misfit,
            eyes,
            mouth: gap(&moved) - gap(&still),
            mouth_width: width(&moved) / width(&still).max(0.05),
            mouth_lift: below(&still) - below(&moved),
        };
        let finite = [change.yaw, change.pitch, change.scale, change.proportion, change.misfit, change.mouth]
            .iter()
            .chain(&change.parallax)
            .all(|v| v.is_finite());
        finite.then_some(change)
    }
}

fn length(m: &Mesh, [a, b]: [usize; 2]) -> f32 {
    let (a, b) = (m.at(a), m.at(b));
    (a[0] - b[0]).hypot(a[1] - b[1]).hypot(a[2] - b[2])
}

fn proportion(before: &Mesh, now: &Mesh) -> f32 {
    let of = |m: &Mesh, across: [usize; 2]| length(m, across) / length(m, [10, 152]).max(1.0);
    [[RIGHT_EYE[0], LEFT_EYE[0]], [234, 454]]
        .map(|across| of(now, across) / of(before, across).max(1e-3))
        .into_iter()
        .max_by(|a, b| (a - 1.0).abs().total_cmp(&(b - 1.0).abs()))
        .unwrap_or(1.0)
}

/// The slope of residual movement on residual depth, after a quadratic map of the plane.
fn parallax(before: &Mesh, now: &Mesh) -> Option<[f32; 2]> {
    let unit = |m: &Mesh| -> Vec<[f64; 3]> {
        let n = m.points().len().max(1) as f64;
        let middle =
            m.points().iter().fold([0.0; 3], |s, p| std::array::from_fn(|i| s[i] + f64::from(p[i]) / n));
        let span = f64::from(m.eye_span());
        m.points().iter().map(|p| std::array::from_fn(|i| (f64::from(p[i]) - middle[i]) / span)).collect()
    };
    let (from, to) = (unit(before), unit(now));
    let terms = |p: &[f64; 3]| [1.0, p[0], p[1], p[0] * p[0], p[0] * p[1], p[1] * p[1]];
    let rows: Vec<[f64; 6]> = from.iter().map(terms).collect();
    let rest = |values: Vec<f64>| -> Option<Vec<f64>> {
        let c = least_squares(&rows, &values)?;
        let fitted = |r: &[f64; 6]| r.iter().zip(c).map(|(a, b)| a * b).sum::<f64>();
        Some(rows.iter().zip(values).map(|(r, v)| v - fitted(r)).collect())
    };
    let depth = rest(from.iter().map(|p| p[2]).collect())?;
    let square: f64 = depth.iter().map(|d| d * d).sum();
    if square < 1e-9 {
        return Some([0.0; 2]);
    }
    let mut slopes = [0.0; 2];
    for (axis, slope) in slopes.iter_mut().enumerate() {
        let moved = rest(to.iter().map(|p| p[axis]).collect())?;
        *slope = (moved.iter().zip(&depth).map(|(m, d)| m * d).sum::<f64>() / square) as f32;
    }
    Some(slopes)
}

/// (x, y) ↦ (a·x + b·y + c, d·x + e·y + f).
struct Affine([f32; 3], [f32; 3]);

impl Affine {
    fn fit(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<Self> {
        // Around the middle, so that large coordinates cost no precision.
        let n = from.len().max(1) as f32;
        let middle = from.iter().fold([0.0; 2], |s, p| [s[0] + p[0] / n, s[1] + p[1] / n]);
        let rows: Vec<[f64; 3]> =
            from.iter().map(|p| [f64::from(p[0] - middle[0]), f64::from(p[1] - middle[1]), 1.0]).collect();
        let line = |axis: usize| {
            let [a, b, c] = least_squares(&rows, &to.iter().map(|p| f64::from(p[axis])).collect::<Vec<_>>())?;
            Some([a as f32, b as f32, (c - a * f64::from(middle[0]) - b * f64::from(middle[1])) as f32])
        };
        Some(Self(line(0)?, line(1)?))
    }

    fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [&self.0, &self.1].map(|[a, b, c]| a * x + b * y + c)
    }
}

/// Solves the normal equations by elimination with pivots. `None` when they have no single solution.
fn least_squares<const N: usize>(rows: &[[f64; N]], values: &[f64]) -> Option<[f64; N]> {
    let (mut a, mut b) = ([[0.0; N]; N], [0.0; N]);
    for (row, value) in rows.iter().zip(values) {
        for i in 0..N {
            b[i] += row[i] * value;
            for j in 0..N {
                a[i][j] += row[i] * row[j];
            }
        }
    }
    for i in 0..N {
        let pivot = (i..N).max_by(|p, q| a[*p][i].abs().total_cmp(&a[*q][i].abs()))?;
        a.swap(i, pivot);
        b.swap(i, pivot);
        if a[i][i].is_nan() || a[i][i].abs() < 1e-9 {
            return None;
        }
        let (top, top_value) = (a[i], b[i]);
        for j in (0..N).filter(|j| *j != i) {
            let factor = a[j][i] / top[i];
            for (to, from) in a[j].iter_mut().zip(top) {
                *to -= factor * from;
            }
            b[j] -= factor * top_value;
        }
    }
    let solved: [f64; N] = std::array::from_fn(|i| b[i] / a[i][i]);
    solved.iter().all(|v| v.is_finite()).then_some(solved)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A bent, nosed surface with the shape of a face, 100 pixels between the eyes, turned by degrees.
    pub(in crate::liveness) fn head(yaw: f32, pitch: f32) -> Vec<[f32; 3]> {
        let mut points: Vec<[f32; 3]> = (0..mesh::POINTS)
            .map(|i| {
                // Spread evenly over a disc.
                let (r, t) = ((i as f32 / mesh::POINTS as f32).sqrt(), i as f32 * 2.399_963);
                [75.0 * r * t.cos(), 95.0 * r * t.sin(), 0.0]
            })
            .collect();
        let fixed = [
            (10, [0.0, -95.0]),
            (152, [0.0, 95.0]),
            (33, [-50.0, -25.0]),
            (263, [50.0, -25.0]),
            (133, [-18.0, -25.0]),
            (362, [18.0, -25.0]),
            (61, [-28.0, 45.0]),
            (291, [28.0, 45.0]),
            (13, [0.0, 44.0]),
            (14, [0.0, 46.0]),
            (1, [0.0, 10.0]),
            (4, [0.0, 5.0]),
            (5, [0.0, 0.0]),
        ];
        for (i, [x, y]) in fixed {
            points[i] = [x, y, 0.0];
        }
        for [l, r] in attributes::ACROSS {
            if fixed.iter().all(|(i, _)| *i != l) {
                let [x, y, _] = points[l];
                points[l] = [x.abs().max(20.0), y, 0.0];
                points[r] = [-x.abs().max(20.0), y, 0.0];
            }
        }
        points.iter_mut().for_each(|p| {
            let nose = (-(p[0] / 12.0).powi(2) - ((p[1] - 5.0) / 25.0).powi(2)).exp();
            p[2] = (p[0] / 75.0).powi(2) * 40.0 + (p[1] / 95.0).powi(2) * 20.0 - 35.0 * nose;
        });
        let (sy, cy) = yaw.to_radians().sin_cos();
        let (sp, cp) = pitch.to_radians().sin_cos();
        points
            .into_iter()
            .map(|[x, y, z]| {
                let (y, z) = (y * cp + z * sp, -y * sp + z * cp);
                [x * cy - z * sy + 300.0, y + 200.0, x * sy + z * cy]
            })
            .collect()
    }

    pub(in crate::liveness) fn mesh_of(points: Vec<[f32; 3]>) -> Mesh {
        Mesh::from_points(points, 1.0).unwrap()
    }

    fn change(points: Vec<[f32; 3]>) -> Change {
        Change::between((&mesh_of(head(0.0, 0.0)), None), (&mesh_of(points), None)).unwrap()
    }

    #[test]
    fn a_turned_head_shows_depth() {
        for yaw in [-25.0f32, -15.0, 15.0, 25.0] {
            let c = change(head(yaw, 0.0));
            assert!((c.yaw - yaw).abs() < 1.0, "{yaw} {c:?}");
            assert!((-0.022..-0.012).contains(&(c.parallax[0] / yaw)), "{yaw} {c:?}");
            assert!((c.proportion - 1.0).abs() < 0.02 && c.parallax[1].abs() < 0.02, "{yaw} {c:?}");
        }
        let up = change(head(0.0, 15.0));
        assert!((up.pitch - 15.0).abs() < 1.0 && (0.012..0.022).contains(&(up.parallax[1] / 15.0)), "{up:?}");
    }

    #[test]
    fn a_moved_tilted_or_bent_picture_shows_none() {
        let flat = |f: fn([f32; 2]) -> [f32; 2]| {
            change(
                head(0.0, 0.0)
                    .into_iter()
                    .map(|[x, y, z]| {
                        let [u, v] = f([x - 300.0, y - 200.0]);
                        [u, v, z]
                    })
                    .collect(),
            )
        };
        let maps: [fn([f32; 2]) -> [f32; 2]; 4] = [
            |[x, y]| [0.9 * x - 0.3 * y + 40.0, 0.3 * x + 0.9 * y],
            // Tilted by 40°, seen from six eye distances.
            |[x, y]| [0.77 * x / (1.0 + 0.0011 * x), y / (1.0 + 0.0011 * x)],
            |[x, y]| [100.0 * (x / 100.0).sin(), y],
            |[x, y]| [1.3 * x, 0.8 * y],
        ];
        for (i, map) in maps.into_iter().enumerate() {
            let c = flat(map);
            assert!(c.parallax.iter().all(|p| p.abs() < 0.06), "{i} {c:?}");
            assert!(c.mouth.abs() < 0.02 && (0.9..1.08).contains(&c.mouth_width), "{i} {c:?}");
        }
    }

    #[test]
    fn lips_are_measured_on_the_neutral_face() {
        let mut open = head(0.0, 0.0);
        open[14][1] += 25.0;
        // Held askew and twice as near at the same time.
        let askew =
            open.into_iter().map(|[x, y, z]| [1.9 * x - 0.4 * y, 0.5 * x + 2.1 * y, 2.0 * z]).collect();
        let c = change(askew);
        assert!((c.mouth - 0.25).abs() < 0.01, "{c:?}");
        assert!(c.misfit < 0.01);
    }

    #[test]
    fn nothing_comes_of_nothing() {
        let nothing = mesh_of(vec![[0.0; 3]; mesh::POINTS]);
        let face = mesh_of(head(0.0, 0.0));
        assert!(Change::between((&nothing, None), (&face, None)).is_none());
        assert!(Change::between((&face, None), (&nothing, None)).is_none());
        assert!(least_squares(&[[1.0, 2.0], [2.0, 4.0]], &[1.0, 2.0]).is_none());
    }
}
