//! Whose face it is, as 128 numbers.

use std::fmt;

use image::{RgbImage, imageops};
use zeroize::ZeroizeOnDrop;

use super::{
    Face, align, detect,
    pixels::{self, Order},
};
use crate::{
    image::Picture,
    models::{Models, RunError, Task},
};

const LENGTH: usize = 128;

/// A face template: biometric data. It has length 1, is wiped from memory when dropped, and does not show
/// itself in `Debug`.
#[derive(Clone, PartialEq, ZeroizeOnDrop)]
pub struct Embedding([f32; LENGTH]);

impl Embedding {
    /// Bytes of a stored template.
    pub const BYTES: usize = LENGTH * 4;

    /// `None` when the numbers have no direction: all zero, or one not finite, or not 128 of them.
    pub fn from_values(values: &[f32]) -> Option<Self> {
        let mut e = Self(values.try_into().ok()?);
        let norm = e.0.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        if !(norm.is_finite() && norm > 1e-12) {
            return None;
        }
        for v in &mut e.0 {
            *v = (f64::from(*v) / norm) as f32;
        }
        Some(e)
    }

    /// Cosine of the angle between two templates, −1..1; near 0 between strangers.
    pub fn cosine(&self, other: &Self) -> f64 {
        let dot: f64 = self.0.iter().zip(&other.0).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        dot.clamp(-1.0, 1.0)
    }

    /// For storage (encrypted): 128 numbers, IEEE 754 single precision, least significant byte first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    /// The reverse of [`Self::to_bytes`]; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (values, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return None;
        }
        let mut e = Self([0.0; LENGTH]);
        if values.len() != LENGTH {
            return None;
        }
        for (v, b) in e.0.iter_mut().zip(values) {
            *v = f32::from_le_bytes(*b);
        }
        Self::from_values(&e.0)
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedding(..)")
    }
}

/// The template of one face: the mean of the picture's and its mirror image's, which cancels some of the
/// chance in pose and light. `None` when the face's points span nothing.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn embed(models: &Models, picture: &Picture, face: &Face) -> Result<Option<Embedding>, RunError> {
    let face = detect::refine(models, picture, face)?;
    let Some(chip) = align::chip(picture, &face.landmarks) else { return Ok(None) };
    let mut sum = of_chip(models, &chip)?;
    for (s, v) in sum.iter_mut().zip(of_chip(models, &imageops::flip_horizontal(&chip))?) {
        *s += v;
    }
    Ok(Embedding::from_values(&sum))
}

/// SFace takes RGB 0..255 as it is and gives 128 numbers; here scaled to length 1.
fn of_chip(models: &Models, chip: &RgbImage) -> Result<Vec<f32>, RunError> {
    let model = models.get(Task::FaceEmbedding)?;
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let out = model.run(&[("data", pixels::tensor(chip, Order::Rgb))])?;
    let values = out.into_values().next().ok_or_else(|| failed("no output"))?.data;
    let unit = Embedding::from_values(&values).ok_or_else(|| failed("the output is not 128 numbers"))?;
    Ok(unit.0.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Embedding {
        Embedding::from_values(&std::array::from_fn::<f32, 128, _>(|i| i as f32 - 60.0)).unwrap()
    }

    #[test]
    fn has_length_one_and_survives_storage() {
        let e = some();
        assert!((e.cosine(&e) - 1.0).abs() < 1e-6);
        let back = Embedding::from_bytes(&e.to_bytes()).unwrap();
        assert!((e.cosine(&back) - 1.0).abs() < 1e-6);
        assert_eq!(e.to_bytes().len(), Embedding::BYTES);
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(Embedding::from_values(&[0.0; 128]).is_none());
        assert!(Embedding::from_values(&[f32::NAN; 128]).is_none());
        assert!(Embedding::from_values(&[1.0; 127]).is_none());
        for n in [0, 3, 4, 511, 513, 516] {
            assert!(Embedding::from_bytes(&vec![1; n]).is_none(), "{n}");
        }
    }

    #[test]
    fn debug_shows_no_number() {
        assert!(!format!("{:?}", some()).contains(|c: char| c.is_ascii_digit()));
    }
}
