//! What is looked for, and the pictures it is looked for in.

use bonafide_core::document::Quad;
use image::{GrayImage, imageops};

use crate::image::{Picture, scale::resized};

/// A decoded symbol.
#[derive(Debug, Clone, PartialEq)]
pub struct Symbol {
    /// The data as text, by the character sets the symbol declares; without one, UTF-8 where the bytes are
    /// valid UTF-8, else Latin-1.
    pub text: String,
    /// The data as encoded.
    pub bytes: Vec<u8>,
    /// How sure it is which letters the bytes beyond ASCII are, 0..1: 1 where the symbol declares its character set, where they
    /// are UTF-8 and where there are none.
    pub letters: f64,
    /// Whether the text goes on in symbols that are not in the picture.
    pub incomplete: bool,
    /// The corners of the symbol: its own top left, top right, bottom right, bottom left.
    pub quad: Quad,
}

/// The picture without colours, its long side at most `size` pixels.
pub(super) fn reduced(picture: &Picture, size: u32) -> GrayImage {
    let (width, height) = picture.rgb.dimensions();
    let long = width.max(height);
    if size >= long {
        return imageops::grayscale(&picture.rgb);
    }
    let side = |s: u32| (u64::from(s) * u64::from(size) / u64::from(long)).max(1) as u32;
    imageops::grayscale(&*resized(&picture.rgb, side(width), side(height)))
}
