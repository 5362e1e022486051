//! Do two chips show the same moment? What moves between two photographs of one face does not move as a sheet does:
//! the mouth, the lids and the hair go their own way, and the head turns. Between a picture and any copy of it, cut,
//! scaled, turned, encoded anew, printed or photographed, every place is where a smooth map takes it.

use super::chip::{Chip, SIDE};

/// Standard deviations of the band of detail in which chips are compared: the raster of a print and the blocks of a
/// JPEG are finer, light is coarser.
const BAND: [f32; 2] = [1.5, 6.0];
/// Side of a block whose place is looked for, and the step from one to the next.
const BLOCK: usize = 16;
const STEP: usize = 8;
/// How far a block is looked for, in pixels: first by what five points err, then by what faces move.
const REACHES: [usize; 2] = [6, 3];
const REACH: usize = 3;
/// Fewest blocks of the face that tell anything.
const FEWEST: usize = 24;
/// Least correlation of a block that helps to lay the chips over each other, and fewest of them.
const HELPFUL: f32 = 0.6;
const FEWEST_HELPFUL: usize = 8;
/// How much a map may scale and shift before it is none.
const SCALES: std::ops::Range<f64> = 0.8..1.25;
const FARTHEST: f64 = 60.0;

/// What two chips have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// How far the face's blocks lie from where one smooth map takes them all, in hundredths of the distance between
    /// the eyes: that of the block which 85 % do not exceed.
    pub stray: f32,
    /// Correlation of the mouth, −1..1.
    pub mouth: f32,
    /// Correlation of the whole face, −1..1.
    pub face: f32,
}

/// `None` where too little of the face is in both pictures, or the chips cannot be laid over each other: then they
/// are not alike.
pub(super) fn likeness(a: &Chip, b: &Chip) -> Option<Likeness> {
    let first = a.band(BAND[0], BAND[1]);
    let mut map = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    let mut over = b.clone();
    for reach in REACHES {
        let blocks = blocks(&first, a, &over.band(BAND[0], BAND[1]), &over, reach);
        let helpful: Vec<Block> = blocks.into_iter().filter(|k| k.correlation > HELPFUL).collect();
        let Some(next) = (helpful.len() >= FEWEST_HELPFUL).then(|| Fit::<3>::of(&helpful)).flatten() else {
            break;
        };
        let next = compose(&map, &next.affine());
        let scale = (next[0][0] * next[1][1] - next[0][1] * next[1][0]).abs().sqrt();
        if !SCALES.contains(&scale) || next.iter().any(|row| row[2].abs() > FARTHEST) {
            break;
        }
        map = next;
        over = b.through(&map.map(|row| row.map(|v| v as f32)));
    }
    let second = over.band(BAND[0], BAND[1]);
    let mut blocks = blocks(&first, a, &second, &over, REACH);
    blocks.retain(|k| in_ellipse(k.at, FACE));
    if blocks.len() < FEWEST {
        return None;
    }
    let fit = Fit::<6>::of(&blocks)?;
    let mut strays: Vec<f64> = blocks.iter().map(|k| fit.stray(k)).collect();
    strays.sort_by(f64::total_cmp);
    let stray = strays.get((strays.len() - 1) * 85 / 100)?;
    let of = |ellipse| {
        correlation(&first, &second, |i| {
            in_ellipse([(i % SIDE) as f64, (i / SIDE) as f64], ellipse) && a.inside[i] && over.inside[i]
        })
    };
    Some(Likeness { stray: (stray / EYES * 100.0) as f32, mouth: of(MOUTH), face: of(FACE) })
}

/// Distance of the eyes on a chip.
const EYES: f64 = 28.0;
/// Centre and half axes in pixels of a chip.
const FACE: [f64; 4] = [64.0, 66.5, 33.0, 42.0];
const MOUTH: [f64; 4] = [64.1, 82.7, 16.6, 9.6];

fn in_ellipse([x, y]: [f64; 2], [cx, cy, rx, ry]: [f64; 4]) -> bool {
    ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0
}

