//! Lines of text with their places, from a picture and from the text that a PDF page brings along.

use bonafide_core::{
    document::{Quad, Side},
    text::{plain, similarity},
};
use image::RgbImage;

use crate::{
    document::ocr::{self, Effort, LineReader},
    image::warp,
    models::{Models, RunError},
};

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    pub text: String,
    /// Where it is, in pixels of the page's picture.
    pub quad: Quad,
    pub side: Side,
    /// 0..1.
    pub confidence: f64,
}

/// A piece of text that a PDF page brings along, with its box in pixels of the page's picture: left, top, right, bottom.
pub type Embedded = (String, [f32; 4]);

/// The longer side of the picture that text is looked for in: ten-point type on a sheet of A4 is 13 pixels high.
const LONG_SIDE: u32 = 1600;
/// How alike what is seen and what is embedded have to be for the second to stand for the first.
const AGREES: f64 = 0.8;

/// The lines of a page. Text that a PDF brings along is taken where the picture shows the same, since it has no misread
/// letters; what cannot be seen on the page is not taken, since anybody can put it there.
///
/// # Errors
/// When a network is missing or fails.
pub fn lines(
    models: &Models,
    picture: &RgbImage,
    side: Side,
    embedded: &[Embedded],
) -> Result<Vec<TextLine>, RunError> {
    let (turns, _) = ocr::upright_turns(models, picture)?;
    let turned;
    let upright = if turns == 0 {
        picture
    } else {
        turned = warp::quarter_turns(picture, turns);
        &turned
    };
    let reader = LineReader::new(models)?;
    let (width, height) = picture.dimensions();
    let mut lines = vec![];
    for quad in ocr::detect(models, upright, LONG_SIDE, Effort::Quick)? {
        let Some(line) = reader.read(upright, &quad)? else { continue };
        let quad = if turns == 0 { line.quad } else { warp::turn_back(&line.quad, turns, width, height) };
        lines.push(TextLine { text: line.text, quad, side, confidence: line.confidence });
    }
    for line in &mut lines {
        if let Some(text) = agreeing(line, embedded) {
            line.text = text;
            line.confidence = 1.0;
        }
    }
    Ok(lines)
}

/// The embedded text at the place of a line, where it says the same.
fn agreeing(line: &TextLine, embedded: &[Embedded]) -> Option<String> {
    let [left, top, right, bottom] = bounds(&line.quad);
    let mut there: Vec<&Embedded> = embedded
        .iter()
        .filter(|(_, [l, t, r, b])| {
            let (x, y) = ((l + r) / 2.0, (t + b) / 2.0);
            (left..=right).contains(&x) && (top..=bottom).contains(&y)
        })
        .collect();
    there.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
    let text = there.iter().map(|(text, _)| text.trim()).collect::<Vec<_>>().join(" ");
    let squeezed = |text: &str| plain(text).replace(' ', "");
    let (seen, brought) = (squeezed(&line.text), squeezed(&text));
    (!brought.is_empty() && similarity(&seen, &brought) >= AGREES).then_some(text)
}

/// Left, top, right, bottom of a quadrilateral.
pub(super) fn bounds(quad: &Quad) -> [f32; 4] {
    quad.0.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[l, t, r, b], [x, y]| {
        [l.min(*x), t.min(*y), r.max(*x), b.max(*y)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> TextLine {
        let quad = Quad([[100.0, 100.0], [300.0, 100.0], [300.0, 120.0], [100.0, 120.0]]);
        TextLine { text: text.into(), quad, side: Side::Front, confidence: 0.8 }
    }

    #[test]
    fn embedded_text_stands_for_what_it_agrees_with() {
        let embedded = [
            ("Hélène".to_owned(), [105.0, 102.0, 180.0, 118.0]),
            ("Béraud".to_owned(), [185.0, 102.0, 260.0, 118.0]),
        ];
        assert_eq!(agreeing(&line("Helene Beraud"), &embedded).as_deref(), Some("Hélène Béraud"));
        assert_eq!(agreeing(&line("HeleneBeraud"), &embedded).as_deref(), Some("Hélène Béraud"));
        assert_eq!(agreeing(&line("Someone Else"), &embedded), None, "the page shows another name");
        assert_eq!(agreeing(&line("Helene Beraud"), &[]), None);
    }
}
