//! The outside of a picture file: its metadata blocks and, for a JPEG, its quantisation tables.

use image::ImageFormat;

/// Segments looked at; an honest file has a few dozen.
const MAX_SEGMENTS: usize = 512;

/// What of a file matters here. Everything borrowed from its bytes.
#[derive(Debug, Default)]
pub(crate) struct File<'a> {
    pub(crate) format: Option<ImageFormat>,
    /// The TIFF structure of the EXIF metadata.
    pub(crate) exif: Option<&'a [u8]>,
    /// Blocks of text or structure in which programs leave their name: XMP, Photoshop's, comments.
    pub(crate) texts: Vec<&'a [u8]>,
    pub(crate) jpeg: Option<Jpeg>,
}

/// The header of a JPEG file.
#[derive(Debug, Clone)]
pub(crate) struct Jpeg {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Quantisation table 0, that of the luma, row by row (not in zigzag order).
    pub(crate) luma: [u16; 64],
    /// Segments that programs of Adobe write: resources of Photoshop (APP13), "Save for Web" (APP12).
    pub(crate) photoshop: bool,
    pub(crate) save_for_web: bool,
}

/// Row-major place of each coefficient in the order of the file (ITU-T T.81, figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

impl<'a> File<'a> {
    /// Reads what can be read; damage ends the reading and is no error.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let mut file = Self { format: image::guess_format(bytes).ok(), ..Self::default() };
        match file.format {
            Some(ImageFormat::Jpeg) => file.read_jpeg(bytes),
            Some(ImageFormat::Png) => file.read_png(bytes),
            Some(ImageFormat::WebP) => file.read_webp(bytes),
            _ => {}
        }
        file
    }

    fn read_jpeg(&mut self, bytes: &'a [u8]) {
        let (mut at, mut size, mut luma) = (2, None, None);
        let (mut photoshop, mut save_for_web) = (false, false);
        for _ in 0..MAX_SEGMENTS {
            let (Some(0xff), Some(&marker)) = (bytes.get(at), bytes.get(at + 1)) else { break };
            if marker == 0xff {
                at += 1;
                continue;
            }
            let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { break };
            let length = usize::from(u16::from_be_bytes([high, low])).max(2);
            let Some(body) = bytes.get(at + 4..at + 2 + length) else { break };
            match marker {
                0xda => break,
                0xdb => luma = luma.or_else(|| table_zero(body)),
                // start of frame, every kind but the reserved and the Huffman and arithmetic tables
                0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => size = frame(body),
                0xe1 => match body.strip_prefix(b"Exif\0\0") {
                    Some(exif) => self.exif = Some(exif),
                    None => self.texts.push(body),
                },
                0xec => {
                    save_for_web |= body.starts_with(b"Ducky");
                    self.texts.push(body);
                }
                0xed => {
                    photoshop |= body.starts_with(b"Photoshop 3.0");
                    self.texts.push(body);
                }
                0xfe => self.texts.push(body),
                _ => {}
            }
            at += 2 + length;
        }
        if let (Some((width, height)), Some(luma)) = (size, luma) {
            self.jpeg = Some(Jpeg { width, height, luma, photoshop, save_for_web });
        }
    }

    fn read_png(&mut self, bytes: &'a [u8]) {
        let mut at = 8;
        for _ in 0..MAX_SEGMENTS {
            let Some(&[a, b, c, d]) = bytes.get(at..at + 4) else { break };
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            let Some(kind) = bytes.get(at + 4..at + 8) else { break };
            let Some(body) = (at + 8).checked_add(length).and_then(|end| bytes.get(at + 8..end)) else {
                break;
            };
            match kind {
                b"eXIf" => self.exif = Some(body),
                b"tEXt" | b"iTXt" => self.texts.push(body),
                b"IEND" => break,
                _ => {}
            }
            at += 12 + length;
        }
    }

    fn read_webp(&mut self, bytes: &'a [u8]) {
        let mut at = 12;
        for _ in 0..MAX_SEGMENTS {
            let Some(kind) = bytes.get(at..at + 4) else { break };
            let Some(&[a, b, c, d]) = bytes.get(at + 4..at + 8) else { break };
            let length = u32::from_le_bytes([a, b, c, d]) as usize;
            let Some(body) = (at + 8).checked_add(length).and_then(|end| bytes.get(at + 8..end)) else {
                break;
            };
            match kind {
                b"EXIF" => self.exif = Some(body.strip_prefix(b"Exif\0\0").unwrap_or(body)),
                b"XMP " => self.texts.push(body),
                _ => {}
            }
            at += 8 + length + length % 2;
        }
    }

    /// The EXIF fields, where there is a readable block of them.
    pub(crate) fn fields(&self) -> Option<exif::Exif> {
        // An honest block is at most one segment; PNG and WebP set no limit of their own.
        let block = self.exif.filter(|e| e.len() <= 1 << 20)?;
        exif::Reader::new().read_raw(block.to_vec()).ok()
    }

    /// The EXIF orientation, 1 to 8.
    pub(crate) fn orientation(&self) -> u32 {
        let value = self.fields().and_then(|e| {
            e.get_field(exif::Tag::Orientation, exif::In::PRIMARY).and_then(|f| f.value.get_uint(0))
        });
        value.filter(|v| (1..=8).contains(v)).unwrap_or(1)
    }
}

/// Table 0 of a DQT segment, row-major; the segment may hold several.
fn table_zero(mut body: &[u8]) -> Option<[u16; 64]> {
    while let Some((&head, rest)) = body.split_first() {
        let wide = head >> 4 != 0;
        let size = if wide { 128 } else { 64 };
        let table = rest.get(..size)?;
        if head & 15 == 0 {
            let mut out = [1u16; 64];
            for (i, place) in ZIGZAG.iter().enumerate() {
                let step = if wide {
                    u16::from_be_bytes([*table.get(2 * i)?, *table.get(2 * i + 1)?])
                } else {
                    u16::from(*table.get(i)?)
                };
                *out.get_mut(*place)? = step.max(1);
            }
            return Some(out);
        }
        body = rest.get(size..)?;
    }
    None
}

fn frame(body: &[u8]) -> Option<(u32, u32)> {
    let &[_, h1, h2, w1, w2] = body.first_chunk::<5>()?;
    Some((u16::from_be_bytes([w1, w2]).into(), u16::from_be_bytes([h1, h2]).into()))
}
