//! Lines put in order: turned level, joined where a line was found in two pieces, and stacked into blocks.

use bonafide_core::{
    document::{Quad, Side},
    text::plain,
};

use super::text::{TextLine, bounds};

/// A line of a page that lies level.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) text: String,
    /// [`plain`] of it.
    pub(super) plain: String,
    pub(super) left: f32,
    pub(super) right: f32,
    /// Where its beginning is: what slant is left makes the end of a long line higher or lower.
    pub(super) top: f32,
    pub(super) bottom: f32,
    /// The height of the middle of its end.
    end: f32,
    /// In pixels of the picture.
    pub(super) region: Quad,
    pub(super) confidence: f64,
}

impl Row {
    pub(super) fn height(&self) -> f32 {
        (self.bottom - self.top).max(1.0)
    }

    pub(super) fn middle(&self) -> f32 {
        f32::midpoint(self.top, self.bottom)
    }

    /// Whether some words stand in it; long ones also where their spaces were lost.
    pub(super) fn says(&self, words: &str) -> bool {
        says(&self.plain, words)
    }
}

/// Whether a text in normal form holds some words in normal form; long ones also where spaces were lost or found.
pub(super) fn says(plain: &str, words: &str) -> bool {
    let whole = plain.match_indices(words).any(|(at, _)| {
        let before = at == 0 || plain.as_bytes().get(at - 1) == Some(&b' ');
        before && matches!(plain.as_bytes().get(at + words.len()), None | Some(b' '))
    });
    whole || words.len() >= 7 && plain.replace(' ', "").contains(&words.replace(' ', ""))
}

/// One page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) side: Side,
    /// Top to bottom.
    pub(super) rows: Vec<Row>,
    pub(super) top: f32,
    pub(super) bottom: f32,
    /// The usual height of a line.
    pub(super) usual: f32,
}

impl Page {
    pub(super) fn of(lines: &[TextLine], side: Side) -> Self {
        let mine: Vec<&TextLine> = lines.iter().filter(|l| l.side == side).collect();
        let mut rows = joined(level(&mine));
        rows.sort_by(|a, b| a.top.total_cmp(&b.top));
        let top = rows.iter().map(|r| r.top).fold(f32::MAX, f32::min);
        let bottom = rows.iter().map(|r| r.bottom).fold(f32::MIN, f32::max);
        let usual = median(rows.iter().map(Row::height).collect()).unwrap_or(1.0);
        Self { side, rows, top, bottom, usual }
    }

    /// How far down the page a row is, 0..1.
    pub(super) fn depth(&self, row: &Row) -> f32 {
        ((row.middle() - self.top) / (self.bottom - self.top).max(1.0)).clamp(0.0, 1.0)
    }

    /// The rows in stacks: each row goes below the one that it follows closely, with its left edge or its middle below the
    /// other's.
    pub(super) fn blocks(&self) -> Vec<Vec<&Row>> {
        let mut below: Vec<Option<usize>> = vec![None; self.rows.len()];
        let mut taken = vec![false; self.rows.len()];
        for (i, row) in self.rows.iter().enumerate() {
            let mut next: Option<(f32, usize)> = None;
            for (j, other) in self.rows.iter().enumerate().skip(i + 1) {
                if taken.get(j) == Some(&true) || !follows(row, other) {
                    continue;
                }
                let far = (other.top - row.bottom).abs() + (other.left - row.left).abs();
                if next.is_none_or(|(least, _)| far < least) {
                    next = Some((far, j));
                }
            }
            if let Some((_, j)) = next {
                below.get_mut(i).into_iter().for_each(|b| *b = Some(j));
                taken.get_mut(j).into_iter().for_each(|t| *t = true);
            }
        }
        let mut blocks = vec![];
        for (i, _) in taken.iter().enumerate().filter(|(_, taken)| !**taken) {
            let mut block = vec![];
            let mut at = Some(i);
            while let Some(row) = at.and_then(|i| self.rows.get(i)) {
                block.push(row);
                at = at.and_then(|i| below.get(i).copied().flatten());
            }
            blocks.push(block);
        }
        blocks
    }

    /// The text to the left of a row, on the same line; the nearest.
    pub(super) fn left_of(&self, row: &Row) -> Option<&Row> {
        let beside = |r: &&Row| {
            r.right <= row.left + row.height() * 0.3 && (r.end - row.middle()).abs() < row.height() * 0.6
        };
        self.rows.iter().filter(beside).max_by(|a, b| a.right.total_cmp(&b.right))
    }

    /// The text above a row, near enough to be its label.
    pub(super) fn above(&self, row: &Row) -> Option<&Row> {
        let over = |r: &&Row| {
            let gap = row.top - r.bottom;
            let along = r.left < row.right && r.right > row.left;
            gap > -row.height() * 0.5 && gap < row.height() * 1.6 && r.middle() < row.middle() && along
        };
        let near = |r: &&Row| (r.left - row.left).abs() < row.height() * 3.0;
        self.rows.iter().filter(over).filter(near).max_by(|a, b| a.bottom.total_cmp(&b.bottom))
    }
}

