//! What is done to a document, its picture or its file to pass for another: pure functions, each one kind of forgery.
//! Some are what honest cameras and programs do too (a turned picture, an editor's name), which is why they are told apart.

use image::{RgbImage, imageops};

/// A rectangle (left, top, width, height) of one picture laid over another at the same place: glued, where both are
/// pages; edited in a program, where both are photographs of one scene. What lies outside either is left out.
pub fn pasted(onto: &RgbImage, from: &RgbImage, rectangle: [u32; 4]) -> RgbImage {
    let [left, top, width, height] = rectangle;
    let mut out = onto.clone();
    let part = imageops::crop_imm(from, left, top, width, height).to_image();
    imageops::replace(&mut out, &part, i64::from(left), i64::from(top));
    out
}

/// Two pages on one table: beside each other, as high as the higher one.
pub fn beside(left: &RgbImage, right: &RgbImage) -> RgbImage {
    let gap = left.width() / 20;
    let (width, height) = (left.width() + gap + right.width(), left.height().max(right.height()));
    let mut out = RgbImage::from_pixel(width, height, image::Rgb([96, 84, 70]));
    imageops::replace(&mut out, left, 0, 0);
    imageops::replace(&mut out, right, i64::from(left.width() + gap), 0);
    out
}

/// A copy without colour, as copying machines make.
pub fn grey(picture: &RgbImage) -> RgbImage {
    let mut out = picture.clone();
    for pixel in out.pixels_mut() {
        let value = crate::canvas::grey(pixel).round() as u8;
        pixel.0 = [value; 3];
    }
    out
}

/// Another brightness (`gain` of 1 changes nothing) and temperature: `warm` above 0 is a lamp, below a screen.
pub fn lit(picture: &RgbImage, gain: f32, warm: f32) -> RgbImage {
    let mut out = picture.clone();
    let cast = [1.0 + warm, 1.0, 1.0 - warm];
    for pixel in out.pixels_mut() {
        for (value, cast) in pixel.0.iter_mut().zip(cast) {
            *value = (f32::from(*value) * gain * cast).round().clamp(0.0, 255.0) as u8;
        }
    }
    out
}

/// The JPEG with an EXIF segment that says how the camera was held (1 to 8).
pub fn held_as(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    with_exif(jpeg, 0x0112, 3, 1, &[0, orientation, 0, 0])
}

/// The JPEG as a program saves it that writes its name into the file.
pub fn saved_by(jpeg: &[u8], program: &str) -> Vec<u8> {
    let text = [program.as_bytes(), &[0; 4]].concat();
    with_exif(jpeg, 0x0131, 2, text.len() as u32, &text)
}

/// The JPEG with the declaration of IPTC that a trained model made it.
pub fn declared_generated(jpeg: &[u8]) -> Vec<u8> {
    let source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    let packet = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" \
         Iptc4xmpExt:DigitalSourceType=\"{source}\"/></rdf:RDF></x:xmpmeta>"
    );
    with_segment(jpeg, &[b"http://ns.adobe.com/xap/1.0/\0".as_slice(), packet.as_bytes()].concat())
}

/// One EXIF entry in a directory of its own, big-endian.
fn with_exif(jpeg: &[u8], tag: u16, kind: u16, count: u32, value: &[u8]) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    tiff.extend(tag.to_be_bytes());
    tiff.extend(kind.to_be_bytes());
    tiff.extend(count.to_be_bytes());
    match value {
        &[a, b, c, d] => tiff.extend([a, b, c, d, 0, 0, 0, 0]),
        // Behind the directory, whose end this is: a head of 8, a count of 2, an entry of 12, a link of 4.
        long => {
            tiff.extend(26u32.to_be_bytes());
            tiff.extend([0; 4]);
            tiff.extend(long);
        }
    }
    with_segment(jpeg, &tiff)
}

/// Puts an APP1 segment after the start of the picture.
fn with_segment(jpeg: &[u8], content: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2.min(jpeg.len()));
    let length = u16::try_from(content.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
    [start, &[0xff, 0xe1], &length, content, rest].concat()
}

#[cfg(test)]
mod tests {
    use bonafide_checks::image::{decode, manipulation::examine};
    use bonafide_core::reason::Code;
    use image::Rgb;

    use super::*;

    fn picture() -> RgbImage {
        RgbImage::from_fn(240, 180, |x, y| Rgb([(x % 200) as u8, (y % 150) as u8, 90]))
    }

    #[test]
    fn what_is_pasted_lies_where_it_was() {
        let white = RgbImage::from_pixel(240, 180, Rgb([255; 3]));
        let out = pasted(&picture(), &white, [20, 30, 40, 50]);
        assert_eq!((out.get_pixel(20, 30).0, out.get_pixel(59, 79).0), ([255; 3], [255; 3]));
        assert_eq!(
            (out.get_pixel(19, 30), out.get_pixel(60, 30)),
            (picture().get_pixel(19, 30), picture().get_pixel(60, 30))
        );
        assert_eq!(beside(&picture(), &white).dimensions(), (492, 180));
        assert!(grey(&picture()).pixels().all(|p| p.0[0] == p.0[2]));
    }

    #[test]
    fn a_held_camera_is_put_right_and_programs_are_found() {
        let jpeg = crate::to_jpeg(&picture(), 90).unwrap();
        assert_eq!(decode(&held_as(&jpeg, 6)).unwrap().rgb.dimensions(), (180, 240));
        let codes = |bytes: &[u8]| -> Vec<Code> {
            examine(bytes, &decode(bytes).unwrap()).cues.into_iter().map(|c| c.code).collect()
        };
        assert!(codes(&saved_by(&jpeg, "Adobe Photoshop 25.0 (Windows)")).contains(&Code::EditingSoftware));
        assert!(codes(&declared_generated(&jpeg)).contains(&Code::DeclaredGenerated));
        assert!(!codes(&jpeg).iter().any(|c| matches!(c, Code::EditingSoftware | Code::DeclaredGenerated)));
    }
}
