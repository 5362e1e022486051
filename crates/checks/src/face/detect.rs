//! Finding faces with YuNet, whatever their size and whichever way up the picture is.

use image::{RgbImage, imageops};

use super::{
    found::Face,
    pixels::{self, Order, Rect},
    yunet,
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task, Tensor},
};

/// The detector's usual threshold (OpenCV Zoo uses 0.6 to 0.9).
const MIN_SCORE: f32 = 0.6;
/// Smaller faces, in pixels of width, cannot be compared (that leaves eight between the eyes), and toys and patterns
/// are taken for them.
const MIN_WIDTH: f32 = 22.0;
/// A face this sure ends the search. Below it the picture may be the wrong way up: faces on their side or
/// upside down were found with scores up to 0.91 and upright points (30 pictures turned by hand), the same
/// faces upright with 0.92 to 0.96.
const SURE: f32 = 0.92;
/// How much surer a face in a turned picture must be than one in the picture as it is.
const TURN_MARGIN: f32 = 0.03;
/// A closer look must enlarge at least this much to be worth its time.
const WORTH_REFINING: f64 = 1.25;
/// Passes that look harder also see more faces where there are none, so they must be surer.
const MIN_SCORE_RETRY: f32 = 0.75;

/// The faces in a picture, surest first; empty when there is none.
///
/// A first pass looks at the whole picture. When it finds no sure face, further passes look at the picture
/// with a wide border (a face that fills it) and turned by 90°, 180° and 270°; the surest decides. When
/// there is still nothing, enlarged parts of a big picture are searched for small faces.
///
/// # Errors
/// When there is no usable detector, or it cannot be run.
pub fn detect(models: &Models, picture: &Picture) -> Result<Vec<Face>, RunError> {
    let whole = View::whole(picture);
    let mut best = look(models, picture, &whole, MIN_SCORE)?;
    if surest(&best) >= SURE {
        return Ok(best);
    }
    let mut consider = |view: View, margin: f32| {
        let found = look(models, picture, &view, MIN_SCORE_RETRY)?;
        if surest(&found) > surest(&best) + margin {
            best = found;
        }
        Ok::<_, RunError>(())
    };
    consider(whole.bordered(), 0.0)?;
    for turns in 1..4 {
        consider(View { turns, ..whole }, TURN_MARGIN)?;
    }
    if !best.is_empty() {
        return Ok(best);
    }
    let mut found = vec![];
    for tile in whole.tiles() {
        found.extend(look(models, picture, &tile, MIN_SCORE_RETRY)?);
    }
    Ok(yunet::suppress(found))
}

/// The same face with more exact points: a second look from close up, averaged with the first, each
/// weighted by its resolution. Matters most for a small portrait in a large picture.
///
/// # Errors
/// As [`detect`].
pub fn refine(models: &Models, picture: &Picture, face: &Face) -> Result<Face, RunError> {
    let (whole, view) = (View::whole(picture), View::close_up(picture, face));
    if view.scale() < WORTH_REFINING * whole.scale() {
        return Ok(*face);
    }
    let near = |f: &Face| {
        let [a, b] = [f.centre(), face.centre()];
        let off = (a[0] - b[0]).hypot(a[1] - b[1]);
        off < 0.25 * face.bbox[2] && (0.6..1.6).contains(&(f.eye_distance() / face.eye_distance()))
    };
    let found = look(models, picture, &view, MIN_SCORE)?;
    let Some(again) = found.into_iter().find(near) else { return Ok(*face) };
    // Errors of the points are about the same on every canvas, so their weight is the scale squared.
    let (first, second) = (whole.scale().powi(2) as f32, view.scale().powi(2) as f32);
    let share = second / (first + second);
    let mut refined = *face;
    for (p, q) in refined.landmarks.as_flattened_mut().iter_mut().zip(again.landmarks.as_flattened()) {
        *p += share * (q - *p);
    }
    Ok(refined)
}

/// The faces in one frame of a video: the first pass of [`detect`] alone, for when the next frame comes soon.
///
/// # Errors
/// As [`detect`].
pub fn detect_frame(models: &Models, picture: &Picture) -> Result<Vec<Face>, RunError> {
    look(models, picture, &View::whole(picture), MIN_SCORE)
}

fn surest(faces: &[Face]) -> f32 {
    faces.iter().map(|f| f.score).fold(0.0, f32::max)
}

