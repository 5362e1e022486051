//! Was this picture, or this document, submitted before? A fingerprint is small enough to keep thousands in
//! memory and says nothing readable, but it is personal data all the same: it stands for one document.
//!
//! Two passports of one state look alike from afar, so likeness of the whole page never decides by itself: the
//! portrait has to agree too, and where both numbers are known, they.

use bonafide_core::document::{DocumentReading, FieldName, Quad, Side, Source};
use image::RgbImage;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::image::{
    Picture,
    scale::resized,
    warp::{self, extent},
};

/// Side of a patch in samples: fine enough to tell faces, too coarse to read.
const SIDE: usize = 24;
/// Reach in samples of the mean that is taken off each sample, so that light and exposure do not count.
const REACH: usize = 4;
/// Least standard deviation (grey levels) of a patch that shows anything.
const FLAT: f32 = 2.0;
/// How much around the face's box is compared, as a share of the box.
const AROUND: f32 = 0.25;

/// From this correlation on, two pictures are one, encoded, scaled, lit or cut differently. See
/// `bonafide eval duplicates`.
pub const SAME_PICTURE: f32 = 0.8;
/// The same for the straightened page of a document photographed anew.
pub const SAME_PAGE: f32 = 0.6;
/// The same for the portrait on it. Of 123,371 pairs of different people among 498 photographs of Labeled Faces in
/// the Wild none reaches 0.73.
pub const SAME_PORTRAIT: f32 = 0.75;

/// The look of a square of a picture: brightness without its local mean, of unit variance, in 1/32.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
struct Patch([i8; SIDE * SIDE]);

impl Patch {
    /// `None` where there is nothing to see.
    fn of(rgb: &RgbImage) -> Option<Self> {
        let small = image::imageops::grayscale(&*resized(rgb, SIDE as u32, SIDE as u32));
        let grey: Vec<f32> = small.as_raw().iter().map(|v| f32::from(*v)).collect();
        let at = |x: usize, y: usize| grey.get(y * SIDE + x).copied().unwrap_or_default();
        let mut flat = [0.0f32; SIDE * SIDE];
        for (i, value) in flat.iter_mut().enumerate() {
            let (x, y) = (i % SIDE, i / SIDE);
            let (left, right) = (x.saturating_sub(REACH), (x + REACH).min(SIDE - 1));
            let (top, bottom) = (y.saturating_sub(REACH), (y + REACH).min(SIDE - 1));
            let sum: f32 = (top..=bottom).flat_map(|v| (left..=right).map(move |u| at(u, v))).sum();
            *value = at(x, y) - sum / ((right - left + 1) * (bottom - top + 1)) as f32;
        }
        let deviation = (flat.iter().map(|v| v * v).sum::<f32>() / flat.len() as f32).sqrt();
        (deviation >= FLAT).then(|| Self(flat.map(|v| (v / deviation * 32.0).clamp(-127.0, 127.0) as i8)))
    }

    /// Correlation −1..1.
    fn agreement(&self, other: &Self) -> f32 {
        let dot = |a: &Self, b: &Self| -> i32 {
            a.0.iter().zip(&b.0).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
        };
        let norm = (dot(self, self) as f32 * dot(other, other) as f32).sqrt();
        if norm > 0.0 { dot(self, other) as f32 / norm } else { 0.0 }
    }

    /// A quarter turn clockwise.
    fn turned(&self) -> Self {
        let mut out = [0; SIDE * SIDE];
        for (i, value) in out.iter_mut().enumerate() {
            let (x, y) = (i % SIDE, i / SIDE);
            *value = self.0.get((SIDE - 1 - x) * SIDE + y).copied().unwrap_or_default();
        }
        Self(out)
    }
}

/// What is kept of one side of a document to know it again.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Fingerprint {
    /// The picture as it was submitted.
    frame: Option<Patch>,
    /// The document in it, straightened.
    page: Option<Patch>,
    portrait: Option<Patch>,
    /// SHA-256 of issuer and document number, where these were read surely.
    number: Option<[u8; 32]>,
    /// SHA-256 of last name and birth date.
    holder: Option<[u8; 32]>,
}

/// How two sides are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likeness {
    /// One picture, submitted twice; the agreement is a correlation.
    SamePicture { agreement: f32 },
    /// One document, photographed twice. Whether the holder is the same, where both are known.
    SameDocument { same_holder: Option<bool> },
}

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprint(…)")
    }
}

