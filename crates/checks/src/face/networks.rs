//! Which networks measure faces, what they want to see, and what their scores mean.

use super::{
    calibration::Calibration,
    template::{Basis, NetworkId},
};
use crate::models::{Model, Models, RunError, Task};

/// SFace of the OpenCV Zoo and the converted dlib descriptor: the built-in calibrations hold for these bytes only.
const SFACE: &str = "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79";
const DLIB: &str = "ce95cdfa405721411b4b1f80e9fdcb3d40a982d6d1ffd97f5121ced31ded998c";

/// Keys of a model's metadata (in the ONNX file, or given with `bonafide models use`) that say how a network of
/// the operator's own is fed. Without them it gets what SFace gets: 112 × 112, RGB, 0..255.
pub mod keys {
    /// Side of the square chip in pixels; the five points are scaled with it.
    pub const SIDE: &str = "face.side";
    /// Subtracted from 0..255.
    pub const MEAN: &str = "face.mean";
    /// Then divided by this.
    pub const DIVISOR: &str = "face.divisor";
    /// `rgb` or `bgr`.
    pub const CHANNELS: &str = "face.channels";
    /// [`Calibration::to_text`](super::Calibration::to_text) of this network.
    pub const CALIBRATION: &str = "face.calibration";
    /// All of them.
    pub const ALL: [&str; 5] = [SIDE, MEAN, DIVISOR, CHANNELS, CALIBRATION];
}

/// How a network wants its chips.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Side of the square chip in pixels.
    pub side: u32,
    /// Subtracted from 0..255.
    pub mean: f32,
    /// Then divided by this.
    pub divisor: f32,
    /// Blue first.
    pub bgr: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { side: super::align::CHIP, mean: 0.0, divisor: 1.0, bgr: false }
    }
}

impl Recipe {
    /// Reads a network's metadata.
    ///
    /// # Errors
    /// One sentence on the value that makes no sense.
    pub fn read<'v>(value: impl Fn(&str) -> Option<&'v str>) -> Result<Self, String> {
        let mut recipe = Self::default();
        let number = |key: &str, default: f32| match value(key) {
            None => Ok(default),
            Some(text) => match text.trim().parse::<f32>() {
                Ok(number) if number.is_finite() => Ok(number),
                _ => Err(format!("{key} is not a number")),
            },
        };
        recipe.mean = number(keys::MEAN, recipe.mean)?;
        recipe.divisor = number(keys::DIVISOR, recipe.divisor)?;
        let side = number(keys::SIDE, recipe.side as f32)?;
        if !(32.0..=512.0).contains(&side) || side.fract() != 0.0 {
            return Err(format!("{} is not a whole number from 32 to 512", keys::SIDE));
        }
        recipe.side = side as u32;
        if recipe.divisor == 0.0 {
            return Err(format!("{} is zero", keys::DIVISOR));
        }
        recipe.bgr = match value(keys::CHANNELS) {
            None | Some("rgb") => false,
            Some("bgr") => true,
            Some(_) => return Err(format!("{} is neither rgb nor bgr", keys::CHANNELS)),
        };
        if value(keys::CALIBRATION).is_some_and(|text| Calibration::parse(text).is_none()) {
            return Err(format!(
                "{} is not what `bonafide eval faces DIR --calibrate` prints",
                keys::CALIBRATION
            ));
        }
        Ok(recipe)
    }
}

/// The first network and how it is fed.
pub(super) fn first(models: &Models) -> Result<(&Model, Recipe), RunError> {
    let model = models.get(Task::FaceEmbedding)?;
    let recipe = Recipe::read(|key| model.metadata(key))
        .map_err(|why| RunError::Failed { model: model.reference().name, why })?;
    Ok((model, recipe))
}

/// The second network, where it is installed and made to go with the first.
pub(super) fn second(models: &Models) -> Option<&Model> {
    if models.get(Task::FaceEmbedding).ok()?.reference().sha256 != SFACE || own_calibration(models).is_some()
    {
        return None;
    }
    models.get(Task::FaceDescriptor).ok().filter(|model| model.reference().sha256 == DLIB)
}

pub(super) fn id(model: &Model) -> NetworkId {
    NetworkId::of(&model.reference().sha256)
}

fn own_calibration(models: &Models) -> Option<Calibration> {
    Calibration::parse(models.get(Task::FaceEmbedding).ok()?.metadata(keys::CALIBRATION)?)
}

/// What scores of this kind mean; none where the installed network has never been calibrated.
pub fn calibration(models: &Models, basis: Basis) -> Option<Calibration> {
    let first = models.get(Task::FaceEmbedding).ok()?;
    match basis {
        Basis::Fused => Some(fused()),
        Basis::First => own_calibration(models).or_else(|| (first.reference().sha256 == SFACE).then(sface)),
    }
}

/// What comparisons of two new templates are based on.
pub fn basis(models: &Models) -> Basis {
    if second(models).is_some() { Basis::Fused } else { Basis::First }
}

/// Measured with SFace alone on all 123 371 pairs of different people among 498 pictures of Labeled Faces in the Wild,
/// by `bonafide eval faces DIR --calibrate`. **1e-5 and 1e-6 are extrapolated.** Pairs of one sex, age group and
/// origin match falsely more often than these mixed ones, and document portraits were not among them.
fn sface() -> Calibration {
    Calibration::built_in(0.097, [0.210, 0.303, 0.369, 0.422, 0.480, 0.540], 1e-4)
}

/// The same for both networks fused, each with picture and mirror image.
fn fused() -> Calibration {
    Calibration::built_in(0.385, [0.462, 0.527, 0.575, 0.616, 0.657, 0.698], 1e-4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &'static str)]) -> Result<Recipe, String> {
        Recipe::read(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| *v))
    }

    #[test]
    fn settings_of_an_own_network_are_read_and_nonsense_is_named() {
        assert_eq!(read(&[]), Ok(Recipe::default()));
        let arcface = read(&[("face.mean", "127.5"), ("face.divisor", "127.5"), ("face.channels", "bgr")]);
        assert_eq!(arcface, Ok(Recipe { side: 112, mean: 127.5, divisor: 127.5, bgr: true }));
        for (key, value) in [
            ("face.side", "1000000"),
            ("face.side", "112.5"),
            ("face.mean", "NaN"),
            ("face.divisor", "0"),
            ("face.channels", "grey"),
            ("face.calibration", "0.5"),
        ] {
            assert!(read(&[(key, value)]).unwrap_err().starts_with(key), "{key} {value}");
        }
    }

    #[test]
    fn built_in_maps_rise() {
        for map in [sface(), fused()] {
            assert_eq!(Calibration::parse(&map.to_text()), Some(map));
        }
    }
}
