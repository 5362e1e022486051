//! Layers to ONNX operators.

use super::layers::{Input, Network, Pool, Step};
use super::{ConvertError, Result};
use crate::onnx::{Attribute, Constant, Graph, Node, Values};

pub(super) fn build(network: &Network) -> Result<Vec<u8>> {
    let Input { mean, rows, columns } = network.input;
    let mut graph = Graph::default();
    graph.inputs.push(("data".into(), vec![1, 3, rows, columns]));
    let start = Flow { name: "data".into(), shape: [3, rows, columns] };
    let mut builder = Builder { graph, flow: start, tagged: None, main: None };
    let mut steps = network.steps.iter().peekable();
    let mut first = Some(mean);
    while let Some(step) = steps.next() {
        match step {
            Step::Convolution { shape, weights, bias, stride, pad } => {
                let mut kernel = Kernel { shape: *shape, weights: weights.clone(), bias: bias.clone() };
                if let Some(mean) = first.take() {
                    kernel.take_in_input(mean, *pad)?;
                }
                if let Some(Step::Affine { factor, summand }) = steps.peek() {
                    kernel.take_in_affine(factor, summand)?;
                    steps.next();
                }
                builder.convolution(kernel, *stride, *pad)?;
            }
            Step::Affine { .. } => {
                return Err(ConvertError::Unsupported("an affine layer that follows no convolution".into()));
            }
            Step::Relu => builder.push("Relu", vec![], vec![]),
            Step::Pool { kind, window, stride, pad } => builder.pool(*kind, *window, *stride, *pad)?,
            Step::Mark => builder.mark()?,
            Step::AddMarked => builder.add_marked()?,
            Step::FullyConnected { inputs, outputs, weights } => {
                builder.fully_connected(*inputs, *outputs, weights)?;
            }
        }
    }
    if first.is_some() || builder.tagged.is_some() {
        return Err(ConvertError::Unsupported(
            "an order of layers that is no chain of residual blocks".into(),
        ));
    }
    let [outputs, 1, 1] = builder.flow.shape else {
        return Err(ConvertError::Unsupported("an output that is no list of numbers".into()));
    };
    builder.push("Flatten", vec![], vec![]);
    if let Some(last) = builder.graph.nodes.last_mut() {
        last.output = "descriptor".into();
    }
    builder.graph.outputs.push(("descriptor".into(), vec![1, outputs]));
    Ok(builder.graph.encode())
}