/// A block of the first chip and where it is found on the second.
struct Block {
    at: [f64; 2],
    by: [f64; 2],
    correlation: f32,
}

/// The place of every block that lies in both pictures with the room to look for it.
fn blocks(first: &[f32], a: &Chip, second: &[f32], b: &Chip, reach: usize) -> Vec<Block> {
    let (known_a, known_b) = (Counted::of(&a.inside), Counted::of(&b.inside));
    let places = || (reach..=SIDE - BLOCK - reach).step_by(STEP);
    let mut found = vec![];
    for (x, y) in places().flat_map(|y| places().map(move |x| (x, y))) {
        let room = BLOCK + 2 * reach;
        if !known_a.all(x, y, BLOCK) || !known_b.all(x - reach, y - reach, room) {
            continue;
        }
        let sides = 2 * reach + 1;
        let scores: Vec<f32> = (0..sides * sides)
            .map(|i| block_correlation(first, [x, y], second, [x - reach + i % sides, y - reach + i / sides]))
            .collect();
        let Some((best, score)) = scores.iter().enumerate().max_by(|p, q| p.1.total_cmp(q.1)) else {
            continue;
        };
        let (dx, dy) = (best % sides, best / sides);
        let at = |x: usize, y: usize| scores[y * sides + x];
        let between = |low: f32, high: f32| {
            let curve = low - 2.0 * score + high;
            if curve < -1e-6 { 0.5 * (low - high) / curve } else { 0.0 }
        };
        let fx = if (1..sides - 1).contains(&dx) { between(at(dx - 1, dy), at(dx + 1, dy)) } else { 0.0 };
        let fy = if (1..sides - 1).contains(&dy) { between(at(dx, dy - 1), at(dx, dy + 1)) } else { 0.0 };
        let half = BLOCK as f64 / 2.0;
        found.push(Block {
            at: [x as f64 + half, y as f64 + half],
            by: [(dx as f32 + fx) as f64 - reach as f64, (dy as f32 + fy) as f64 - reach as f64],
            correlation: *score,
        });
    }
    found
}

/// How many pixels of a rectangle are known.
struct Counted(Vec<u32>);

impl Counted {
    fn of(known: &[bool]) -> Self {
        let side = SIDE + 1;
        let mut sums = vec![0; side * side];
        for y in 0..SIDE {
            for x in 0..SIDE {
                let own = u32::from(known[y * SIDE + x]);
                sums[(y + 1) * side + x + 1] =
                    own + sums[y * side + x + 1] + sums[(y + 1) * side + x] - sums[y * side + x];
            }
        }
        Self(sums)
    }

    fn all(&self, x: usize, y: usize, size: usize) -> bool {
        let at = |x: usize, y: usize| self.0[y * (SIDE + 1) + x];
        let count = at(x + size, y + size) + at(x, y) - at(x + size, y) - at(x, y + size);
        count as usize == size * size
    }
}

fn block_correlation(first: &[f32], [x, y]: [usize; 2], second: &[f32], [u, v]: [usize; 2]) -> f32 {
    let mut sums = [0.0f32; 5];
    for row in 0..BLOCK {
        let (p, q) = ((y + row) * SIDE + x, (v + row) * SIDE + u);
        for (a, b) in first[p..p + BLOCK].iter().zip(&second[q..q + BLOCK]) {
            sums[0] += a;
            sums[1] += b;
            sums[2] += a * a;
            sums[3] += b * b;
            sums[4] += a * b;
        }
    }
    of_sums(sums, (BLOCK * BLOCK) as f32)
}

/// The correlation of the pixels that are chosen; 0 where there are too few.
fn correlation(first: &[f32], second: &[f32], chosen: impl Fn(usize) -> bool) -> f32 {
    let (mut sums, mut count) = ([0.0f32; 5], 0.0);
    for (i, (a, b)) in first.iter().zip(second).enumerate() {
        if chosen(i) {
            count += 1.0;
            for (sum, v) in sums.iter_mut().zip([*a, *b, a * a, b * b, a * b]) {
                *sum += v;
            }
        }
    }
    if count < 100.0 { 0.0 } else { of_sums(sums, count) }
}

