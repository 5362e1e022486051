//! Which way up a page is.

use image::RgbImage;

use super::detect::first;
use crate::{
    image::scale::scaled,
    models::{Models, RunError, Task, Tensor},
};

/// A page is only turned when the network is this sure; an unturned page is the better mistake.
const SURE: f32 = 0.6;

/// How many quarter turns clockwise make a picture upright, 0..=3, and how sure that is (0..1).
///
/// # Errors
/// When the network is missing or fails.
pub fn upright_turns(models: &Models, picture: &RgbImage) -> Result<(u8, f32), RunError> {
    let model = models.get(Task::PageOrientation)?;
    let outputs = first(model.run(&[("x", input(picture))])?);
    let [p0, p90, p180, p270] = outputs.data[..] else { return Ok((0, 0.0)) };
    // The classes say how far the page was turned clockwise: 0, 90, 180, 270 degrees.
    let all = softmax_if_needed([p0, p90, p180, p270]);
    let best = (0..4u8).max_by(|a, b| all[usize::from(*a)].total_cmp(&all[usize::from(*b)])).unwrap_or(0);
    let sure = all[usize::from(best)];
    Ok(if sure >= SURE { ((4 - best) % 4, sure) } else { (0, all[0]) })
}

fn softmax_if_needed(values: [f32; 4]) -> [f32; 4] {
    let sum: f32 = values.iter().sum();
    if values.iter().all(|v| (0.0..=1.0).contains(v)) && (sum - 1.0).abs() < 1e-2 {
        return values;
    }
    let top = values.iter().copied().fold(f32::MIN, f32::max);
    let exp = values.map(|v| (v - top).exp());
    let sum: f32 = exp.iter().sum();
    exp.map(|v| v / sum)
}

/// Shorter side to 256, the middle 224 × 224, ImageNet normalisation.
fn input(picture: &RgbImage) -> Tensor {
    let (w, h) = picture.dimensions();
    let scale = 256.0 / w.min(h).max(1) as f32;
    // A very long strip is cut down to its middle before scaling, so that the memory stays bounded.
    let (cw, ch) = (w.min(h.saturating_mul(8)).max(1), h.min(w.saturating_mul(8)).max(1));
    let middle = [(w - cw.min(w)) / 2, (h - ch.min(h)) / 2, cw, ch].map(f64::from);
    let side = |n: u32| ((n as f32 * scale).round() as u32).max(224);
    let (sw, sh) = (side(cw), side(ch));
    let small = scaled(picture, middle, sw, sh).unwrap_or_else(|| RgbImage::new(sw, sh));
    let (x0, y0) = ((small.width() - 224) / 2, (small.height() - 224) / 2);
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let mut data = vec![0.0; 3 * 224 * 224];
    for y in 0..224u32 {
        for x in 0..224u32 {
            let pixel = small.get_pixel(x0 + x, y0 + y).0;
            for (c, value) in pixel.into_iter().enumerate() {
                let at = c * 224 * 224 + (y * 224 + x) as usize;
                data[at] = (f32::from(value) / 255.0 - mean[c]) / deviation[c];
            }
        }
    }
    Tensor { shape: vec![1, 3, 224, 224], data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_bounded_for_any_shape() {
        for (w, h) in [(1, 1), (5000, 3), (3, 5000), (640, 480)] {
            assert_eq!(input(&RgbImage::new(w, h)).data.len(), 3 * 224 * 224);
        }
    }

    #[test]
    fn logits_become_shares() {
        let p = softmax_if_needed([1.0, 5.0, 0.0, 0.0]);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-5 && p[1] > 0.9);
    }
}