/// A convolution's numbers; `shape` is filters, channels, rows, columns.
struct Kernel {
    shape: [usize; 4],
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Kernel {
    /// Input normalisation (x − mean) / 256 becomes part of the weights; exact where nothing is padded.
    fn take_in_input(&mut self, mean: [f64; 3], pad: [usize; 2]) -> Result<()> {
        let [_, channels, rows, columns] = self.shape;
        if channels != 3 || pad != [0, 0] {
            return Err(ConvertError::Unsupported("a padded first convolution".into()));
        }
        let window = rows.saturating_mul(columns).max(1);
        for (filter, bias) in self.weights.chunks_mut(window.saturating_mul(3)).zip(&mut self.bias) {
            let mut shift = 0.0;
            for (plane, mean) in filter.chunks_mut(window).zip(mean) {
                shift += plane.iter().map(|w| f64::from(*w)).sum::<f64>() * mean / 256.0;
                plane.iter_mut().for_each(|w| *w /= 256.0);
            }
            *bias = (f64::from(*bias) - shift) as f32;
        }
        Ok(())
    }

    /// y = factor · (W x + b) + summand.
    fn take_in_affine(&mut self, factor: &[f32], summand: &[f32]) -> Result<()> {
        let filters = self.bias.len();
        if factor.len() != filters || summand.len() != filters {
            return Err(ConvertError::Malformed("an affine layer has another count of channels"));
        }
        let size = (self.weights.len() / filters.max(1)).max(1);
        let filters = self.weights.chunks_mut(size).zip(&mut self.bias);
        for ((filter, bias), (factor, summand)) in filters.zip(factor.iter().zip(summand)) {
            filter.iter_mut().for_each(|w| *w *= factor);
            *bias = (f64::from(*bias) * f64::from(*factor) + f64::from(*summand)) as f32;
        }
        Ok(())
    }
}

/// What a layer gives: its name in the graph, and channels, rows, columns.
#[derive(Clone)]
struct Flow {
    name: String,
    shape: [usize; 3],
}

struct Builder {
    graph: Graph,
    flow: Flow,
    /// What enters the residual block.
    tagged: Option<Flow>,
    /// What the block's convolutions gave, while the flow is that of its short cut.
    main: Option<(Flow, Shortcut)>,
}

#[derive(PartialEq)]
enum Shortcut {
    Tagged,
    Entered,
}

impl Builder {
    /// Adds an operator on the flow.
    fn push(
        &mut self,
        operator: &'static str,
        constants: Vec<Constant>,
        attributes: Vec<(&'static str, Attribute)>,
    ) {
        let mut inputs = vec![self.flow.name.clone()];
        for constant in constants {
            let name = format!("c{}", self.graph.constants.len());
            self.graph.constants.push((name.clone(), constant));
            inputs.push(name);
        }
        let output = format!("t{}", self.graph.nodes.len());
        self.flow.name.clone_from(&output);
        self.graph.nodes.push(Node { operator, inputs, output, attributes });
    }

    fn convolution(&mut self, kernel: Kernel, stride: [usize; 2], pad: [usize; 2]) -> Result<()> {
        let [filters, channels, height, width] = kernel.shape;
        let [found, rows, columns] = self.flow.shape;
        if found != channels {
            return Err(ConvertError::Malformed("a convolution has another count of channels"));
        }
        let shape =
            [filters, moved(rows, height, stride[0], pad[0])?, moved(columns, width, stride[1], pad[1])?];
        let constants = vec![
            Constant { shape: kernel.shape.to_vec(), values: Values::F32(kernel.weights) },
            Constant { shape: vec![filters], values: Values::F32(kernel.bias) },
        ];
        self.push("Conv", constants, window([height, width], stride, pad));
        self.flow.shape = shape;
        Ok(())
    }

    fn pool(
        &mut self,
        kind: Pool,
        size: Option<[usize; 2]>,
        stride: [usize; 2],
        pad: [usize; 2],
    ) -> Result<()> {
        let [channels, rows, columns] = self.flow.shape;
        let Some([height, width]) = size else {
            let operator = if kind == Pool::Max { "GlobalMaxPool" } else { "GlobalAveragePool" };
            self.push(operator, vec![], vec![]);
            self.flow.shape = [channels, 1, 1];
            return Ok(());
        };
        if pad != [0, 0] {
            return Err(ConvertError::Unsupported("a padded pooling layer".into()));
        }
        let shape = [channels, moved(rows, height, stride[0], 0)?, moved(columns, width, stride[1], 0)?];
        let operator = if kind == Pool::Max { "MaxPool" } else { "AveragePool" };
        self.push(operator, vec![], window([height, width], stride, pad));
        self.flow.shape = shape;
        Ok(())
    }

    /// The first mark of a residual block is its entrance. A block that changes the size has two more: the end
    /// of its convolutions, and the way back to the entrance.
    fn mark(&mut self) -> Result<()> {
        match (&self.tagged, &mut self.main) {
            (None, None) => self.tagged = Some(self.flow.clone()),
            (Some(_), main @ None) => *main = Some((self.flow.clone(), Shortcut::Tagged)),
            (Some(tagged), Some((_, shortcut))) if *shortcut == Shortcut::Tagged => {
                self.flow = tagged.clone();
                *shortcut = Shortcut::Entered;
            }
            _ => return Err(ConvertError::Unsupported("marks that are not of residual blocks".into())),
        }
        Ok(())
    }

    /// dlib adds pictures of different size: what one lacks, on the right, below and in the last channels, counts
    /// as zero.
    fn add_marked(&mut self) -> Result<()> {
        let other = match (self.tagged.take(), self.main.take()) {
            (Some(tagged), None) => tagged,
            (Some(_), Some((main, Shortcut::Entered))) => main,
            _ => return Err(ConvertError::Malformed("it adds what was not marked")),
        };
        let shape = std::array::from_fn(|axis| self.flow.shape[axis].max(other.shape[axis]));
        self.pad_to(shape);
        let here = std::mem::replace(&mut self.flow, other);
        self.pad_to(shape);
        let there = std::mem::replace(&mut self.flow, here);
        self.push("Add", vec![], vec![]);
        if let Some(add) = self.graph.nodes.last_mut() {
            add.inputs.push(there.name);
        }
        Ok(())
    }

    fn pad_to(&mut self, shape: [usize; 3]) {
        let [c, h, w] = std::array::from_fn(|axis| (shape[axis] - self.flow.shape[axis]) as i64);
        if [c, h, w] != [0; 3] {
            self.push("Pad", vec![Constant::integers(vec![0, 0, 0, 0, 0, c, h, w])], vec![]);
            self.flow.shape = shape;
        }
    }

    fn fully_connected(&mut self, inputs: usize, outputs: usize, weights: &[f32]) -> Result<()> {
        if self.flow.shape != [inputs, 1, 1] {
            return Err(ConvertError::Malformed("a fully connected layer has another count of inputs"));
        }
        self.push("Flatten", vec![], vec![]);
        let weights = Constant { shape: vec![inputs, outputs], values: Values::F32(weights.to_vec()) };
        self.push("Gemm", vec![weights], vec![]);
        self.flow.shape = [outputs, 1, 1];
        Ok(())
    }
}

/// Length of a side after a window moved over it.
fn moved(side: usize, window: usize, stride: usize, pad: usize) -> Result<usize> {
    let padded = pad.checked_mul(2).and_then(|p| p.checked_add(side));
    let steps = padded.and_then(|p| p.checked_sub(window)?.checked_div(stride));
    steps.map(|s| s + 1).ok_or(ConvertError::Malformed("a window does not fit its picture"))
}

fn window(size: [usize; 2], stride: [usize; 2], pad: [usize; 2]) -> Vec<(&'static str, Attribute)> {
    let ints = |values: &[usize]| Attribute::Ints(values.iter().map(|v| *v as i64).collect());
    vec![
        ("kernel_shape", ints(&size)),
        ("pads", ints(&[pad[0], pad[1], pad[0], pad[1]])),
        ("strides", ints(&stride)),
    ]
}