fn of_sums([a, b, aa, bb, ab]: [f32; 5], n: f32) -> f32 {
    let (va, vb) = (aa / n - (a / n).powi(2), bb / n - (b / n).powi(2));
    // A quarter of a grey level: nothing is to be seen there.
    if va.min(vb) < 0.06 {
        return 0.0;
    }
    ((ab / n - a / n * (b / n)) / (va * vb).sqrt()).clamp(-1.0, 1.0)
}

/// A map of places, as a polynomial of `N` terms for each direction: 3 are affine, 6 follow a sheet that is tilted or
/// bent. Places that do not fit count less.
struct Fit<const N: usize>([[f64; 2]; N]);

impl<const N: usize> Fit<N> {
    fn of(blocks: &[Block]) -> Option<Self> {
        let mut weights = vec![1.0f64; blocks.len()];
        let mut fit = None;
        for _ in 0..6 {
            let (mut square, mut right) = ([[0.0; N]; N], [[0.0; 2]; N]);
            for (block, weight) in blocks.iter().zip(&weights) {
                let terms = Self::terms(block.at);
                for (term, (row, sums)) in terms.into_iter().zip(square.iter_mut().zip(&mut right)) {
                    row.iter_mut().zip(terms).for_each(|(v, t)| *v += weight * term * t);
                    sums.iter_mut().zip(block.by).for_each(|(v, by)| *v += weight * term * by);
                }
            }
            let found = Self(solved(square, right)?);
            for (block, weight) in blocks.iter().zip(&mut weights) {
                *weight = (1.0 + (found.stray(block) / 0.7).powi(2)).powi(-2);
            }
            fit = Some(found);
        }
        fit
    }

    fn terms(at: [f64; 2]) -> [f64; N] {
        let [x, y] = at.map(|v| v / SIDE as f64 - 0.5);
        let all = [1.0, x, y, x * x, x * y, y * y];
        std::array::from_fn(|i| all.get(i).copied().unwrap_or(0.0))
    }

    fn by(&self, at: [f64; 2]) -> [f64; 2] {
        let terms = Self::terms(at);
        [0, 1].map(|k| self.0.iter().zip(terms).map(|(c, t)| c[k] * t).sum())
    }

    /// How far a block lies from where the map takes it, in pixels.
    fn stray(&self, block: &Block) -> f64 {
        let [x, y] = self.by(block.at);
        (block.by[0] - x).hypot(block.by[1] - y)
    }
}

impl Fit<3> {
    /// From a pixel of the first chip to one of the second.
    fn affine(&self) -> [[f64; 3]; 2] {
        let [origin, x, y] = self.0;
        let side = SIDE as f64;
        [0, 1].map(|k| {
            let (a, b) = (x[k] / side, y[k] / side);
            let shift = origin[k] - 0.5 * (x[k] + y[k]);
            let own = if k == 0 { [1.0, 0.0] } else { [0.0, 1.0] };
            [own[0] + a, own[1] + b, shift]
        })
    }
}

/// First `inner`, then `outer`.
fn compose(outer: &[[f64; 3]; 2], inner: &[[f64; 3]; 2]) -> [[f64; 3]; 2] {
    outer.map(|[a, b, c]| {
        let [[p, q, r], [s, t, u]] = *inner;
        [a * p + b * s, a * q + b * t, a * r + b * u + c]
    })
}

