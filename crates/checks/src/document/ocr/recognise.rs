//! Reading one line of text.

use bonafide_core::document::Quad;
use image::RgbImage;

use super::{
    detect::{bgr, first},
    effort::Effort,
    line::{Char, Line},
};
use crate::{
    image::warp::{cut, extent},
    models::{Model, Models, RunError, Task},
};

/// Height the network reads at.
const HEIGHT: u32 = 48;
/// Widest crop: bounds memory. A line of 44 characters is about 1,200 pixels wide.
const WIDEST: u32 = 2048;
/// Lines read less surely than this are texture, not text.
const SUREST_NOISE: f64 = 0.5;

/// The network's beliefs along a line: one row a frame, one column a symbol, column 0 the blank.
pub(crate) struct Emission {
    pub(crate) classes: usize,
    pub(crate) data: Vec<f32>,
}

impl Emission {
    pub(crate) fn frames(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.data.chunks_exact(self.classes.max(1))
    }
}

/// The text recogniser and its alphabet.
pub struct Recogniser<'a> {
    model: &'a Model,
    /// By class; the first is the blank.
    charset: Vec<char>,
}

impl<'a> Recogniser<'a> {
    /// # Errors
    /// When the network is missing, or does not say what its classes mean.
    pub fn new(models: &'a Models, effort: Effort) -> Result<Self, RunError> {
        let model = effort.model(models, Task::QuickTextRecognition, Task::TextRecognition)?;
        let characters = model.metadata("character").ok_or_else(|| RunError::Failed {
            model: model.reference().name,
            why: "the file has no metadata entry `character`".into(),
        })?;
        let listed = characters.split('\n').map(|c| c.trim_end_matches('\r').chars().next().unwrap_or(' '));
        // The blank stands before the list and the space after it.
        let charset = std::iter::once('\0').chain(listed).chain(std::iter::once(' ')).collect();
        Ok(Self { model, charset })
    }

    /// What each class means, by class.
    pub(crate) fn charset(&self) -> &[char] {
        &self.charset
    }

    /// Runs the network on a crop of height 48.
    pub(crate) fn emit(&self, crop: &RgbImage) -> Result<Emission, RunError> {
        let output = first(self.model.run(&[("x", bgr(crop))])?);
        let classes = output.shape.last().copied().unwrap_or(0);
        Ok(Emission { classes, data: output.data })
    }

    /// Reads the line in a quadrilateral; `None` when there is none worth the name.
    ///
    /// # Errors
    /// When the network fails.
    pub fn read(&self, picture: &RgbImage, quad: &Quad) -> Result<Option<Line>, RunError> {
        let (quad, crop) = straighten(picture, quad);
        self.line(quad, &crop)
    }

    fn line(&self, quad: Quad, crop: &RgbImage) -> Result<Option<Line>, RunError> {
        let emission = self.emit(crop)?;
        let chars = self.greedy(&emission);
        let text: String = chars.iter().map(|c| c.c).collect();
        let confidence =
            chars.iter().map(|c| f64::from(c.confidence)).sum::<f64>() / chars.len().max(1) as f64;
        let worth = !text.trim().is_empty() && confidence >= SUREST_NOISE;
        Ok(worth.then_some(Line { quad, text, confidence, chars }))
    }

    /// The surest symbol of each frame, repeats and blanks removed.
    fn greedy(&self, emission: &Emission) -> Vec<Char> {
        let frames = emission.frames().len().max(1) as f32;
        let mut out: Vec<Char> = vec![];
        let mut last = 0;
        for (t, frame) in emission.frames().enumerate() {
            let (best, belief) =
                frame.iter().enumerate().fold((0, f32::MIN), |m, (i, p)| if *p > m.1 { (i, *p) } else { m });
            let at = (t as f32 + 0.5) / frames;
            if best != last && best != 0 {
                let c = self.charset.get(best).copied().unwrap_or('\u{fffd}');
                out.push(Char { c, confidence: belief.clamp(0.0, 1.0), at });
            } else if best == last
                && best != 0
                && let Some(char) = out.last_mut()
            {
                char.confidence = char.confidence.max(belief.clamp(0.0, 1.0));
            }
            last = best;
        }
        out
    }
}

/// Reads lines with the small network first, and again with the other where the small one is not sure.
pub struct LineReader<'a> {
    quick: Recogniser<'a>,
    full: Recogniser<'a>,
}

/// A reading of the small network stands from this mean confidence of its letters and digits on, if none falls
/// below the other: of such lines, one in forty differed from the larger network's reading, mostly by an accent or a stop, and
/// not always for the worse (669 lines of real documents).
const SURE_LINE: f32 = 0.97;
const SURE_CHARACTER: f32 = 0.75;
/// Characters from which a line of small letters is a sentence, and how sure its reading has to be.
const PROSE: usize = 36;
const SURE_PROSE: f64 = 0.85;

impl<'a> LineReader<'a> {
    /// # Errors
    /// When no network is installed, or one does not say what its classes mean.
    pub fn new(models: &'a Models) -> Result<Self, RunError> {
        Ok(Self {
            quick: Recogniser::new(models, Effort::Quick)?,
            full: Recogniser::new(models, Effort::Full)?,
        })
    }

    /// Reads the line in a quadrilateral; `None` when there is none worth the name.
    ///
    /// # Errors
    /// When a network fails.
    pub fn read(&self, picture: &RgbImage, quad: &Quad) -> Result<Option<Line>, RunError> {
        let (quad, crop) = straighten(picture, quad);
        let line = self.quick.line(quad, &crop)?;
        if line.as_ref().is_some_and(settled) { Ok(line) } else { self.full.line(quad, &crop) }
    }
}

/// Whether a reading of the small network stands.
fn settled(line: &Line) -> bool {
    let of_weight = || line.chars.iter().filter(|c| c.c.is_alphanumeric()).map(|c| c.confidence);
    let n = of_weight().count().max(1) as f32;
    let (sum, least) = of_weight().fold((0.0, 1.0f32), |(sum, least), c| (sum + c, least.min(c)));
    // A sentence is no field, and what matters of it are its words as a whole.
    let small = line.chars.iter().filter(|c| c.c.is_lowercase()).count();
    let prose = line.chars.len() > PROSE && small * 2 > line.chars.len();
    sum / n >= SURE_LINE && least >= SURE_CHARACTER || prose && line.confidence > SURE_PROSE
}

/// A line's quadrilateral turned so that the text runs across, and its crop at the network's height.
pub(crate) fn straighten(picture: &RgbImage, quad: &Quad) -> (Quad, RgbImage) {
    let mut quad = *quad;
    let (mut w, mut h) = extent(&quad);
    // Text set upwards, as on the edge of some cards.
    if h > 1.5 * w {
        quad.0.rotate_left(1);
        (w, h) = (h, w);
    }
    let width = (w / h.max(1.0) * HEIGHT as f32).round();
    let width = (width as u32).clamp(HEIGHT / 3, WIDEST);
    (quad, cut(picture, &quad, width, HEIGHT))
}
