//! Letters: the faces a document is printed in.

use std::path::{Path, PathBuf};

use ab_glyph::{Font, FontArc, ScaleFont, point};

use super::canvas::Canvas;

/// Where Debian's font packages put their files.
const FONT_DIRECTORY: &str = "/usr/share/fonts";

/// A font that could not be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("read the font {path}: {source}; ./setup installs it", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("not an OpenType or TrueType font")]
    Format(#[from] ab_glyph::InvalidFont),
}

/// The three faces of a document.
#[derive(Clone)]
pub struct Fonts {
    pub(crate) text: FontArc,
    pub(crate) bold: FontArc,
    /// The face of the machine readable zone; OCR-B in a real document.
    pub(crate) machine: FontArc,
}

impl Fonts {
    /// From the bytes of OpenType or TrueType files: labels, bold values, machine readable zone.
    ///
    /// # Errors
    /// [`FontError::Format`] when one of them is not a font.
    pub fn from_bytes(text: Vec<u8>, bold: Vec<u8>, machine: Vec<u8>) -> Result<Self, FontError> {
        Ok(Self {
            text: FontArc::try_from_vec(text)?,
            bold: FontArc::try_from_vec(bold)?,
            machine: FontArc::try_from_vec(machine)?,
        })
    }

    /// The fonts of Debian's `fonts-dejavu-core` and `fonts-ocr-b`; without the second, the machine
    /// readable zone is set in DejaVu Sans Mono.
    ///
    /// # Errors
    /// [`FontError::Read`] when `fonts-dejavu-core` is not installed.
    pub fn installed() -> Result<Self, FontError> {
        let read = |name: &str| {
            let path = Path::new(FONT_DIRECTORY).join(name);
            std::fs::read(&path).map_err(|source| FontError::Read { path, source })
        };
        let machine =
            read("opentype/ocr-b/OCRB.otf").or_else(|_| read("truetype/dejavu/DejaVuSansMono.ttf"))?;
        Self::from_bytes(
            read("truetype/dejavu/DejaVuSans.ttf")?,
            read("truetype/dejavu/DejaVuSans-Bold.ttf")?,
            machine,
        )
    }
}

/// Draws text with its baseline at `y` and returns where it ends; `size` is the height of a capital
/// letter, lengths are pixels.
pub(crate) fn draw(
    canvas: &mut Canvas,
    font: &FontArc,
    size: f32,
    (x, y): (f32, f32),
    ink: [f32; 3],
    text: &str,
) -> f32 {
    let scale = scale_for_capitals(font, size);
    let scaled = font.as_scaled(scale);
    let mut at = x;
    let mut previous = None;
    for c in text.chars() {
        let id = font.glyph_id(c);
        if let Some(previous) = previous {
            at += scaled.kern(previous, id);
        }
        glyph(canvas, font, id.with_scale_and_position(scale, point(at, y)), ink);
        at += scaled.h_advance(id);
        previous = Some(id);
    }
    at
}

/// Draws text with one character every `pitch` pixels, each centred in its cell.
pub(crate) fn draw_pitched(
    canvas: &mut Canvas,
    font: &FontArc,
    size: f32,
    pitch: f32,
    (x, y): (f32, f32),
    ink: [f32; 3],
    text: &str,
) {
    let scale = scale_for_capitals(font, size);
    let scaled = font.as_scaled(scale);
    for (i, c) in text.chars().enumerate() {
        let id = font.glyph_id(c);
        let left = x + i as f32 * pitch + (pitch - scaled.h_advance(id)) / 2.0;
        glyph(canvas, font, id.with_scale_and_position(scale, point(left, y)), ink);
    }
}

/// The width of a line in pixels.
pub(crate) fn width(font: &FontArc, size: f32, text: &str) -> f32 {
    let scaled = font.as_scaled(scale_for_capitals(font, size));
    text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum()
}

/// The font scale at which an H is `height` pixels high.
fn scale_for_capitals(font: &FontArc, height: f32) -> f32 {
    let trial = 1000.0;
    let outline = font.outline_glyph(font.glyph_id('H').with_scale(trial));
    let measured = outline.map_or(0.7 * trial, |glyph| glyph.px_bounds().height());
    height * trial / measured.max(1.0)
}

fn glyph(canvas: &mut Canvas, font: &FontArc, glyph: ab_glyph::Glyph, ink: [f32; 3]) {
    let Some(outline) = font.outline_glyph(glyph) else { return };
    let corner = outline.px_bounds().min;
    outline.draw(|dx, dy, coverage| {
        canvas.blend(corner.x as i32 + dx as i32, corner.y as i32 + dy as i32, ink, coverage);
    });
}
