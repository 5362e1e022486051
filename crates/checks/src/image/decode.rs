//! The gate: what is and is not a picture we will look at. Everything that can be known from the header
//! is checked before pixels are decoded, so a hostile file costs no more memory than an honest one.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, RgbImage,
    codecs::{
        bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, jpeg::JpegEncoder, png::PngDecoder,
        tiff::TiffDecoder, webp::WebPDecoder,
    },
    error::LimitErrorKind,
    metadata::Orientation,
};

use super::container;

/// The largest file taken, in bytes (20 MiB).
pub const MAX_BYTES: usize = 20 << 20;
/// The longest side taken, in pixels.
pub const MAX_SIDE: u32 = 12_000;
/// The most pixels taken: today's 48-megapixel phone cameras fit.
pub const MAX_PIXELS: u64 = 50_000_000;
/// What a decoder may allocate: four bytes a pixel at [`MAX_PIXELS`], and its tables.
const MAX_ALLOCATION: u64 = 256 << 20;

/// A decoded picture: RGB, upright by its EXIF orientation, metadata gone.
#[derive(Debug, Clone)]
pub struct Picture {
    pub rgb: RgbImage,
}

/// Why a file is not accepted. Codes are stable, messages say what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the file is empty; send a picture")]
    Empty,
    #[error("the file is larger than 20 MiB; send a smaller picture")]
    TooManyBytes,
    #[error("the file is not a picture; send a JPEG, PNG or WebP file")]
    NotAnImage,
    /// A format we know by name and do not take.
    #[error("{0} files are not taken; send a JPEG, PNG or WebP file")]
    UnsupportedFormat(&'static str),
    #[error("the picture has more than 50 megapixels or a side above 12,000 pixels; send a smaller one")]
    TooManyPixels,
    #[error("the picture is animated; send a still picture")]
    Animated,
    #[error("the file ends before the picture does; send it again")]
    Truncated,
    #[error("the picture is damaged and cannot be decoded; take or export it again")]
    Damaged,
    #[error("the picture is too small to show anything; send one of at least 64 pixels on its shorter side")]
    TooSmall,
    #[error("the picture is almost black; take it with more light")]
    TooDark,
    #[error("the picture shows nothing but one colour; take it again with the camera uncovered")]
    Blank,
}

impl Refused {
    /// The stable name programs switch on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::TooManyBytes => "file_too_large",
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat(_) => "unsupported_format",
            Self::TooManyPixels => "too_many_pixels",
            Self::Animated => "animated",
            Self::Truncated => "truncated",
            Self::Damaged => "damaged",
            Self::TooSmall => "too_small",
            Self::TooDark => "too_dark",
            Self::Blank => "blank",
        }
    }
}

/// Decodes an uploaded file: JPEG (CMYK too), PNG, WebP, BMP, TIFF (its first page) and GIF (one frame), up to
/// 16 bits a channel. Transparency is laid on white, the EXIF orientation is applied; broken EXIF is ignored.
///
/// # Errors
/// Every file that is not one whole, still picture within the limits; see [`Refused`].
pub fn decode(bytes: &[u8]) -> Result<Picture, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Refused::TooManyBytes);
    }
    let Ok(format) = image::guess_format(bytes) else {
        return Err(container::foreign_format(bytes).map_or(Refused::NotAnImage, Refused::UnsupportedFormat));
    };
    // The decoders are other people's code reading hostile bytes. A panic in one of them must cost this
    // picture, not the worker; they keep no state between calls that it could leave broken.
    let rgb = std::panic::catch_unwind(|| decode_as(format, bytes)).map_err(|_| Refused::Damaged)??;
    Ok(Picture { rgb })
}

fn decode_as(format: ImageFormat, bytes: &[u8]) -> Result<RgbImage, Refused> {
    let file = Cursor::new(bytes);
    match format {
        ImageFormat::Jpeg => {
            // The decoder fills what is missing with grey; half a document must not pass as a whole one.
            if !container::jpeg_is_complete(bytes) {
                return Err(Refused::Truncated);
            }
            pixels(JpegDecoder::new(file).map_err(refused)?)
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(file, limits()).map_err(refused)?;
            if decoder.is_apng().map_err(refused)? {
                return Err(Refused::Animated);
            }
            pixels(decoder)
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(file).map_err(refused)?;
            if decoder.has_animation() {
                return Err(Refused::Animated);
            }
            pixels(decoder)
        }
        ImageFormat::Gif => {
            if container::gif_frames(bytes) > 1 {
                return Err(Refused::Animated);
            }
            pixels(GifDecoder::new(file).map_err(refused)?)
        }
        ImageFormat::Bmp => pixels(BmpDecoder::new(file).map_err(refused)?),
        ImageFormat::Tiff => pixels(TiffDecoder::new(file).map_err(refused)?),
        other => Err(Refused::UnsupportedFormat(other.extensions_str().first().copied().unwrap_or("such"))),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOCATION);
    limits
}

fn pixels(mut decoder: impl ImageDecoder) -> Result<RgbImage, Refused> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refused::Damaged);
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refused::TooManyPixels);
    }
    if decoder.total_bytes() > MAX_ALLOCATION {
        return Err(Refused::TooManyPixels);
    }
    decoder.set_limits(limits()).map_err(refused)?;
    let orientation = orientation(&mut decoder);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if picture.color().has_alpha() {
        picture = on_white(picture).into();
    }
    let mut picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// The EXIF orientation, where the metadata has a readable one.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    let exif = decoder.exif_metadata().ok().flatten();
    // Some writers put the marker of the JPEG segment in front of the TIFF header in other formats too.
    let exif = exif.as_deref().map(|e| e.strip_prefix(b"Exif\0\0").unwrap_or(e));
    exif.and_then(Orientation::from_exif_chunk)
        .or_else(|| decoder.orientation().ok())
        .unwrap_or(Orientation::NoTransforms)
}

fn on_white(picture: DynamicImage) -> RgbImage {
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        image::Rgb([r, g, b].map(|c| {
            let (c, a) = (u32::from(c), u32::from(a));
            u8::try_from((c * a + 255 * (255 - a) + 127) / 255).unwrap_or(u8::MAX)
        }))
    })
}

fn refused(error: ImageError) -> Refused {
    match error {
        ImageError::Limits(e) => match e.kind() {
            LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory => Refused::TooManyPixels,
            _ => Refused::Damaged,
        },
        ImageError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Refused::Truncated,
        _ => Refused::Damaged,
    }
}

/// A fresh JPEG of the pixels alone: no metadata, no trailing bytes, nothing of the uploaded file.
/// `quality` is 1 to 100. Empty for a picture without pixels or with a side above 65,535.
pub fn encode_jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    match JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100)).encode_image(picture) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

/// A part of a picture, from its left upper corner on; what lies outside is left out.
pub fn crop(picture: &RgbImage, (x, y): (u32, u32), (width, height): (u32, u32)) -> RgbImage {
    image::imageops::crop_imm(picture, x, y, width, height).to_image()
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
