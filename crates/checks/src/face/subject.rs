//! Which of several faces is the person the picture is of.

use bonafide_core::document::Quad;
use image::RgbImage;

use super::found::Face;
use crate::{
    document::{
        locate,
        ocr::{self, Effort},
    },
    image::{Picture, warp::is_inside},
    models::{Models, RunError},
};

/// In a selfie another face is taken for a bystander when its box is at most this share of the subject's
/// area (half its width and height: about twice as far from the camera). A larger one makes it unclear
/// whose selfie it is.
pub const BYSTANDER_AREA: f32 = 0.25;

/// What a selfie shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject {
    /// One person, perhaps with small faces in the background.
    One(Face),
    /// No face was found.
    None,
    /// More than one person stands in front of the camera.
    Several,
}

/// A face on a document that somebody holds into the picture is at most this wide beside the holder's: a portrait is
/// printed at less than a third of life size, and arms are short.
const PORTRAIT_WIDTH: f32 = 0.6;
/// How far around a portrait its document is looked for, in widths of the face: the portrait stands near one side of
/// a card about five face widths long.
const AROUND: f32 = 6.0;
/// Fewest lines of text beside a portrait.
const FEWEST_LINES: usize = 3;
/// Longer side of the picture in which text is looked for.
const TEXT_SIDE: u32 = 640;
/// At most this many small faces are checked for a document around them.
const MAX_PORTRAITS: usize = 3;

/// The person in a selfie, told from the portrait on a document that they hold into the picture.
///
/// # Errors
/// When text has to be looked for and there is no usable network, or it cannot be run.
pub fn person(models: &Models, picture: &Picture, faces: &[Face]) -> Result<Subject, RunError> {
    let (width, height) = picture.rgb.dimensions();
    let subject = one_face(faces, width, height);
    if subject != Subject::Several {
        return Ok(subject);
    }
    let Some(holder) = largest(faces) else { return Ok(subject) };
    let small = |f: &&Face| **f != holder && f.bbox[2] <= PORTRAIT_WIDTH * holder.bbox[2];
    let mut people = vec![holder];
    people.extend(faces.iter().filter(|f| **f != holder && !small(f)));
    for (i, face) in faces.iter().filter(small).enumerate() {
        if i >= MAX_PORTRAITS || !is_on_document(models, picture, face, &holder)? {
            people.push(*face);
        }
    }
    Ok(one_face(&people, width, height))
}

/// Whether a face is printed on a document: lines of text stand beside it, closer together than anything beside a
/// living face, and the edges of a card are around both and not around the holder's face.
fn is_on_document(models: &Models, picture: &Picture, face: &Face, holder: &Face) -> Result<bool, RunError> {
    let Some(Beside { around, corner, here, lines }) = lines_beside(models, picture, face)? else {
        return Ok(false);
    };
    if lines.len() < FEWEST_LINES {
        return Ok(false);
    }
    let [hx, hy] = holder.centre();
    let [_, _, w, h] = here;
    Ok(match locate::corners(&around, &lines, Some(here)) {
        Some(card) => {
            let [cx, cy] = [here[0] + w / 2.0, here[1] + h / 2.0];
            is_inside(&card, [cx, cy]) && !is_inside(&card, [hx - corner[0], hy - corner[1]])
        }
        // The edges of a card in a hand are often hidden by fingers: then the lines have to say it all.
        None => lines.len() >= 2 * FEWEST_LINES,
    })
}

/// What is around a face, and the lines of small text beside it.
pub(super) struct Beside {
    pub(super) around: RgbImage,
    /// The upper left corner of that part in the picture.
    pub(super) corner: [f32; 2],
    /// The face's box in that part.
    pub(super) here: [f32; 4],
    pub(super) lines: Vec<Quad>,
}

/// Looks for text around a face; `None` where hardly anything is around it.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub(super) fn lines_beside(
    models: &Models,
    picture: &Picture,
    face: &Face,
) -> Result<Option<Beside>, RunError> {
    let (max_w, max_h) = picture.rgb.dimensions();
    let [_, _, width, _] = face.bbox;
    let [cx, cy] = face.centre();
    let reach = AROUND * width;
    let left = (cx - reach).clamp(0.0, max_w as f32) as u32;
    let top = (cy - reach).clamp(0.0, max_h as f32) as u32;
    let right = (cx + reach).clamp(0.0, max_w as f32) as u32;
    let bottom = (cy + reach).clamp(0.0, max_h as f32) as u32;
    if right <= left + 32 || bottom <= top + 32 {
        return Ok(None);
    }
    let around = image::imageops::crop_imm(&picture.rgb, left, top, right - left, bottom - top).to_image();
    let mut lines = ocr::detect(models, &around, TEXT_SIDE, Effort::Quick)?;
    let [x, y, w, h] = face.bbox;
    let here = [x - left as f32, y - top as f32, w, h];
    lines.retain(|line| is_beside(line, here));
    Ok(Some(Beside { around, corner: [left as f32, top as f32], here, lines }))
}

