//! What a PDF file may unpack to and draw.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use hayro::hayro_syntax::{
    Filter, Pdf,
    object::{Dict, Object},
};

use super::Refused;
use crate::image::decode::{MAX_PIXELS, MAX_SIDE};

/// Bytes that all streams of a file may unpack to.
const MOST_UNPACKED: u64 = 256 << 20;
/// Lists in lists that a file may have. Files that are meant to be read have a few; bytes that are no lists at all may look like
/// some more.
const MOST_NESTED: u32 = 20_000;
/// Objects that a file may have.
const MOST_OBJECTS: usize = 200_000;
/// What the drawing of one page may cost: a glyph, a part of a path and a thousand pixels of a picture are one each.
const MOST_DRAWN: u64 = 2_000_000;

/// Measures a file and every stream of it, before anything is unpacked into memory.
pub(super) fn unpacked(bytes: &[u8]) -> Result<(), Refused> {
    const MARK: &[u8] = b"stream";
    let mut left = MOST_UNPACKED;
    let mut rest = bytes;
    Nesting::default().follow(bytes)?;
    while let Some(at) = rest.windows(MARK.len()).position(|found| found == MARK) {
        rest = rest.get(at + MARK.len()..).unwrap_or_default();
        let line = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let stream = rest.get(line..).unwrap_or_default();
        if line == 0 {
            continue;
        }
        // What is no such stream ends at once; a damaged one at its damage, as for the reader.
        let mut unpacking = ZlibDecoder::new(stream).take(left.saturating_add(1));
        let unpacked = count(&mut unpacking)?;
        left = left.checked_sub(unpacked).ok_or(Refused::TooMuch)?;
    }
    Ok(())
}

/// How much there is.
fn count(from: &mut impl Read) -> Result<u64, Refused> {
    let (mut buffer, mut total, mut nesting) = (vec![0; 64 << 10], 0u64, Nesting::default());
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(n) => {
                total = total.saturating_add(n as u64);
                nesting.follow(buffer.get(..n).unwrap_or_default())?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Ok(total),
        }
    }
}

/// How deep lists and dictionaries are inside each other. The reader calls itself for each, so what is too deep for its stack
/// would end the program.
#[derive(Default)]
struct Nesting {
    depth: u32,
    before: u8,
}

impl Nesting {
    fn follow(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        for byte in bytes {
            let is_pair = *byte == self.before;
            self.before = *byte;
            match byte {
                b'[' => self.depth += 1,
                b'<' if is_pair => {
                    self.depth += 1;
                    self.before = 0;
                }
                b']' => self.depth = self.depth.saturating_sub(1),
                b'>' if is_pair => {
                    self.depth = self.depth.saturating_sub(1);
                    self.before = 0;
                }
                _ => {}
            }
            if self.depth > MOST_NESTED {
                return Err(Refused::TooMuch);
            }
        }
        Ok(())
    }
}

/// Looks at every object: nothing is packed twice, no picture is larger than one that is taken by itself, and what
/// [`unpacked`] could not measure is so short that it cannot become too much.
pub(super) fn objects(pdf: &Pdf) -> Result<(), Refused> {
    if pdf.len() > MOST_OBJECTS {
        return Err(Refused::TooMuch);
    }
    let mut left = MOST_UNPACKED;
    for object in pdf.objects() {
        let Object::Stream(stream) = object else { continue };
        let packed = stream.filters().into_iter().filter(|filter| is_packing(*filter)).count();
        if packed > 1 || is_too_large(stream.dict()) {
            return Err(Refused::TooMuch);
        }
        let most = (stream.raw_data().len() as u64).saturating_mul(growth(&stream.filters()));
        left = left.checked_sub(most).ok_or(Refused::TooMuch)?;
    }
    Ok(())
}

/// How many times as long a stream may become at most; nothing where it was measured, and where it becomes a picture, whose
/// sides are.
fn growth(filters: &[Filter]) -> u64 {
    if filters.first() == Some(&Filter::FlateDecode) {
        return 0;
    }
    let of = |filter: &Filter| match filter {
        Filter::FlateDecode => 1_032,
        Filter::LzwDecode => 1_366,
        Filter::RunLengthDecode => 64,
        _ => 0,
    };
    filters.iter().map(of).max().unwrap_or(0)
}

/// Whether a little may become a lot.
const fn is_packing(filter: Filter) -> bool {
    match filter {
        Filter::LzwDecode
        | Filter::FlateDecode
        | Filter::RunLengthDecode
        | Filter::CcittFaxDecode
        | Filter::Jbig2Decode
        | Filter::DctDecode
        | Filter::JpxDecode => true,
        Filter::AsciiHexDecode | Filter::Ascii85Decode | Filter::Crypt => false,
    }
}

fn is_too_large(dict: &Dict<'_>) -> bool {
    let side =
        |long: &str, short: &str| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0);
    let (width, height) = (side("Width", "W"), side("Height", "H"));
    width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS
}

/// What a page has drawn so far.
pub(super) struct Drawn {
    left: u64,
}

impl Drawn {
    pub(super) const fn nothing() -> Self {
        Self { left: MOST_DRAWN }
    }

    /// Counts; the reader's thread ends where it is too much.
    pub(super) fn count(&mut self, cost: u64) {
        match self.left.checked_sub(cost) {
            Some(left) => self.left = left,
            None => std::panic::resume_unwind(Box::new(Refused::TooMuch)),
        }
    }
}
