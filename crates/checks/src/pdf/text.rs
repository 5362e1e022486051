//! The text of a page by the file's own word: letters put together to lines.

use bonafide_core::document::Quad;
use hayro::{
    hayro_interpret::{
        BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings,
        Paint, PathDrawMode, SoftMask, TransformExt, font::Glyph, hayro_cmap::BfString, interpret_page,
    },
    hayro_syntax::page::Page as Sheet,
    vello_cpu::kurbo::{Affine, BezPath, Point, Rect, Vec2},
};

use super::{Line, bounds::Drawn};

/// Of a letter's size: how far from the line's foot its head and its tail are.
const HEAD: f64 = 0.8;
const TAIL: f64 = 0.2;
/// Of a letter's size: a gap between words, and one that ends the line.
const WORD: f64 = 0.18;
const COLUMN: f64 = 1.2;
/// Of a letter's size: how far feet of one line differ.
const FOOT: f64 = 0.3;
/// Units of a font that are one letter's size.
const UNITS: f64 = 1_000.0;

/// What is written on a page, in the pixels of its picture at this scale, from top to bottom.
pub(super) fn lines<'a>(sheet: &'a Sheet<'a>, scale: f32, settings: &InterpreterSettings) -> Vec<Line> {
    let (width, height) = sheet.render_dimensions();
    let scaled = |side: f32| f64::from(side * scale);
    let area = Rect::new(0.0, 0.0, scaled(width), scaled(height));
    let to_picture = Affine::scale(f64::from(scale)) * sheet.initial_transform(true).to_kurbo();
    let cache = InterpreterCache::new();
    let mut context = Context::new(to_picture, area, &cache, sheet.xref(), settings.clone());
    let mut letters = Letters { found: vec![], area, drawn: Drawn::nothing() };
    interpret_page(sheet, &mut context, &mut letters);
    together(letters.found)
}

/// One or more letters, from where they begin to where the next begins.
#[derive(Debug, Clone)]
struct Run {
    text: String,
    left: f64,
    right: f64,
    foot: f64,
    size: f64,
}

/// Keeps the letters of what is drawn, and counts it all.
struct Letters {
    found: Vec<Run>,
    area: Rect,
    drawn: Drawn,
}

impl<'a> Device<'a> for Letters {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {
        self.drawn.count(1);
    }

    fn set_blend_mode(&mut self, _: BlendMode) {}

    fn draw_path(&mut self, path: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {
        self.drawn.count(path.elements().len() as u64 + 1);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.drawn.count(clip.path.elements().len() as u64 + 1);
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        // A layer as large as the page.
        self.drawn.count(5_000);
    }

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        self.drawn.count(1);
        let text = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => return,
        };
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width().map(f64::from),
            Glyph::Type3(_) => None,
        };
        let placed = transform * glyph_transform;
        let at = placed * Point::ORIGIN;
        let size = (placed * Point::new(0.0, UNITS) - at).hypot();
        let along: Vec2 = placed * Point::new(advance.unwrap_or(UNITS / 2.0), 0.0) - at;
        // What is written upwards or upside down is no line of the page.
        let level = along.x >= 0.0 && along.y.abs() <= along.x.abs() * 0.2;
        if level && size.is_finite() && size >= 1.0 && self.area.contains(at) {
            self.found.push(Run { text, left: at.x, right: at.x + along.x, foot: at.y, size });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, _: Affine) {
        let pixels = u64::from(image.width()) * u64::from(image.height());
        self.drawn.count(pixels / 1_000 + 1);
    }

    fn pop_clip_path(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Letters as they were drawn, put together to lines: first those that follow each other, then what stands beside it.
fn together(letters: Vec<Run>) -> Vec<Line> {
    let mut runs = joined(letters);
    runs.sort_by(|a, b| a.foot.total_cmp(&b.foot).then(a.left.total_cmp(&b.left)));
    // Those of about one foot, from left to right.
    let mut rows: Vec<Vec<Run>> = vec![];
    for run in runs {
        match rows.last_mut().filter(|row| row.first().is_some_and(|first| is_level(first, &run))) {
            Some(row) => row.push(run),
            None => rows.push(vec![run]),
        }
    }
    let rows = rows.into_iter().flat_map(|mut row| {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        joined(row)
    });
    rows.filter_map(line).collect()
}

fn is_level(a: &Run, b: &Run) -> bool {
    (a.foot - b.foot).abs() <= FOOT * a.size.min(b.size)
}

fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut all: Vec<Run> = vec![];
    for run in runs {
        let before = all.last_mut().filter(|before| {
            let gap = run.left - before.right;
            let size = before.size.min(run.size);
            is_level(before, &run) && gap > -0.5 * size && gap < COLUMN * size
        });
        match before {
            Some(before) => {
                if run.left - before.right > WORD * before.size.min(run.size) {
                    before.text.push(' ');
                }
                before.text.push_str(&run.text);
                before.right = before.right.max(run.right);
                before.size = before.size.max(run.size);
            }
            None => all.push(run),
        }
    }
    all
}

fn line(run: Run) -> Option<Line> {
    let text = run.text.split_whitespace().collect::<Vec<&str>>().join(" ");
    let (left, right) = (run.left as f32, run.right as f32);
    let (top, bottom) = ((run.foot - HEAD * run.size) as f32, (run.foot + TAIL * run.size) as f32);
    let region = Quad([[left, top], [right, top], [right, bottom], [left, bottom]]);
    (!text.is_empty()).then_some(Line { text, region })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str, left: f64, foot: f64) -> Vec<Run> {
        let letter = |(n, letter): (usize, char)| {
            let left = left + 6.0 * n as f64;
            Run { text: letter.to_string(), left, right: left + 6.0, foot, size: 10.0 }
        };
        text.chars().enumerate().map(letter).collect()
    }

    #[test]
    fn letters_become_lines_in_whatever_order_they_were_drawn() {
        let mut all = letters("Total due", 300.0, 120.0);
        all.extend(letters("Jane", 40.0, 100.0));
        // The next word of the line, without a space between, and half a pixel lower.
        all.extend(letters("Smith", 67.0, 100.5));
        all.extend(letters("2 March", 300.0, 100.0));
        let lines: Vec<String> = together(all).into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["Jane Smith", "2 March", "Total due"]);
        let lines = together(letters("  ", 0.0, 0.0));
        assert_eq!(lines, []);
    }

    #[test]
    fn a_line_is_where_its_letters_are() {
        let lines = together(letters("Rue", 50.0, 200.0));
        assert_eq!(lines[0].region, Quad([[50.0, 192.0], [68.0, 192.0], [68.0, 202.0], [50.0, 202.0]]));
    }
}