/// A part of the picture, turned and scaled on to the network's canvas.
#[derive(Debug, Clone, Copy)]
struct View {
    part: Rect,
    /// Quarter turns clockwise.
    turns: u8,
    /// Longer side on the canvas, pixels.
    side: u32,
}

impl View {
    fn whole(picture: &Picture) -> Self {
        let (w, h) = picture.rgb.dimensions();
        Self { part: [0.0, 0.0, f64::from(w), f64::from(h)], turns: 0, side: yunet::SIDE }
    }

    /// The same at half the size, so that there is a border as wide as the picture around it.
    fn bordered(self) -> Self {
        Self { side: yunet::SIDE / 2, ..self }
    }

    /// The face and as much again on each side, upright to the nearest quarter turn.
    fn close_up(picture: &Picture, face: &Face) -> Self {
        let whole = Self::whole(picture);
        let [_, _, max_w, max_h] = whole.part;
        let [x, y, w, h] = face.bbox.map(f64::from);
        let span = |at: f64, len: f64, max: f64| {
            let half = 1.25 * w.max(h);
            let from = (at + len / 2.0 - half).clamp(0.0, max);
            (from, (at + len / 2.0 + half).clamp(from, max) - from)
        };
        let ((left, width), (top, height)) = (span(x, w, max_w), span(y, h, max_h));
        if !(width >= 1.0 && height >= 1.0) {
            return whole;
        }
        let [a, b, ..] = face.landmarks;
        let quarters = (b[1] - a[1]).atan2(b[0] - a[0]) / std::f32::consts::FRAC_PI_2;
        // The picture is turned back by what the eyes are turned.
        let turns = (-quarters.round() as i32).rem_euclid(4) as u8;
        Self { part: [left, top, width, height], turns, ..whole }
    }

    /// Overlapping parts, when enlarging shows more than the whole did.
    fn tiles(self) -> Vec<Self> {
        let [_, _, w, h] = self.part;
        let longer = w.max(h);
        let per_side = match longer {
            l if l < 1.25 * f64::from(yunet::SIDE) => return vec![],
            l if l < 3.0 * f64::from(yunet::SIDE) => 2,
            _ => 3,
        };
        // Neighbours share a third of their length.
        let share = 1.0 / (1.0 + f64::from(per_side - 1) * 2.0 / 3.0);
        let step = share * 2.0 / 3.0;
        let tile = |col: i32, row: i32| Self {
            part: [f64::from(col) * step * w, f64::from(row) * step * h, share * w, share * h],
            ..self
        };
        (0..per_side).flat_map(|row| (0..per_side).map(move |col| tile(col, row))).collect()
    }

    fn scale(&self) -> f64 {
        f64::from(self.side) / self.part[2].max(self.part[3])
    }

    /// Width and height on the canvas before turning.
    fn size(&self) -> [u32; 2] {
        let on = |len: f64| ((len * self.scale()).round() as u32).clamp(1, self.side);
        [on(self.part[2]), on(self.part[3])]
    }

    /// Upper left corner on the canvas: the corner, or the middle when there is a border.
    fn origin(&self) -> [u32; 2] {
        if self.side == yunet::SIDE {
            return [0, 0];
        }
        let [w, h] = self.turned_size();
        [(yunet::SIDE - w) / 2, (yunet::SIDE - h) / 2]
    }

    fn turned_size(&self) -> [u32; 2] {
        let [w, h] = self.size();
        if self.turns % 2 == 1 { [h, w] } else { [w, h] }
    }

    fn canvas(&self, picture: &Picture) -> Option<Tensor> {
        let [w, h] = self.size();
        let part = pixels::scaled(&picture.rgb, self.part, w, h)?;
        let part = match self.turns {
            1 => imageops::rotate90(&part),
            2 => imageops::rotate180(&part),
            3 => imageops::rotate270(&part),
            _ => part,
        };
        let mut canvas = RgbImage::new(yunet::SIDE, yunet::SIDE);
        let [x, y] = self.origin();
        imageops::replace(&mut canvas, &part, i64::from(x), i64::from(y));
        Some(pixels::tensor(&canvas, Order::Bgr))
    }