/// Gauss's elimination; `None` when there is no single solution.
fn solved<const N: usize>(mut square: [[f64; N]; N], mut right: [[f64; 2]; N]) -> Option<[[f64; 2]; N]> {
    for column in 0..N {
        let pivot =
            (column..N).max_by(|a, b| square[*a][column].abs().total_cmp(&square[*b][column].abs()))?;
        let size = square[pivot][column].abs();
        if size.is_nan() || size <= 1e-9 {
            return None;
        }
        square.swap(column, pivot);
        right.swap(column, pivot);
        let (head, value) = (square[column], right[column]);
        for row in (0..N).filter(|row| *row != column) {
            let factor = square[row][column] / head[column];
            square[row].iter_mut().zip(head).for_each(|(v, h)| *v -= factor * h);
            right[row].iter_mut().zip(value).for_each(|(v, h)| *v -= factor * h);
        }
    }
    let mut out = right;
    out.iter_mut().enumerate().for_each(|(i, row)| row.iter_mut().for_each(|v| *v /= square[i][i]));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blotches that are nowhere alike; `moved` shifts those of the mouth.
    fn chip(light: f32, moved: f32) -> Chip {
        let spot = |x: f32, y: f32, n: f32| {
            let (cx, cy) = (20.0 + (n * 37.7) % 90.0, 15.0 + (n * 53.3) % 98.0);
            let size = 2.5 + (n * 7.1) % 4.0;
            let grey = if (n as u32).is_multiple_of(2) { 60.0 } else { -60.0 };
            grey * (-((x - cx).powi(2) + (y - cy).powi(2)) / (2.0 * size * size)).exp()
        };
        let grey = (0..SIDE * SIDE).map(|i| {
            let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
            let near = (-((x - 64.0) / 18.0).powi(2) - ((y - 83.0) / 12.0).powi(2)).exp();
            let y = y + moved * near;
            light * (128.0 + (1..60).map(|n| spot(x, y, n as f32)).sum::<f32>())
        });
        Chip { grey: grey.collect(), inside: vec![true; SIDE * SIDE] }
    }

    #[test]
    fn a_copy_in_other_light_turned_and_shifted_is_alike() {
        let (a, b) = (chip(1.0, 0.0), chip(0.6, 0.0));
        let same = likeness(&a, &b).unwrap();
        assert!(same.stray < 0.2 && same.mouth > 0.99 && same.face > 0.99, "{same:?}");
        let turned = b.through(&[[0.99, -0.05, 5.0], [0.05, 0.99, -4.0]]);
        let turned = likeness(&a, &turned).unwrap();
        assert!(turned.stray < 1.5 && turned.mouth > 0.95, "{turned:?}");
    }

    #[test]
    fn a_mouth_that_moved_strays() {
        let still = likeness(&chip(1.0, 0.0), &chip(1.0, 0.1)).unwrap();
        let moved = likeness(&chip(1.0, 0.0), &chip(1.0, 4.0)).unwrap();
        assert!(moved.stray > 2.0 * still.stray && moved.mouth < still.mouth - 0.1, "{still:?} {moved:?}");
    }

    #[test]
    fn what_is_not_in_both_pictures_tells_nothing() {
        let mut outside = chip(1.0, 0.0);
        outside.inside.fill(false);
        assert!(likeness(&chip(1.0, 0.0), &outside).is_none());
        let plain = Chip { grey: vec![90.0; SIDE * SIDE], inside: vec![true; SIDE * SIDE] };
        let nothing = likeness(&plain, &plain).unwrap();
        assert!(nothing.mouth == 0.0 && nothing.face == 0.0, "{nothing:?}");
    }

    #[test]
    fn a_bent_sheet_is_one_map() {
        let blocks: Vec<Block> = (0..100)
            .map(|i| {
                let at = [(i % 10) as f64 * 12.0, (i / 10) as f64 * 12.0];
                let (x, y) = (at[0] / 128.0 - 0.5, at[1] / 128.0 - 0.5);
                Block { at, by: [1.0 + 2.0 * x - 3.0 * x * y, 0.5 + 4.0 * y * y], correlation: 0.9 }
            })
            .collect();
        let fit = Fit::<6>::of(&blocks).unwrap();
        assert!(blocks.iter().all(|b| fit.stray(b) < 1e-6));
        assert!(Fit::<3>::of(&blocks[..1]).is_none());
    }
}
