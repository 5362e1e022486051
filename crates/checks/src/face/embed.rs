//! From a face to its template.

use image::{RgbImage, imageops};

pub use super::template::{Basis, Embedding, NetworkId, Score};
use super::{
    align, detect,
    found::Face,
    networks,
    networks::Recipe,
    pixels::{self, Order},
};
use crate::{
    image::Picture,
    models::{Model, Models, RunError, Tensor},
};

/// The template of one face. With two networks, of each the mean of the picture's and its mirror image's numbers
/// counts, which cancels some of the chance in pose and light. One network alone is for speed and sees the picture
/// only. `None` when the face's points span nothing.
///
/// # Errors
/// When there is no usable network, or it cannot be run.
pub fn embed(models: &Models, picture: &Picture, face: &Face) -> Result<Option<Embedding>, RunError> {
    let face = detect::refine(models, picture, face)?;
    let (first, recipe) = networks::first(models)?;
    let second = networks::second(models);
    let scale = recipe.side as f32 / align::CHIP as f32;
    let template = align::TEMPLATE.map(|point| point.map(|v| v * scale));
    let Some(chip) = align::chip_on(picture, &face.landmarks, &template, recipe.side) else {
        return Ok(None);
    };
    let values = match second {
        Some(_) => both_ways(first, &recipe, &chip)?,
        None => of_chip(first, &recipe, &chip)?,
    };
    let embedding = Embedding::new(networks::id(first), &values).ok_or_else(|| no_numbers(first))?;
    let Some(second) = second else { return Ok(Some(embedding)) };
    let chip = align::chip_on(picture, &face.landmarks, &align::DLIB_TEMPLATE, align::DLIB_CHIP);
    let Some(chip) = chip else { return Ok(None) };
    let values = both_ways(second, &Recipe::default(), &chip)?;
    embedding.with_second(networks::id(second), &values).map(Some).ok_or_else(|| no_numbers(second))
}

fn no_numbers(model: &Model) -> RunError {
    RunError::Failed { model: model.reference().name, why: "its output has no direction".into() }
}

fn both_ways(model: &Model, recipe: &Recipe, chip: &RgbImage) -> Result<Vec<f32>, RunError> {
    let mut sum = of_chip(model, recipe, chip)?;
    let mirrored = of_chip(model, recipe, &imageops::flip_horizontal(chip))?;
    sum.iter_mut().zip(mirrored).for_each(|(s, v)| *s += v);
    Ok(sum)
}

/// The network's numbers for one chip, scaled to length 1.
fn of_chip(model: &Model, recipe: &Recipe, chip: &RgbImage) -> Result<Vec<f32>, RunError> {
    let failed = |why: &str| RunError::Failed { model: model.reference().name, why: why.to_owned() };
    let [input] = model.inputs() else { return Err(failed("it does not have one input")) };
    let Tensor { shape, mut data } = pixels::tensor(chip, if recipe.bgr { Order::Bgr } else { Order::Rgb });
    data.iter_mut().for_each(|v| *v = (*v - recipe.mean) / recipe.divisor);
    let out = model.run(&[(input, Tensor { shape, data })])?;
    let mut values = out.into_values().next().ok_or_else(|| failed("no output"))?.data;
    let norm = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    if !(norm.is_finite() && norm > 0.0) {
        return Err(no_numbers(model));
    }
    values.iter_mut().for_each(|v| *v /= norm);
    Ok(values)
}
