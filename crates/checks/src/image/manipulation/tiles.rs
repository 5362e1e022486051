//! Maps of square tiles over a picture, and connected groups in them.

/// A group of tiles that touch, side or corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Group {
    pub(super) tiles: usize,
    /// Left, top, right, bottom as shares of the map.
    pub(super) bounds: [f64; 4],
}

impl Group {
    /// Where it is, for people.
    pub(super) fn place(&self) -> String {
        let [left, top, right, bottom] = self.bounds.map(|v| (v * 100.0).round());
        format!("between {left} and {right} % of the width and {top} and {bottom} % of the height")
    }

    /// The share of the bounding box that belongs to the group: near 1 for a pasted rectangle.
    pub(super) fn fill(&self, columns: usize, rows: usize) -> f64 {
        let [left, top, right, bottom] = self.bounds;
        self.tiles as f64 / ((right - left) * columns as f64 * (bottom - top) * rows as f64).max(1.0)
    }
}

/// The largest group of marked tiles. `marked` is row by row.
pub(super) fn largest(marked: &[bool], columns: usize) -> Option<Group> {
    if columns == 0 {
        return None;
    }
    let rows = marked.len() / columns;
    let mut left = marked.to_vec();
    let mut best: Option<Group> = None;
    for start in 0..left.len() {
        let (mut tiles, mut bounds) = (0usize, [usize::MAX, usize::MAX, 0, 0]);
        let mut open = vec![start];
        while let Some(i) = open.pop() {
            let (x, y) = (i % columns, i / columns);
            if y >= rows || !left.get_mut(i).is_some_and(std::mem::take) {
                continue;
            }
            tiles += 1;
            bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x + 1), bounds[3].max(y + 1)];
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
                let (Some(x), Some(y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else {
                    continue;
                };
                if x < columns {
                    open.push(y * columns + x);
                }
            }
        }
        if tiles > best.map_or(0, |b| b.tiles) {
            let [l, t, r, b] = bounds.map(|v| v as f64);
            let (w, h) = (columns as f64, rows as f64);
            best = Some(Group { tiles, bounds: [l / w, t / h, r / w, b / h] });
        }
    }
    best
}

/// Edge of the tiles, in pixels: larger where there are many.
pub(super) fn edge(width: u32, height: u32) -> usize {
    if u64::from(width) * u64::from(height) > 1_500_000 { 64 } else { 32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_group_is_found() {
        let map: Vec<bool> =
            ["#..##", "...##", "....#", "#...."].concat().chars().map(|c| c == '#').collect();
        let group = largest(&map, 5).unwrap();
        assert_eq!((group.tiles, group.bounds), (5, [0.6, 0.0, 1.0, 0.75]));
        assert!((group.fill(5, 4) - 5.0 / 6.0).abs() < 1e-9);
        assert_eq!(largest(&[false; 9], 3), None);
        assert_eq!(largest(&[true; 9], 0), None);
    }
}