/// Stored form: this version, a byte that tells which parts follow, the parts.
const VERSION: u8 = 1;

impl Fingerprint {
    /// Takes one side of a document that was read.
    pub fn of(picture: &Picture, reading: &DocumentReading, side: Side) -> Self {
        let front = side == Side::Front;
        let page = reading.corners.as_ref().filter(|_| front);
        let portrait = reading.portrait.as_ref().filter(|_| front);
        let cut = |quad: &Quad| {
            let (w, h) = extent(quad);
            // Twice as fine as the patch, so that shrinking averages.
            let side = (w.max(h) as u32).clamp(1, 4 * SIDE as u32);
            Patch::of(&warp::cut(&picture.rgb, quad, side, side))
        };
        Self {
            frame: Patch::of(&picture.rgb),
            page: page.and_then(cut),
            portrait: portrait.map(widened).as_ref().and_then(cut),
            number: number(reading),
            holder: holder(reading),
        }
    }

    /// SHA-256 of issuer and document number, where these were read surely.
    pub fn number(&self) -> Option<&[u8; 32]> {
        self.number.as_ref()
    }

    /// How alike two sides are; `None` when they are not known to be one.
    pub fn likeness(&self, other: &Self) -> Option<Likeness> {
        let faces = both(self.portrait.as_ref(), other.portrait.as_ref(), Patch::agreement);
        let another_face = faces.is_some_and(|a| a < SAME_PORTRAIT);
        let another_number = both(self.number, other.number, |a, b| a != b) == Some(true);
        let same_holder = both(self.holder, other.holder, |a, b| a == b);
        if let Some(agreement) = self.frame_agreement(other)
            && agreement >= SAME_PICTURE
            && !another_face
        {
            // One picture and one portrait, and other words: a copy that was edited.
            return Some(match same_holder {
                Some(false) if faces.is_some() => Likeness::SameDocument { same_holder },
                _ => Likeness::SamePicture { agreement },
            });
        }
        let same_number = both(self.number, other.number, |a, b| a == b) == Some(true);
        let pages = both(self.page.as_ref(), other.page.as_ref(), Patch::agreement);
        let looks_the_same =
            pages.is_some_and(|p| p >= SAME_PAGE) && faces.is_some_and(|f| f >= SAME_PORTRAIT);
        (same_number || looks_the_same && !another_number).then_some(Likeness::SameDocument { same_holder })
    }

    /// The best correlation over quarter turns: the picture may come back turned.
    fn frame_agreement(&self, other: &Self) -> Option<f32> {
        let (mine, theirs) = (self.frame.as_ref()?, other.frame.as_ref()?);
        let mut turned = theirs.clone();
        let mut best = f32::MIN;
        for _ in 0..4 {
            best = best.max(mine.agreement(&turned));
            turned = turned.turned();
        }
        Some(best)
    }

    /// The correlations that the thresholds are compared with: of picture, page and portrait.
    pub fn agreements(&self, other: &Self) -> [Option<f32>; 3] {
        let of = |part: fn(&Self) -> Option<&Patch>| both(part(self), part(other), Patch::agreement);
        [self.frame_agreement(other), of(|f| f.page.as_ref()), of(|f| f.portrait.as_ref())]
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION, 0];
        let mut flags = 0;
        for (i, patch) in [&self.frame, &self.page, &self.portrait].into_iter().enumerate() {
            let Some(patch) = patch else { continue };
            flags |= 1 << i;
            bytes.extend(patch.0.iter().map(|v| v.cast_unsigned()));
        }
        for (i, digest) in [&self.number, &self.holder].into_iter().enumerate() {
            let Some(digest) = digest else { continue };
            flags |= 8 << i;
            bytes.extend_from_slice(digest);
        }
        if let Some(place) = bytes.get_mut(1) {
            *place = flags;
        }
        bytes
    }

    /// Reads [`Self::to_bytes`] back; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[VERSION, flags], mut rest) = bytes.split_first_chunk::<2>()? else { return None };
        let mut part = |bit: u8, length: usize| -> Option<Option<&[u8]>> {
            if flags & bit == 0 {
                return Some(None);
            }
            let (head, tail) = rest.split_at_checked(length)?;
            rest = tail;
            Some(Some(head))
        };
        let patch = |bytes: Option<&[u8]>| {
            bytes.and_then(|b| <[u8; SIDE * SIDE]>::try_from(b).ok()).map(|b| Patch(b.map(u8::cast_signed)))
        };
        let digest = |bytes: Option<&[u8]>| bytes.and_then(|b| b.try_into().ok());
        let read = Self {
            frame: patch(part(1, SIDE * SIDE)?),
            page: patch(part(2, SIDE * SIDE)?),
            portrait: patch(part(4, SIDE * SIDE)?),
            number: digest(part(8, 32)?),
            holder: digest(part(16, 32)?),
        };
        (flags < 32 && rest.is_empty()).then_some(read)
    }
}

