//! Geometry of the zone: long parallel rows of print, of equal height and even spacing.

use bonafide_core::document::Quad;

use crate::image::warp::{extent, length};

/// A row of print: its quadrilateral, and measures of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) quad: Quad,
    pub(super) centre: [f32; 2],
    /// Unit vector along the row.
    pub(super) along: [f32; 2],
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Row {
    pub(super) fn new(quad: Quad) -> Option<Self> {
        let (width, height) = extent(&quad);
        let [a, b, c, d] = quad.0;
        let (left, right) = (middle(a, d), middle(b, c));
        let reach = length(left, right);
        if height < 2.0 || reach < 2.0 {
            return None;
        }
        let along = [(right[0] - left[0]) / reach, (right[1] - left[1]) / reach];
        Some(Self { quad, centre: middle(left, right), along, width, height })
    }

    /// Where a point is, along and across the row, from the row's centre.
    pub(super) fn place(&self, p: [f32; 2]) -> (f32, f32) {
        let (dx, dy) = (p[0] - self.centre[0], p[1] - self.centre[1]);
        (dx * self.along[0] + dy * self.along[1], dy * self.along[0] - dx * self.along[1])
    }

    /// The row with its ends moved to `from..to` along it and its height multiplied.
    pub(super) fn reshaped(&self, from: f32, to: f32, taller: f32) -> Quad {
        let (u, c) = (self.along, self.centre);
        let half = self.height * taller / 2.0;
        let at = |s: f32, v: f32| [c[0] + u[0] * s - u[1] * v, c[1] + u[1] * s + u[0] * v];
        Quad([at(from, -half), at(to, -half), at(to, half), at(from, half)])
    }

    fn parallel(&self, other: &Self) -> bool {
        // Five degrees: perspective makes the rows of a zone fan out a little.
        self.along[0] * other.along[0] + self.along[1] * other.along[1] > 0.996
    }

    fn alike(&self, other: &Self) -> bool {
        let ratio = self.height / other.height;
        self.parallel(other) && (0.55..1.8).contains(&ratio)
    }

    /// One row from two pieces of it.
    fn joined(&self, other: &Self) -> Option<Self> {
        let longer = if self.width >= other.width { self } else { other };
        let (mut from, mut to, mut half) = (f32::MAX, f32::MIN, 0.0f32);
        // The line through both pieces' ends, not the direction of one of them, so that a slight error of
        // angle does not lead off the far piece.
        let (a, b) = if self.place(other.centre).0 > 0.0 { (self, other) } else { (other, self) };
        let left = middle(a.quad.0[0], a.quad.0[3]);
        let right = middle(b.quad.0[1], b.quad.0[2]);
        let reach = length(left, right);
        if reach < 2.0 {
            return Some(*longer);
        }
        let along = [(right[0] - left[0]) / reach, (right[1] - left[1]) / reach];
        let axis = Self { along, centre: middle(left, right), ..*longer };
        for corner in a.quad.0.iter().chain(&b.quad.0) {
            let (s, v) = axis.place(*corner);
            from = from.min(s);
            to = to.max(s);
            half = half.max(v.abs());
        }
        let height = (a.height.max(b.height)).max(half);
        Self::new(Self { height, ..axis }.reshaped(from, to, 1.0))
    }
}

fn middle(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]
}

/// Rows from boxes: pieces that lie on one line with a small gap become one.
pub(super) fn rows(boxes: &[Quad]) -> Vec<Row> {
    let mut all: Vec<Row> = boxes.iter().filter_map(|q| Row::new(*q)).collect();
    all.retain(|r| r.width > 0.8 * r.height);
    // Longest first, so that the direction comes from the longest piece.
    all.sort_by(|a, b| b.width.total_cmp(&a.width));
    let mut out: Vec<Row> = vec![];
    while !all.is_empty() {
        let mut row = all.remove(0);
        let mut at = 0;
        while at < all.len() {
            let piece = all[at];
            let (s, v) = row.place(piece.centre);
            let gap = s.abs() - (row.width + piece.width) / 2.0;
            let level = v.abs() < 0.45 * row.height.min(piece.height);
            let short = piece.width < 3.0 * piece.height;
            let ratio = piece.height / row.height;
            let fits = if short { (0.4..1.9).contains(&ratio) } else { row.alike(&piece) };
            if level && fits && gap < 2.5 * row.height && gap > -0.5 * row.height.max(piece.height) {
                if let Some(joined) = row.joined(&piece) {
                    row = joined;
                }
                all.remove(at);
                at = 0;
            } else {
                at += 1;
            }
        }
        out.push(row);
    }
    out.sort_by(|a, b| a.centre[1].total_cmp(&b.centre[1]));
    out
}

