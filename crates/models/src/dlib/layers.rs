//! The layers of a network, in the order in which a picture goes through them.

use super::reader::Reader;
use super::{ConvertError, Result};

#[derive(Debug, PartialEq)]
pub(super) struct Network {
    pub(super) input: Input,
    pub(super) steps: Vec<Step>,
}

/// What is done to RGB 0..255 first: minus `mean`, by 256 (`input_rgb_image_sized`).
#[derive(Debug, PartialEq)]
pub(super) struct Input {
    pub(super) mean: [f64; 3],
    pub(super) rows: usize,
    pub(super) columns: usize,
}

#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// A tag or a skip; which of them follows from its place.
    Mark,
    /// `weights`: filters, channels, rows, columns.
    Convolution {
        shape: [usize; 4],
        weights: Vec<f32>,
        bias: Vec<f32>,
        stride: [usize; 2],
        pad: [usize; 2],
    },
    /// One factor and one summand per channel.
    Affine {
        factor: Vec<f32>,
        summand: Vec<f32>,
    },
    Relu,
    Pool {
        kind: Pool,
        window: Option<[usize; 2]>,
        stride: [usize; 2],
        pad: [usize; 2],
    },
    /// Adds what was marked.
    AddMarked,
    /// `weights`: inputs × outputs, row-major.
    FullyConnected {
        inputs: usize,
        outputs: usize,
        weights: Vec<f32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pool {
    Max,
    Average,
}

impl Network {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        let mut r = Reader(bytes);
        r.version("the loss layer", 1)?;
        match r.text()? {
            // Margin and distance threshold: only for training.
            "loss_metric_2" => (r.float()?, r.float()?),
            other => return Err(ConvertError::Unsupported(format!("the loss {other:?}"))),
        };
        // Types nest from the last layer inwards: first all versions, then the layers from the first on.
        let mut nesting = vec![];
        loop {
            match r.int()? {
                1 => nesting.push(Nested::Mark),
                2 => nesting.push(Nested::Layer),
                3 => break,
                other => return Err(ConvertError::Unsupported(format!("version {other} of a layer"))),
            }
        }
        let input = Input::read(&mut r)?;
        let mut steps = vec![Step::read(&mut r)?];
        state(&mut r, 3)?;
        r.size()?; // samples per picture, for training
        for nested in nesting.iter().rev() {
            steps.push(match nested {
                Nested::Mark => Step::Mark,
                Nested::Layer => {
                    let step = Step::read(&mut r)?;
                    state(&mut r, 3)?;
                    step
                }
            });
        }
        if r.0.is_empty() {
            Ok(Self { input, steps })
        } else {
            Err(ConvertError::Malformed("bytes are left"))
        }
    }
}

enum Nested {
    Mark,
    Layer,
}

/// What training leaves behind a layer: three flags and empty tensors.
fn state(r: &mut Reader<'_>, tensors: usize) -> Result<()> {
    for _ in 0..3 {
        r.bool()?;
    }
    for _ in 0..tensors {
        r.tensor()?;
    }
    Ok(())
}

impl Input {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        match r.text()? {
            "input_rgb_image_sized" => {}
            other => return Err(ConvertError::Unsupported(format!("the input {other:?}"))),
        }
        let mean = [r.float()?, r.float()?, r.float()?];
        Ok(Self { mean, rows: r.size()?, columns: r.size()? })
    }
}

const MISFIT: ConvertError = ConvertError::Malformed("a layer's numbers do not fill its shape");

impl Step {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(match r.text()? {
            "con_4" => {
                let (_, mut weights) = r.tensor()?;
                for _ in 0..3 {
                    r.size()?; // filters, rows, columns: again in the shape below
                }
                let stride = [r.size()?, r.size()?];
                let pad = [r.size()?, r.size()?];
                let (shape, bias) = (r.alias()?, r.alias()?);
                rates(r)?;
                let (filters, biases) = (count(shape)?, count(bias)?);
                if weights.len() != filters.saturating_add(biases) || biases != shape[0] {
                    return Err(MISFIT);
                }
                let bias = weights.split_off(filters);
                Step::Convolution { shape, weights, bias, stride, pad }
            }
            "affine_" => {
                let (_, mut factor) = r.tensor()?;
                let (gamma, beta) = (count(r.alias()?)?, count(r.alias()?)?);
                if r.int()? != 0 {
                    return Err(ConvertError::Unsupported("an affine layer that is not per channel".into()));
                }
                if gamma != beta || factor.len() != gamma.saturating_add(beta) {
                    return Err(MISFIT);
                }
                let summand = factor.split_off(gamma);
                Step::Affine { factor, summand }
            }
            "relu_" => Step::Relu,
            "max_pool_2" => Step::pool(r, Pool::Max)?,
            "avg_pool_2" => Step::pool(r, Pool::Average)?,
            "add_prev_" => Step::AddMarked,
            "fc_2" => {
                let (outputs, inputs) = (r.size()?, r.size()?);
                let (_, weights) = r.tensor()?;
                r.alias()?;
                r.alias()?;
                if r.int()? != 1 {
                    return Err(ConvertError::Unsupported("a fully connected layer with a bias".into()));
                }
                rates(r)?;
                if inputs.checked_mul(outputs) != Some(weights.len()) {
                    return Err(MISFIT);
                }
                Step::FullyConnected { inputs, outputs, weights }
            }
            other => return Err(ConvertError::Unsupported(format!("the layer {other:?}"))),
        })
    }

    fn pool(r: &mut Reader<'_>, kind: Pool) -> Result<Self> {
        let window = [r.size()?, r.size()?];
        let stride = [r.size()?, r.size()?];
        let pad = [r.size()?, r.size()?];
        // A window of nothing is dlib's word for the whole picture.
        let window = (window != [0, 0]).then_some(window);
        Ok(Step::Pool { kind, window, stride, pad })
    }
}

/// Learning rates and weight decays of weights and bias.
fn rates(r: &mut Reader<'_>) -> Result<()> {
    for _ in 0..4 {
        r.float()?;
    }
    Ok(())
}

fn count(shape: [usize; 4]) -> Result<usize> {
    shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side)).ok_or(MISFIT)
}