/// The shorter extent of a line's box.
pub(super) fn line_height(line: &Quad) -> f32 {
    let [a, b, _, d] = line.0;
    ((d[0] - a[0]).hypot(d[1] - a[1])).min((b[0] - a[0]).hypot(b[1] - a[1]))
}

/// Whether a line of text is as small as those on a document with this portrait, and near it.
fn is_beside(line: &Quad, [x, y, w, h]: [f32; 4]) -> bool {
    let [a, _, c, _] = line.0;
    let height = line_height(line);
    let centre = [(a[0] + c[0]) / 2.0, (a[1] + c[1]) / 2.0];
    let off = [(centre[0] - x - w / 2.0).abs(), (centre[1] - y - h / 2.0).abs()];
    // Letters are at most a quarter as high as the face, and the card reaches five face widths.
    height > 0.0 && height < 0.25 * h && off[0] < 5.0 * w && off[1] < 3.0 * h
}

/// The person in a selfie of this size: the most [`prominent`] face, if no other comes near its size.
pub fn one_face(faces: &[Face], width: u32, height: u32) -> Subject {
    let Some(subject) = prominent(faces, width, height) else { return Subject::None };
    let seen = |f: &Face| f.area() * f.share_inside(width, height);
    let others = faces.iter().filter(|f| **f != subject);
    if others.into_iter().any(|f| seen(f) > BYSTANDER_AREA * seen(&subject)) {
        return Subject::Several;
    }
    Subject::One(subject)
}

/// The face a photographer meant: large, in the middle and sure. Of each face the visible area × the
/// detector's score × how near it is to the middle (1 in the middle, 0 in a corner) is compared.
pub fn prominent(faces: &[Face], width: u32, height: u32) -> Option<Face> {
    let (w, h) = (width as f32, height as f32);
    let weight = |f: &Face| {
        let [x, y] = f.centre();
        let off = (x - w / 2.0).hypot(y - h / 2.0) / (w / 2.0).hypot(h / 2.0).max(1.0);
        f.area() * f.share_inside(width, height) * f.score * (1.0 - off).max(0.0)
    };
    faces.iter().max_by(|a, b| weight(a).total_cmp(&weight(b))).copied()
}

/// The largest face, wherever it is: on a document the main portrait, beside smaller ghost images.
pub fn largest(faces: &[Face]) -> Option<Face> {
    faces.iter().max_by(|a, b| a.area().total_cmp(&b.area())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(bbox: [f32; 4]) -> Face {
        Face { bbox, landmarks: [[0.0; 2]; 5], score: 0.9 }
    }

    #[test]
    fn a_small_face_behind_is_a_bystander_and_a_large_one_is_not() {
        let me = face([200.0, 150.0, 200.0, 250.0]);
        let behind = face([20.0, 20.0, 80.0, 100.0]);
        let beside = face([420.0, 150.0, 180.0, 220.0]);
        assert_eq!(one_face(&[behind, me], 640, 480), Subject::One(me));
        assert_eq!(one_face(&[beside, me], 640, 480), Subject::Several);
        assert_eq!(one_face(&[], 640, 480), Subject::None);
    }

    #[test]
    fn the_middle_wins_over_a_slightly_larger_face_at_the_edge() {
        let middle = face([45.0, 40.0, 56.0, 70.0]);
        let edge = face([92.0, 15.0, 58.0, 97.0]);
        assert_eq!(prominent(&[edge, middle], 150, 150), Some(middle));
        assert_eq!(largest(&[edge, middle]), Some(edge));
    }

    #[test]
    fn only_small_lines_near_a_portrait_are_beside_it() {
        let line = |x: f32, y: f32, h: f32| Quad([[x, y], [x + 80.0, y], [x + 80.0, y + h], [x, y + h]]);
        let face = [100.0, 100.0, 40.0, 50.0];
        assert!(is_beside(&line(160.0, 110.0, 8.0), face));
        assert!(!is_beside(&line(160.0, 110.0, 30.0), face));
        assert!(!is_beside(&line(900.0, 110.0, 8.0), face));
    }

    #[test]
    fn odd_boxes_do_not_panic() {
        let bad = [face([f32::NAN; 4]), face([0.0; 4]), face([-50.0, -50.0, 10.0, 10.0])];
        one_face(&bad, 0, 0);
        one_face(&bad, 100, 100);
        assert!(largest(&bad).is_some());
    }
}