/// Whether `lower` can be the next line of a zone after `upper`.
pub(super) fn follows(upper: &Row, lower: &Row) -> bool {
    if !upper.alike(lower) {
        return false;
    }
    let (s, v) = upper.place(lower.centre);
    let height = (upper.height + lower.height) / 2.0;
    let overlap = upper.width.min(lower.width) - (s.abs() - (upper.width - lower.width).abs() / 2.0).max(0.0);
    (0.55..3.2).contains(&(v / height)) && overlap > 0.6 * upper.width.min(lower.width)
}

/// A row that begins where a longer one does, just above or below it, as long as that: of a name line the detector may see the
/// letters alone, and its fillers not.
pub(super) fn stretched(short: &Row, long: &Row) -> Option<Row> {
    if short.width > 0.85 * long.width || !long.alike(short) {
        return None;
    }
    let height = (short.height + long.height) / 2.0;
    let begin = long.place(middle(short.quad.0[0], short.quad.0[3])).0 + long.width / 2.0;
    let (_, away) = long.place(short.centre);
    if begin.abs() > 1.5 * height || !(0.55..3.2).contains(&(away.abs() / height)) {
        return None;
    }
    // Along the longer row: of a few letters the direction is not sure.
    let centre = [0, 1].map(|i| short.centre[i] + long.along[i] * (long.width - short.width) / 2.0);
    let level = Row { centre, along: long.along, width: long.width, ..*short };
    Row::new(level.reshaped(-long.width / 2.0, long.width / 2.0, 1.0))
}

/// The rows of a group with common ends: all lines of a zone are equally long, whatever the detector saw
/// of their fillers.
pub(super) fn common_ends(group: &[Row]) -> Vec<Quad> {
    group
        .iter()
        .map(|row| {
            let (mut from, mut to) = (f32::MAX, f32::MIN);
            for corner in group.iter().flat_map(|r| r.quad.0) {
                let (s, _) = row.place(corner);
                from = from.min(s);
                to = to.max(s);
            }
            row.reshaped(from, to, 1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(x0: f32, y0: f32, x1: f32, y1: f32, h: f32) -> Quad {
        Quad([[x0, y0], [x1, y1], [x1, y1 + h], [x0, y0 + h]])
    }

    #[test]
    fn pieces_of_a_line_become_one_row() {
        let found = rows(&[
            bar(100.0, 50.0, 300.0, 52.0, 20.0),
            bar(320.0, 52.0, 600.0, 55.0, 20.0),
            bar(100.0, 90.0, 600.0, 95.0, 20.0),
        ]);
        assert_eq!(found.len(), 2);
        assert!((found[0].width - 500.0).abs() < 10.0);
        assert!(follows(&found[0], &found[1]));
        assert!(!follows(&found[1], &found[0]));
    }

    #[test]
    fn a_short_row_is_stretched_to_the_one_it_belongs_to() {
        let all = rows(&[bar(100.0, 50.0, 260.0, 50.0, 20.0), bar(98.0, 90.0, 700.0, 92.0, 20.0)]);
        let row = stretched(&all[0], &all[1]).unwrap();
        assert!((row.width - 602.0).abs() < 2.0 && follows(&row, &all[1]));
        let left = row.quad.0[0];
        assert!((left[0] - 100.0).abs() < 4.0 && (left[1] - 50.0).abs() < 4.0, "{left:?}");
        // Not one that begins elsewhere, nor one far away.
        for other in [bar(300.0, 50.0, 460.0, 50.0, 20.0), bar(100.0, 0.0, 260.0, 0.0, 20.0)] {
            assert!(stretched(&Row::new(other).unwrap(), &all[1]).is_none());
        }
    }

    #[test]
    fn ends_are_shared() {
        let group = rows(&[bar(100.0, 50.0, 400.0, 50.0, 20.0), bar(90.0, 90.0, 600.0, 90.0, 20.0)]);
        for quad in common_ends(&group) {
            assert!((quad.0[0][0] - 90.0).abs() < 1.0 && (quad.0[1][0] - 600.0).abs() < 1.0);
        }
    }
}
