//! PDF files: their first pages as pictures, with the text that they say is on them.
//!
//! Other people's code reads hostile bytes here, which a server has done by a process of its own; what goes down a level for each
//! that is nested gets a thread with a large stack. What a file unpacks to is measured before anything is unpacked, and what a page draws is counted
//! before it is drawn.

mod bounds;
mod sides;
mod text;

use bonafide_core::document::Quad;
use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::InterpreterSettings,
    hayro_syntax::{DecryptionError, LoadPdfError, Pdf, page::Page as Sheet},
    render,
    vello_cpu::color::palette::css::WHITE,
};
use image::RgbImage;
use serde::{Deserialize, Serialize};

pub use sides::sides;

use crate::image::Picture;

/// The largest file taken, in bytes (20 MiB).
pub const MAX_BYTES: usize = 20 << 20;
/// Pixels an inch that a page is drawn with: what scanners are set to.
const RESOLUTION: f32 = 300.0;
const POINTS_PER_INCH: f32 = 72.0;
/// A page that is a small picture is drawn at least so long, in pixels.
const LEAST_SIDE: f32 = 2_000.0;
/// No page is drawn longer, in pixels.
const MOST_SIDE: f32 = 4_000.0;
/// The least pixels on the shorter side of something that can be read.
const LEAST_SHORT: u32 = 64;
/// Of the thread that reads, in addresses: memory is taken as it gets there. The reader goes down a level for each that is
/// nested, and [`bounds`] says how many there may be.
const STACK: usize = 1 << 30;

/// A page as a picture, and the text that the file says is on it, in the picture's pixels. The text is what somebody wrote into
/// the file, visible or not: believe it only where the picture shows the same.
#[derive(Debug, Clone)]
pub struct Page {
    pub picture: Picture,
    pub text: Vec<Line>,
}

/// A line of text, and where it is in the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    pub region: Quad,
}

/// Why a file is not taken. Codes are stable, messages say what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the file is no PDF; send a JPEG, PNG or PDF file")]
    NotAPdf,
    #[error("the file is larger than 20 MiB; send a smaller one")]
    TooManyBytes,
    #[error("the PDF is protected by a password; send it without one")]
    Encrypted,
    #[error("the PDF is damaged and cannot be read; export it again, or send a picture")]
    Damaged,
    #[error("the PDF has no page; export it again, or send a picture")]
    NoPages,
    #[error("a page of the PDF is too narrow to show anything; send a picture")]
    TooSmall,
    #[error("the PDF unpacks to far more than a document needs; send a picture")]
    TooMuch,
}

impl Refused {
    /// The stable name programs switch on.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAPdf => "not_a_pdf",
            Self::TooManyBytes => "file_too_large",
            Self::Encrypted => "encrypted",
            Self::Damaged => "damaged",
            Self::NoPages => "no_pages",
            Self::TooSmall => "too_small",
            Self::TooMuch => "too_much",
        }
    }
}

/// Whether a file says that it is a PDF: near its beginning, as readers have it.
pub fn is_pdf(bytes: &[u8]) -> bool {
    const MARK: &[u8] = b"%PDF-";
    bytes.get(..bytes.len().min(1024)).is_some_and(|start| start.windows(MARK.len()).any(|at| at == MARK))
}

/// The first pages of a PDF file, `most` at most.
///
/// # Errors
/// Why the file is not taken.
pub fn pages(bytes: &[u8], most: usize) -> Result<Vec<Page>, Refused> {
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooManyBytes);
    }
    if !is_pdf(bytes) {
        return Err(Refused::NotAPdf);
    }
    bounds::unpacked(bytes)?;
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
        let reader = reader.spawn_scoped(scope, || read(bytes, most)).map_err(|_| Refused::Damaged)?;
        // Who draws too much is stopped in the middle of it.
        reader.join().unwrap_or_else(|why| Err(why.downcast().map_or(Refused::Damaged, |refused| *refused)))
    })
}

fn read(bytes: &[u8], most: usize) -> Result<Vec<Page>, Refused> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(refused)?;
    bounds::objects(&pdf)?;
    let settings = InterpreterSettings::default();
    let cache = RenderCache::new();
    let pages: Result<Vec<Page>, Refused> =
        pdf.pages().iter().take(most).map(|sheet| page(sheet, &cache, &settings)).collect();
    pages.and_then(|pages| if pages.is_empty() { Err(Refused::NoPages) } else { Ok(pages) })
}

fn page<'a>(
    sheet: &'a Sheet<'a>,
    cache: &RenderCache<'a>,
    settings: &InterpreterSettings,
) -> Result<Page, Refused> {
    let (width, height) = sheet.render_dimensions();
    let longest = width.max(height);
    if !longest.is_finite() || longest < 1.0 {
        return Err(Refused::TooSmall);
    }
    let scale = (RESOLUTION / POINTS_PER_INCH).max(LEAST_SIDE / longest).min(MOST_SIDE / longest);
    let text = text::lines(sheet, scale, settings);
    let drawing =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let drawn = render(sheet, cache, settings, &drawing);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    if width.min(height) < LEAST_SHORT {
        return Err(Refused::TooSmall);
    }
    // On white, so what is seen through is what is there.
    let pixels = drawn.take().into_iter().flat_map(|p| [p.r, p.g, p.b]).collect();
    let rgb = RgbImage::from_raw(width, height, pixels).ok_or(Refused::Damaged)?;
    Ok(Page { picture: Picture { rgb }, text })
}

fn refused(error: LoadPdfError) -> Refused {
    match error {
        LoadPdfError::Decryption(DecryptionError::MissingIDEntry) | LoadPdfError::Invalid => Refused::Damaged,
        LoadPdfError::Decryption(
            DecryptionError::PasswordProtected
            | DecryptionError::InvalidEncryption
            | DecryptionError::UnsupportedAlgorithm,
        ) => Refused::Encrypted,
    }
}

#[cfg(test)]
mod tests;