fn follows(row: &Row, below: &Row) -> bool {
    let height = row.height().max(below.height());
    let gap = below.top - row.bottom;
    let alike = row.height() / below.height();
    let edges = (row.left - below.left).abs() < 0.8 * height;
    let middles = (row.left + row.right - below.left - below.right).abs() < 1.2 * height;
    gap > -0.6 * height
        && gap < 0.95 * height
        && (0.55..1.8).contains(&alike)
        && (edges || middles)
        && below.middle() - row.middle() > 0.5 * height
}

/// The lines with the page's slant taken out.
fn level(lines: &[&TextLine]) -> Vec<Row> {
    // A quadrilateral begins where its text does, so this is right of pages that stand on their head too.
    let along = lines.iter().filter_map(|line| {
        let [a, b, _, d] = line.quad.0;
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        (dx.hypot(dy) > 4.0 * (d[0] - a[0]).hypot(d[1] - a[1])).then_some((dx, dy))
    });
    let (dx, dy) = along.fold((0.0, 0.0), |sum, (dx, dy)| (sum.0 + dx, sum.1 + dy));
    let angle = dy.atan2(dx);
    let (sin, cos) = angle.sin_cos();
    lines
        .iter()
        .filter(|line| !line.text.trim().is_empty())
        .map(|line| {
            let [a, b, c, d] = line.quad.0.map(|[x, y]| [x * cos + y * sin, y * cos - x * sin]);
            let half = ((d[1] - a[1]) + (c[1] - b[1])) / 4.0;
            let (start, end) = (f32::midpoint(a[1], d[1]), f32::midpoint(b[1], c[1]));
            let (left, right) = (f32::midpoint(a[0], d[0]), f32::midpoint(b[0], c[0]));
            let (top, bottom) = (start - half, start + half);
            let text = line.text.trim().to_owned();
            Row {
                plain: plain(&text),
                text,
                left,
                right,
                top,
                bottom,
                end,
                region: line.quad,
                confidence: line.confidence,
            }
        })
        .collect()
}

/// Pieces of one line, found apart though hardly more than a space is between them.
fn joined(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut out: Vec<Row> = vec![];
    for row in rows {
        let goes_on = |r: &&mut Row| {
            let (gap, height) = (row.left - r.right, r.height().min(row.height()));
            (r.end - row.middle()).abs() < 0.35 * height
                && gap > -0.8 * height
                && gap < 0.45 * height
                && (0.6..1.7).contains(&(r.height() / row.height()))
        };
        match out.iter_mut().find(goes_on) {
            Some(before) => {
                before.text = format!("{} {}", before.text, row.text);
                before.plain = plain(&before.text);
                before.right = before.right.max(row.right);
                before.end = row.end;
                before.region = around([&before.region, &row.region]);
                before.confidence = before.confidence.min(row.confidence);
            }
            None => out.push(row),
        }
    }
    out
}

/// The upright rectangle around some quadrilaterals.
pub(super) fn around<'a>(quads: impl IntoIterator<Item = &'a Quad>) -> Quad {
    let [l, t, r, b] =
        quads.into_iter().map(bounds).fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |a, b| {
            [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
        });
    Quad([[l, t], [r, t], [r, b], [l, b]])
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A line of a drawn page: text, left, top; letters are 10 pixels wide and lines 20 high.
#[cfg(test)]
pub(super) fn line(text: &str, x: f32, y: f32) -> TextLine {
    let right = x + 10.0 * text.chars().count() as f32;
    let quad = Quad([[x, y], [right, y], [right, y + 20.0], [x, y + 20.0]]);
    TextLine { text: text.into(), quad, side: Side::Front, confidence: 0.95 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_apart_and_pieces_come_together() {
        let mut lines = vec![
            line("Lumenor", 40.0, 40.0),
            line("Mme Claire Fontanel", 600.0, 100.0),
            line("12 rue", 600.0, 126.0),
            line("des Lilas", 667.0, 126.0),
            line("75011 PARIS", 600.0, 152.0),
            line("Date de facture", 40.0, 126.0),
            line("03/11/2026", 300.0, 126.0),
        ];
        let check = |lines: &[TextLine]| {
            let page = Page::of(lines, Side::Front);
            let blocks = page.blocks();
            let window = blocks.iter().find(|b| b.iter().any(|r| r.text.contains("Fontanel"))).unwrap();
            let texts: Vec<&str> = window.iter().map(|r| r.text.as_str()).collect();
            assert_eq!(texts, ["Mme Claire Fontanel", "12 rue des Lilas", "75011 PARIS"]);
            let date = page.rows.iter().find(|r| r.text.contains("2026")).unwrap();
            assert_eq!(page.left_of(date).map(|r| r.text.as_str()), Some("Date de facture"));
        };
        check(&lines);
        // The same page photographed with a slant.
        let (sin, cos) = 0.05f32.sin_cos();
        for line in &mut lines {
            line.quad = Quad(line.quad.0.map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]));
        }
        check(&lines);
    }

    #[test]
    fn words_are_found_whole_and_without_their_spaces() {
        assert!(says("DATE DE FACTURE", "DATE") && says("DATEDEFACTURE 3", "DATE DE FACTURE"));
        assert!(!says("UPDATE", "DATE") && !says("", "DATE"));
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(Page::of(&[], Side::Front).blocks().is_empty());
    }
}
