//! What people wear and grow: drawn over a face whose eyes and mouth are known. Crude, and enough to change what a
//! network sees of a face.

use image::{Rgb, RgbImage};

use super::canvas::{distance_to_segment, mix};
use super::random::fractal_noise;

/// Points of a face in pixels, as detectors give them: the person's right eye, left eye, nose tip, right and left corner
/// of the mouth.
pub type Points = [[f32; 2]; 5];

/// Thin frames and clear lenses.
pub fn glasses(picture: &RgbImage, points: &Points) -> RgbImage {
    drawn(picture, points, |(u, v), under| {
        let rim = 0.025 - (lens(u, v) - 0.31).abs();
        let bridge = 0.02 - distance_to_segment((u, v), (-0.19, -0.06), (0.19, -0.06));
        let temples = 0.02 - distance_to_segment((u.abs(), v), (0.81, -0.06), (1.12, -0.12));
        mix(under, [38.0, 34.0, 36.0], cover(rim.max(bridge).max(temples)))
    })
}

/// Dark lenses: nothing is to be seen of the eyes.
pub fn dark_glasses(picture: &RgbImage, points: &Points) -> RgbImage {
    drawn(picture, points, |(u, v), under| {
        let bridge = 0.03 - distance_to_segment((u, v), (-0.19, -0.06), (0.19, -0.06));
        mix(under, [16.0, 15.0, 18.0], cover((0.42 - lens(u, v)).max(bridge)))
    })
}

/// A short full beard, the lips free.
pub fn beard(picture: &RgbImage, points: &Points) -> RgbImage {
    let mouth = mouth(points);
    drawn(picture, points, |(u, v), under| {
        let chin = 1.0 - ((u / 0.78).powi(2) + ((v - mouth - 0.02) / 0.62).powi(2)).sqrt();
        let lips = 1.0 - ((u / 0.36).powi(2) + ((v - mouth) / 0.13).powi(2)).sqrt();
        let below_nose = (v - mouth + 0.30) / 0.1;
        let hair = fractal_noise(u * 26.0, v * 9.0, 3, 5);
        let share = (4.0 * chin).min(below_nose).clamp(0.0, 1.0) * (1.0 - (6.0 * lips).clamp(0.0, 1.0));
        mix(under, [52.0, 40.0, 33.0], 0.75 * share * (0.55 + 0.45 * hair))
    })
}

/// A knitted hat down to the brows.
pub fn hat(picture: &RgbImage, points: &Points) -> RgbImage {
    drawn(picture, points, |(u, v), under| {
        let crown = (1.18 - (u.powi(2) + ((v + 0.75) / 1.15).powi(2)).sqrt()).min(-0.62 - v);
        let knit = 12.0 * ((u * 40.0).sin() * (v * 40.0).sin());
        mix(under, [62.0 + knit, 70.0 + knit, 96.0 + knit], cover(crown))
    })
}

/// A mask over mouth and nose.
pub fn mask(picture: &RgbImage, points: &Points) -> RgbImage {
    let mouth = mouth(points);
    drawn(picture, points, |(u, v), under| {
        let inside = 1.0 - ((u / 0.95).powi(4) + ((v - mouth) / 0.75).powi(4)).powf(0.25);
        let fold = 8.0 * (v * 18.0).sin();
        mix(under, [150.0 + fold, 186.0 + fold, 206.0 + fold], cover(inside))
    })
}

/// Distance from the middle of the nearer lens.
fn lens(u: f32, v: f32) -> f32 {
    (u.abs() - 0.5).hypot((v - 0.04) * 1.15)
}

/// How far below the eyes the mouth is, in distances between the eyes.
fn mouth(points: &Points) -> f32 {
    let [_, _, _, right, left] = *points;
    frame(points)([(right[0] + left[0]) / 2.0, (right[1] + left[1]) / 2.0]).1
}

fn cover(inside: f32) -> f32 {
    (inside / 0.02 + 0.5).clamp(0.0, 1.0)
}

/// Turns pixels into the face's own frame: the origin is between the eyes, the unit their distance, `v` points to the chin.
fn frame([right, left, ..]: &Points) -> impl Fn([f32; 2]) -> (f32, f32) {
    let (x, y) = ((right[0] + left[0]) / 2.0, (right[1] + left[1]) / 2.0);
    let (ax, ay) = (left[0] - right[0], left[1] - right[1]);
    let square = (ax * ax + ay * ay).max(1.0);
    move |[px, py]| {
        let (dx, dy) = (px - x, py - y);
        ((dx * ax + dy * ay) / square, (dy * ax - dx * ay) / square)
    }
}

fn drawn(picture: &RgbImage, points: &Points, paint: impl Fn((f32, f32), [f32; 3]) -> [f32; 3]) -> RgbImage {
    let place = frame(points);
    let mut out = picture.clone();
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        let at = place([x as f32 + 0.5, y as f32 + 0.5]);
        let colour = paint(at, pixel.0.map(f32::from));
        *pixel = Rgb(colour.map(|v| v.round().clamp(0.0, 255.0) as u8));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_where_it_is_worn() {
        let skin = RgbImage::from_pixel(300, 400, Rgb([210, 170, 150]));
        let points = [[110.0, 180.0], [190.0, 180.0], [150.0, 225.0], [120.0, 265.0], [180.0, 265.0]];
        let changed = |of: fn(&RgbImage, &Points) -> RgbImage, x: u32, y: u32| {
            of(&skin, &points).get_pixel(x, y) != skin.get_pixel(x, y)
        };
        assert!(changed(dark_glasses, 110, 180) && !changed(glasses, 110, 183) && changed(glasses, 150, 175));
        assert!(changed(beard, 150, 300) && !changed(beard, 150, 265) && !changed(beard, 150, 200));
        assert!(changed(hat, 150, 80) && !changed(hat, 150, 150));
        assert!(changed(mask, 150, 265) && !changed(mask, 150, 180));
    }
}
