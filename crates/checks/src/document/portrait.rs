//! The holder's portrait on a document.

use bonafide_core::document::Quad;

use crate::{
    face::Face,
    image::{Picture, warp::rectangle},
};

/// The portrait, cut out with some of what is around it: the face matcher needs hair and chin.
#[derive(Debug, Clone)]
pub struct Portrait {
    pub picture: Picture,
    /// The face's box in the picture it was found in.
    pub region: Quad,
    /// The detector's confidence, 0..1.
    pub score: f32,
}

/// How much of the face's box is added on each side.
const MARGIN: f32 = 0.45;

/// The holder's face among those on a document: the largest. Ghost images and watermarks are smaller
/// copies.
pub fn holder(faces: &[Face]) -> Option<&Face> {
    faces.iter().max_by(|a, b| a.area().total_cmp(&b.area()))
}

/// Cuts a face out of the picture it was found in; `None` when its box lies outside.
pub fn cut(picture: &Picture, face: &Face) -> Option<Portrait> {
    let [x, y, w, h] = face.bbox;
    if !(w > 1.0 && h > 1.0 && x.is_finite() && y.is_finite()) {
        return None;
    }
    let (width, height) = (picture.rgb.width() as f32, picture.rgb.height() as f32);
    let left = (x - w * MARGIN).clamp(0.0, width) as u32;
    let top = (y - h * MARGIN).clamp(0.0, height) as u32;
    let right = (x + w * (1.0 + MARGIN)).clamp(0.0, width) as u32;
    let bottom = (y + h * (1.0 + MARGIN)).clamp(0.0, height) as u32;
    if right <= left + 8 || bottom <= top + 8 {
        return None;
    }
    let rgb = image::imageops::crop_imm(&picture.rgb, left, top, right - left, bottom - top).to_image();
    let region = Quad(rectangle(w, h).0.map(|p| [p[0] + x, p[1] + y]));
    Some(Portrait { picture: Picture { rgb }, region, score: face.score })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(bbox: [f32; 4]) -> Face {
        Face { bbox, landmarks: [[0.0; 2]; 5], score: 0.9 }
    }

    #[test]
    fn the_largest_face_is_cut_out_with_a_margin() {
        let faces = [face([10.0, 10.0, 20.0, 20.0]), face([100.0, 50.0, 40.0, 60.0])];
        let holder = holder(&faces).unwrap();
        let picture = Picture { rgb: image::RgbImage::new(300, 200) };
        let portrait = cut(&picture, holder).unwrap();
        assert_eq!(portrait.picture.rgb.dimensions(), (76, 114));
        assert_eq!(portrait.region.0[2], [140.0, 110.0]);
    }

    #[test]
    fn a_face_outside_is_no_portrait() {
        let picture = Picture { rgb: image::RgbImage::new(30, 20) };
        assert!(cut(&picture, &face([500.0, 0.0, 20.0, 20.0])).is_none());
        assert!(cut(&picture, &face([f32::NAN, 0.0, 20.0, 20.0])).is_none());
    }
}