fn both<T, R>(a: Option<T>, b: Option<T>, f: impl Fn(T, T) -> R) -> Option<R> {
    Some(f(a?, b?))
}

/// The face with some of what is around it: the printed frame of the portrait moves less than the face's box.
fn widened(face: &Quad) -> Quad {
    let middle = face.0.iter().fold([0.0; 2], |m, p| [m[0] + p[0] / 4.0, m[1] + p[1] / 4.0]);
    let away = |c: f32, m: f32| m + (c - m) * (1.0 + 2.0 * AROUND);
    Quad(face.0.map(|p| [away(p[0], middle[0]), away(p[1], middle[1])]))
}

/// SHA-256 of issuer and document number, where a check digit or an error-correcting code vouches for the number: a
/// misread one would be another's.
pub fn number(reading: &DocumentReading) -> Option<[u8; 32]> {
    let field = reading.get(FieldName::DocumentNumber)?;
    let sure = match field.source {
        Source::Mrz => reading.mrz_valid == Some(true),
        Source::Barcode | Source::Registry => true,
        Source::Visual | Source::Declared => false,
    };
    let number = letters(&field.value);
    // Shorter ones are cut, or no numbers.
    (sure && number.len() >= 5).then(|| digest("number", &[reading.issuer.as_deref().unwrap_or(""), &number]))
}

