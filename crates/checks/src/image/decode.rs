//! The gate: what is and is not a picture we will look at. Everything is checked before pixels are decoded.

/// A decoded picture: RGB, upright by its EXIF orientation, metadata gone.
#[derive(Debug, Clone)]
pub struct Picture {
    pub rgb: image::RgbImage,
}

/// Why a file is not accepted. Codes are stable, messages say what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the file is empty")]
    Empty,
}

pub fn decode(_bytes: &[u8]) -> Result<Picture, Refused> {
    Err(Refused::Empty)
}