    /// From canvas to picture.
    fn back(&self, [u, v]: [f32; 2]) -> [f32; 2] {
        let [ox, oy] = self.origin().map(|o| o as f32);
        let [w, h] = self.size().map(|s| s as f32);
        let (u, v) = (u - ox, v - oy);
        let (x, y) = match self.turns {
            1 => (v, h - u),
            2 => (w - u, h - v),
            3 => (w - v, u),
            _ => (u, v),
        };
        let scale = self.scale() as f32;
        [x / scale + self.part[0] as f32, y / scale + self.part[1] as f32]
    }

    fn face_back(&self, face: &Face) -> Face {
        let [x, y, w, h] = face.bbox;
        let (a, b) = (self.back([x, y]), self.back([x + w, y + h]));
        let (left, top) = (a[0].min(b[0]), a[1].min(b[1]));
        Face {
            bbox: [left, top, (a[0] - b[0]).abs(), (a[1] - b[1]).abs()],
            landmarks: face.landmarks.map(|p| self.back(p)),
            score: face.score,
        }
    }
}

fn look(models: &Models, picture: &Picture, view: &View, min_score: f32) -> Result<Vec<Face>, RunError> {
    let model = models.get(Task::FaceDetection)?;
    let Some(canvas) = view.canvas(picture) else { return Ok(vec![]) };
    let out = model.run(&[("input", canvas)])?;
    let faces = yunet::decode(&out, min_score)
        .map_err(|why| RunError::Failed { model: model.reference().name, why })?;
    let faces = faces.iter().map(|f| view.face_back(f));
    Ok(faces.filter(|f| f.bbox[2].max(f.bbox[3]) >= MIN_WIDTH).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(turns: u8, side: u32) -> View {
        View { part: [100.0, 50.0, 800.0, 400.0], turns, side }
    }

    /// Where a picture point lands on the canvas, found by drawing it.
    fn drawn(view: &View, point: [u32; 2]) -> [f32; 2] {
        let mut rgb = RgbImage::new(1000, 500);
        for dx in 0..12 {
            for dy in 0..12 {
                rgb.put_pixel(point[0] - 6 + dx, point[1] - 6 + dy, image::Rgb([255; 3]));
            }
        }
        let t = view.canvas(&Picture { rgb }).unwrap();
        let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
        for (i, v) in t.data.iter().take(640 * 640).enumerate() {
            sum += v;
            x += v * ((i % 640) as f32 + 0.5);
            y += v * ((i / 640) as f32 + 0.5);
        }
        [x / sum, y / sum]
    }

    #[test]
    fn canvas_points_go_back_to_where_they_came_from() {
        for turns in 0..4 {
            for side in [640, 320] {
                let v = view(turns, side);
                for point in [[130, 80], [700, 100], [400, 400]] {
                    let [x, y] = v.back(drawn(&v, point));
                    let off = (x - point[0] as f32).hypot(y - point[1] as f32);
                    assert!(off < 1.5, "{turns} {side} {point:?} {x} {y}");
                }
            }
        }
    }

    #[test]
    fn boxes_stay_boxes_when_turned_back() {
        let v = view(1, 640);
        let f = Face { bbox: [10.0, 20.0, 30.0, 60.0], landmarks: [[0.0; 2]; 5], score: 0.9 };
        let [_, _, w, h] = v.face_back(&f).bbox;
        assert!((w - 75.0).abs() < 0.1 && (h - 37.5).abs() < 0.1, "{w} {h}");
    }

    #[test]
    fn tiles_cover_the_picture_and_stay_inside() {
        for size in [[1000, 900], [5000, 700], [700, 5000]] {
            let v = View::whole(&Picture { rgb: RgbImage::new(size[0], size[1]) });
            let tiles = v.tiles();
            assert!(!tiles.is_empty());
            let (mut right, mut bottom) = (0.0f64, 0.0f64);
            for t in &tiles {
                let [x, y, w, h] = t.part;
                assert!(x >= 0.0 && y >= 0.0 && x + w <= v.part[2] + 1e-6 && y + h <= v.part[3] + 1e-6);
                right = right.max(x + w);
                bottom = bottom.max(y + h);
            }
            assert!((right - v.part[2]).abs() < 1e-6 && (bottom - v.part[3]).abs() < 1e-6);
        }
        assert!(View::whole(&Picture { rgb: RgbImage::new(640, 480) }).tiles().is_empty());
    }
}