/// SHA-256 of last name and birth date: whether two documents name one person, without keeping the name.
pub fn holder(reading: &DocumentReading) -> Option<[u8; 32]> {
    let last = letters(&reading.get(FieldName::LastName)?.value);
    let birth = &reading.get(FieldName::BirthDate)?.value;
    (!last.is_empty()).then(|| digest("holder", &[&last, birth]))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn digest(what: &str, parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [&[what], parts].concat() {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::Field;
    use image::{Rgb, imageops};

    use super::*;
    use crate::image::{decode, encode_jpeg};

    /// Blobs at places that the seed decides.
    fn scene(seed: u32) -> Picture {
        let dots: Vec<[f32; 3]> = (0..40u32)
            .map(|i| {
                let h = |k: u32| {
                    let mut v = u64::from(seed) << 40 | u64::from(i) << 8 | u64::from(k);
                    for _ in 0..3 {
                        v = (v ^ v >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    }
                    (v >> 40) as f32 / (1u64 << 24) as f32
                };
                [h(1) * 400.0, h(2) * 300.0, 40.0 + h(3) * 200.0]
            })
            .collect();
        let rgb = RgbImage::from_fn(400, 300, |x, y| {
            let near = dots.iter().find(|d| (d[0] - x as f32).hypot(d[1] - y as f32) < 24.0);
            Rgb([near.map_or(120, |d| d[2] as u8); 3])
        });
        Picture { rgb }
    }

    fn of(picture: &Picture, reading: &DocumentReading) -> Fingerprint {
        Fingerprint::of(picture, reading, Side::Front)
    }

    fn read(number: &str, last: &str) -> DocumentReading {
        let mut reading = DocumentReading { mrz_valid: Some(true), ..Default::default() };
        let birth = "1980-01-02".to_owned();
        let fields = [
            (FieldName::DocumentNumber, number.to_owned()),
            (FieldName::LastName, last.to_owned()),
            (FieldName::BirthDate, birth),
        ];
        for (name, value) in fields {
            let field =
                Field { value, source: Source::Mrz, side: Side::Front, confidence: 1.0, region: None };
            reading.add(name, field);
        }
        reading
    }

    #[test]
    fn the_same_picture_in_other_clothes() {
        let none = DocumentReading::default();
        let original = scene(1);
        let first = of(&original, &none);
        let small = imageops::resize(&original.rgb, 170, 128, imageops::FilterType::Triangle);
        let bright = Picture { rgb: imageops::colorops::brighten(&original.rgb, 40) };
        let turned = Picture { rgb: imageops::rotate90(&original.rgb) };
        let again = decode(&encode_jpeg(&original.rgb, 25)).unwrap();
        let cut = Picture { rgb: imageops::crop_imm(&original.rgb, 4, 4, 392, 292).to_image() };
        for (what, other) in [
            ("small", Picture { rgb: small }),
            ("bright", bright),
            ("turned", turned),
            ("jpeg", again),
            ("cut", cut),
        ] {
            let likeness = first.likeness(&of(&other, &none));
            assert!(matches!(likeness, Some(Likeness::SamePicture { .. })), "{what}: {likeness:?}");
        }
        for seed in 2..40 {
            assert_eq!(first.likeness(&of(&scene(seed), &none)), None, "{seed}");
        }
    }

    #[test]
    fn a_number_is_a_document_and_its_holder_is_told() {
        let (a, b) = (scene(1), scene(2));
        let first = of(&a, &read("X1234567", "Eriksson"));
        let is = |reading: &DocumentReading| first.likeness(&of(&b, reading));
        assert_eq!(
            is(&read("X1234567", "ERIKSSON")),
            Some(Likeness::SameDocument { same_holder: Some(true) })
        );
        assert_eq!(is(&read("X1234567", "Smith")), Some(Likeness::SameDocument { same_holder: Some(false) }));
        assert_eq!(is(&read("X1234568", "Eriksson")), None);
        // Without proof a number says nothing.
        assert_eq!(is(&DocumentReading { mrz_valid: Some(false), ..read("X1234567", "Eriksson") }), None);
    }

    #[test]
    fn one_template_with_two_portraits_is_two_documents() {
        let face = |seed| {
            let mut page = scene(1);
            let face = imageops::resize(&scene(seed).rgb, 80, 100, imageops::FilterType::Triangle);
            imageops::overlay(&mut page.rgb, &face, 30, 80);
            page
        };
        let corner = |w, h| warp::rectangle(w, h);
        let reading = DocumentReading {
            corners: Some(corner(400.0, 300.0)),
            portrait: Some(Quad(corner(50.0, 60.0).0.map(|p| [p[0] + 45.0, p[1] + 100.0]))),
            ..Default::default()
        };
        let first = of(&face(7), &reading);
        assert_eq!(first.likeness(&of(&face(8), &reading)), None);
        assert!(first.likeness(&of(&face(7), &reading)).is_some());
        // One picture with one portrait under two names is a copy that was edited.
        let named = |last| {
            let shown =
                DocumentReading { corners: reading.corners, portrait: reading.portrait, ..read("X1", last) };
            of(&face(7), &shown)
        };
        let edited = Some(Likeness::SameDocument { same_holder: Some(false) });
        assert_eq!(named("Eriksson").likeness(&named("Smith")), edited);
        assert!(matches!(named("Eriksson").likeness(&named("ERIKSSON")), Some(Likeness::SamePicture { .. })));
    }

    #[test]
    fn nothing_to_see_is_like_nothing() {
        let blank = Picture { rgb: RgbImage::from_pixel(50, 50, Rgb([200; 3])) };
        let print = of(&blank, &DocumentReading::default());
        assert_eq!(print.likeness(&print), None);
        assert_eq!(of(&Picture { rgb: RgbImage::new(0, 0) }, &DocumentReading::default()), print);
    }

    #[test]
    fn comes_back_from_bytes_and_refuses_others() {
        for print in
            [of(&scene(3), &read("X1234567", "Eriksson")), of(&scene(3), &DocumentReading::default())]
        {
            let bytes = print.to_bytes();
            assert_eq!(Fingerprint::from_bytes(&bytes), Some(print));
            for cut in 0..bytes.len() {
                assert_eq!(Fingerprint::from_bytes(&bytes[..cut]), None);
            }
            assert_eq!(Fingerprint::from_bytes(&[bytes, vec![0]].concat()), None);
        }
        assert_eq!(Fingerprint::from_bytes(&[2, 0]), None);
    }
}
