//! What the outside of a picture file says, read without a decoder: its name, its end, its frames.

/// The name of a format we do not decode, where the first bytes give it away.
pub(super) fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some("HEIC"),
            b"avif" | b"avis" => Some("AVIF"),
            _ => Some("video"),
        };
    }
    let known: [(&[u8], &str); 7] = [
        (b"%PDF", "PDF"),
        (b"<svg", "SVG"),
        (b"8BPS", "Photoshop"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\x1aE\xdf\xa3", "video"),
    ];
    known.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name)
}

/// Whether a JPEG file reaches its end-of-image marker. Segments are skipped by their length, so a
/// thumbnail's end inside the metadata does not count.
pub(super) fn jpeg_is_complete(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&byte) = bytes.get(at) {
        if byte != 0xff {
            at += 1; // entropy-coded data, or padding between segments
            continue;
        }
        match bytes.get(at + 1) {
            None => return false,
            Some(0xd9) => return true,
            // a fill byte
            Some(0xff) => at += 1,
            // a stuffed zero, restart markers, TEM and start of image stand alone
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
            Some(_) => match bytes.get(at + 2..at + 4) {
                Some(&[high, low]) => at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2),
                _ => return false,
            },
        }
    }
    false
}

/// How many frames a GIF file holds, counted by its blocks.
pub(super) fn gif_frames(bytes: &[u8]) -> usize {
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3usize << ((flags & 7) + 1) };
    let Some(&flags) = bytes.get(10) else { return 0 };
    let mut at = 13 + colours(flags);
    let mut frames = 0;
    loop {
        match bytes.get(at) {
            Some(0x21) => at += 2,
            Some(0x2c) => {
                let Some(&flags) = bytes.get(at + 9) else { return frames };
                frames += 1;
                at += 10 + colours(flags) + 1; // and the LZW code size
            }
            _ => return frames,
        }
        while let Some(&length) = bytes.get(at) {
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
}
