//! Traces of what a face is shown on: the raster of a screen, its bezel. Each alone is weak, since striped
//! clothes, blinds and dark frames on a wall look alike; they take from the network's score and decide nothing.

use bonafide_core::reason::Code;
use image::RgbImage;

use crate::{
    face::{Face, pixels},
    image::recapture,
};

/// One trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// [`Code::ScreenRaster`] or [`Code::ScreenBezel`].
    pub code: Code,
    /// The share of the network's score that it takes, 0..1.
    pub strength: f64,
    pub detail: &'static str,
}

/// Mean brightness of a bezel at most, and its deviation along the line at most.
const DARK: f32 = 50.0;
const EVEN: f32 = 14.0;
/// How much brighter it is beyond a bezel on both sides.
const BRIGHTER: f32 = 35.0;
/// How thick a bezel is, as shares of the face's width.
const THICK: std::ops::RangeInclusive<f32> = 0.02..=0.5;
/// How far from the face's box it is looked for, in widths of the face.
const REACH: f32 = 1.6;

/// Every trace in the picture around this face.
pub fn cues(rgb: &RgbImage, face: &Face) -> Vec<Cue> {
    let mut found = vec![];
    if recapture::screen(&image::imageops::grayscale(rgb)).is_some() {
        let detail = "A square raster shows, as of a screen that was photographed.";
        found.push(Cue { code: Code::ScreenRaster, strength: 0.35, detail });
    }
    if sides_with_bezel(rgb, face) >= 3 {
        let detail = "Straight dark borders surround the face, as of a screen.";
        found.push(Cue { code: Code::ScreenBezel, strength: 0.4, detail });
    }
    found
}

/// On how many sides of the face a straight, even, dark band with something brighter behind it lies.
fn sides_with_bezel(rgb: &RgbImage, face: &Face) -> usize {
    let [x, y, w, h] = face.bbox;
    if !(w >= 16.0 && h >= 16.0 && [x, y, w, h].iter().all(|v| v.is_finite())) {
        return 0;
    }
    let steps = (REACH * w) as usize;
    // Lines parallel to one side of the box, from it outwards.
    let left = |d: usize| line(rgb, [x - d as f32, y], [0.0, h]);
    let right = |d: usize| line(rgb, [x + w + d as f32, y], [0.0, h]);
    let above = |d: usize| line(rgb, [x, y - d as f32], [w, 0.0]);
    let below = |d: usize| line(rgb, [x, y + h + d as f32], [w, 0.0]);
    let sides: [&dyn Fn(usize) -> Option<(f32, f32)>; 4] = [&left, &right, &above, &below];
    let has = |side: &&&dyn Fn(usize) -> Option<(f32, f32)>| {
        let lines: Vec<(f32, f32)> = (0..steps).map_while(side).collect();
        band(&lines, w)
    };
    sides.iter().filter(has).count()
}

/// Whether a run of dark, even lines of a bezel's thickness has brighter lines before and behind it.
fn band(lines: &[(f32, f32)], face_width: f32) -> bool {
    let dark = |(mean, deviation): &(f32, f32)| *mean < DARK && *deviation < EVEN;
    let mut i = 0;
    while i < lines.len() {
        let length = lines.iter().skip(i).take_while(|l| dark(l)).count();
        if length == 0 {
            i += 1;
            continue;
        }
        let inside: f32 = lines.iter().skip(i).take(length).map(|l| l.0).sum::<f32>() / length as f32;
        let brighter = |at: Option<usize>| {
            at.and_then(|at| lines.get(at)).is_some_and(|(mean, _)| *mean > inside + BRIGHTER)
        };
        // One or two lines of blur lie on either side.
        let (before, behind) = (i.checked_sub(3), Some(i + length + 2));
        if THICK.contains(&(length as f32 / face_width)) && brighter(before) && brighter(behind) {
            return true;
        }
        i += length;
    }
    false
}

/// Mean and deviation of brightness along a line; `None` when it leaves the picture.
fn line(rgb: &RgbImage, [x, y]: [f32; 2], [dx, dy]: [f32; 2]) -> Option<(f32, f32)> {
    const SAMPLES: u32 = 24;
    let (mut sum, mut squares) = (0.0, 0.0);
    for i in 0..SAMPLES {
        let t = (i as f32 + 0.5) / SAMPLES as f32;
        let (px, py) = (x + t * dx, y + t * dy);
        if !(px >= 0.0 && py >= 0.0 && px < rgb.width() as f32 && py < rgb.height() as f32) {
            return None;
        }
        let v = pixels::luma(rgb.get_pixel_checked(px as u32, py as u32)?.0);
        sum += v;
        squares += v * v;
    }
    let mean = sum / SAMPLES as f32;
    Some((mean, (squares / SAMPLES as f32 - mean * mean).max(0.0).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face() -> Face {
        Face { bbox: [120.0, 100.0, 80.0, 100.0], landmarks: [[0.0; 2]; 5], score: 0.9 }
    }

    /// A light wall with a dark frame of this thickness around the face.
    fn wall(thick: i32) -> RgbImage {
        RgbImage::from_fn(320, 320, |x, y| {
            let (x, y) = (x as i32, y as i32);
            let outside = (80 - x).max(x - 240).max(60 - y).max(y - 250);
            let frame = outside >= 0 && outside < thick;
            image::Rgb([if frame { 15 } else { 170 }; 3])
        })
    }

    #[test]
    fn a_frame_around_the_face_is_seen_and_a_wall_is_not() {
        assert_eq!(sides_with_bezel(&wall(12), &face()), 4);
        assert_eq!(sides_with_bezel(&wall(0), &face()), 0);
        assert_eq!(cues(&wall(12), &face()).len(), 1);
    }

    #[test]
    fn odd_faces_and_pictures_do_no_harm() {
        let bad = |bbox| Face { bbox, ..face() };
        for bbox in [[f32::NAN; 4], [0.0; 4], [-500.0, -500.0, 90.0, 90.0], [0.0, 0.0, 1e9, 1e9]] {
            assert_eq!(sides_with_bezel(&RgbImage::new(20, 20), &bad(bbox)), 0);
        }
    }
}
