//! One TFLite operator at a time to ONNX.

use std::collections::BTreeMap;

use super::ConvertError;
use super::flatbuffer::Table;
use super::schema::{Builtin, Element, Model, Operator, Tensor};
use crate::onnx::{Attribute, Constant, Graph, Node, Values};

type Result<T> = std::result::Result<T, ConvertError>;

/// NHWC axis to NCHW axis.
const CHANNELS_FIRST: [i64; 4] = [0, 2, 3, 1];

pub(super) fn convert(model: &Model<'_>) -> Result<Vec<u8>> {
    let [input] = model.inputs[..] else {
        return Err(ConvertError::Unsupported("more than one input".into()));
    };
    let mut converter = Converter { model, input, dequantized: BTreeMap::new(), graph: Graph::default() };
    let [batch, height, width, channels] = converter.tensor(input)?.shape[..] else {
        return Err(ConvertError::Unsupported("an input that is no picture".into()));
    };
    if converter.tensor(input)?.kind != Element::F32 {
        return Err(ConvertError::Unsupported("an input that is not floating point".into()));
    }
    let name = converter.name(input)?;
    converter.graph.inputs.push((name, vec![batch, channels, height, width]));
    for operator in &model.operators {
        converter.operator(operator)?;
    }
    for output in &model.outputs {
        converter.output(*output)?;
    }
    Ok(converter.graph.encode())
}

struct Converter<'m, 'b> {
    model: &'m Model<'b>,
    input: usize,
    /// Tensors that are the full-precision copy of another one.
    dequantized: BTreeMap<usize, usize>,
    graph: Graph,
}

impl<'m, 'b> Converter<'m, 'b> {
    fn tensor(&self, index: usize) -> Result<&'m Tensor<'b>> {
        self.model
            .tensors
            .get(index)
            .ok_or(ConvertError::Malformed("it refers to a tensor that is not there"))
    }

    /// Inputs and outputs keep their names; what lies between is numbered.
    fn name(&self, index: usize) -> Result<String> {
        if index == self.input { Ok(self.tensor(index)?.name.to_owned()) } else { Ok(format!("t{index}")) }
    }

    /// The constant behind a tensor in TFLite's layout; none for a computed one.
    fn constant(&self, index: usize) -> Result<Option<Constant>> {
        Constant::read(self.tensor(*self.dequantized.get(&index).unwrap_or(&index))?)
    }

    fn required(&self, index: usize) -> Result<Constant> {
        self.constant(index)?.ok_or_else(|| ConvertError::Unsupported("computed weights".into()))
    }

    /// Adds a constant; gives its name.
    fn add(&mut self, constant: Constant) -> String {
        let name = format!("c{}", self.graph.constants.len());
        self.graph.constants.push((name.clone(), constant));
        name
    }

    /// The name of an operand of element-wise arithmetic.
    fn operand(&mut self, index: usize) -> Result<String> {
        match self.constant(index)? {
            Some(constant) => Ok(self.add(constant.channels_first()?)),
            None => self.name(index),
        }
    }

    fn push(
        &mut self,
        operator: &'static str,
        inputs: Vec<String>,
        output: String,
        attributes: Vec<(&'static str, Attribute)>,
    ) {
        self.graph.nodes.push(Node { operator, inputs, output, attributes });
    }

    /// Adds an operator and the activation fused into it: none 0, ReLU 1, ReLU6 3.
    fn push_activated(
        &mut self,
        operator: &'static str,
        inputs: Vec<String>,
        output: String,
        attributes: Vec<(&'static str, Attribute)>,
        activation: i8,
    ) -> Result<()> {
        if activation == 0 {
            self.push(operator, inputs, output, attributes);
            return Ok(());
        }
        let before = format!("{output}_pre");
        self.push(operator, inputs, before.clone(), attributes);
        match activation {
            1 => self.push("Relu", vec![before], output, vec![]),
            3 => {
                let (low, high) = (self.add(Constant::scalar(0.0)), self.add(Constant::scalar(6.0)));
                self.push("Clip", vec![before, low, high], output, vec![]);
            }
            other => return Err(ConvertError::Unsupported(format!("activation {other}"))),
        }
        Ok(())
    }

    fn operator(&mut self, operator: &Operator<'b>) -> Result<()> {
        let [output] = operator.outputs[..] else {
            return Err(ConvertError::Unsupported("an operator with several outputs".into()));
        };
        let input = |position: usize| {
            let missing = ConvertError::Malformed("an operator lacks an input");
            operator.inputs.get(position).copied().flatten().ok_or(missing)
        };
        let options = || operator.options.ok_or(ConvertError::Malformed("an operator lacks its settings"));
        let name = self.name(output)?;
        match operator.kind {
            Builtin::Dequantize => {
                self.dequantized.insert(output, input(0)?);
            }
            Builtin::Conv2d => self.convolution(operator, false, name)?,
            Builtin::DepthwiseConv2d => self.convolution(operator, true, name)?,
            Builtin::MaxPool2d => {
                let window = Window::of(&options()?, [(Some(4), 2), (Some(3), 1)], None)?;
                let picture = picture(self.tensor(input(0)?)?)?;
                let attributes = vec![
                    ("kernel_shape", window.kernel()),
                    ("pads", window.pads(picture)?),
                    ("strides", window.strides()),
                ];
                let inputs = vec![self.name(input(0)?)?];
                self.push_activated("MaxPool", inputs, name, attributes, options()?.i8(5)?)?;
            }
            Builtin::Prelu => {
                let mut slope = self.required(input(1)?)?.channels_first()?;
                // Without the batch axis: ONNX spreads the slope over it.
                if slope.shape.len() != 4 || slope.shape.remove(0) != 1 {
                    return Err(ConvertError::Unsupported("a slope that is not per channel".into()));
                }
                let inputs = vec![self.name(input(0)?)?, self.add(slope)];
                self.push("PRelu", inputs, name, vec![]);
            }
            Builtin::Relu => self.push("Relu", vec![self.name(input(0)?)?], name, vec![]),
            Builtin::Pad => {
                let pads = self.pads(input(1)?)?;
                let inputs = vec![self.name(input(0)?)?, self.add(pads)];
                self.push("Pad", inputs, name, vec![]);
            }
            Builtin::Add | Builtin::Mul => {
                let kind = if operator.kind == Builtin::Add { "Add" } else { "Mul" };
                let inputs = vec![self.operand(input(0)?)?, self.operand(input(1)?)?];
                let activation = operator.options.map_or(Ok(0), |o| o.i8(0))?;
                self.push_activated(kind, inputs, name, vec![], activation)?;
            }
            Builtin::Concatenation => {
                let shape = &self.tensor(output)?.shape;
                let axis = axis(options()?.i32_or(0, 0)?, shape.len())?;
                let count = operator.inputs.len();
                let inputs = (0..count).map(|i| self.operand(input(i)?)).collect::<Result<_>>()?;
                let attributes = vec![("axis", Attribute::Int(axis))];
                self.push_activated("Concat", inputs, name, attributes, options()?.i8(1)?)?;
            }
            Builtin::Greater => {
                let inputs = vec![self.operand(input(0)?)?, self.operand(input(1)?)?];
                self.push("Greater", inputs, name, vec![]);
            }
            Builtin::Select => {
                let inputs = (0..3).map(|i| self.operand(input(i)?)).collect::<Result<_>>()?;
                self.push("Where", inputs, name, vec![]);
            }
            Builtin::Reshape => {
                let mut source = self.name(input(0)?)?;
                if self.tensor(input(0)?)?.shape.len() == 4 {
                    source = self.channels_last(source, format!("{name}_nhwc"));
                }
                let shape = &self.tensor(output)?.shape;
                let shape = Constant::integers(shape.iter().map(|side| *side as i64).collect());
                if shape.len() == 4 {
                    return Err(ConvertError::Unsupported("a reshape to a picture".into()));
                }
                let inputs = vec![source, self.add(shape)];
                self.push("Reshape", inputs, name, vec![]);
            }
            Builtin::FullyConnected => {
                if self.tensor(input(0)?)?.shape.len() != 2 {
                    return Err(ConvertError::Unsupported("a fully connected layer on a picture".into()));
                }
                let mut inputs = vec![self.name(input(0)?)?];
                let weights = self.required(input(1)?)?;
                inputs.push(self.add(weights));
                if let Ok(bias) = input(2) {
                    let bias = self.required(bias)?;
                    inputs.push(self.add(bias));
                }
                let attributes = vec![("transB", Attribute::Int(1))];
                self.push_activated("Gemm", inputs, name, attributes, options()?.i8(0)?)?;
            }
        }
        Ok(())
    }

    fn convolution(&mut self, operator: &Operator<'b>, depthwise: bool, output: String) -> Result<()> {
        let (Some(Some(source)), Some(Some(weights))) = (operator.inputs.first(), operator.inputs.get(1))
        else {
            return Err(ConvertError::Malformed("an operator lacks an input"));
        };
        let options = operator.options.ok_or(ConvertError::Malformed("an operator lacks its settings"))?;
        // TFLite: out, height, width, in; depthwise: 1, height, width, out. ONNX: out, in, height, width.
        let order = if depthwise { [3, 0, 1, 2] } else { [0, 3, 1, 2] };
        let kernel = self.required(*weights)?.transposed(&order)?;
        let [_, _, height, width] = kernel.shape[..] else {
            return Err(ConvertError::Malformed("a convolution's weights have an unexpected shape"));
        };
        let dilation = if depthwise { (6, 5) } else { (5, 4) };
        let window = Window {
            kernel: [height, width],
            ..Window::of(&options, [(None, 2), (None, 1)], Some(dilation))?
        };
        let source_tensor = self.tensor(*source)?;
        let groups = if depthwise { source_tensor.shape.get(3).copied().unwrap_or(1) } else { 1 };
        let attributes = vec![
            ("dilations", Attribute::Ints(window.dilation.map(|d| d as i64).to_vec())),
            ("group", Attribute::Int(groups as i64)),
            ("kernel_shape", window.kernel()),
            ("pads", window.pads(picture(source_tensor)?)?),
            ("strides", window.strides()),
        ];
        let mut inputs = vec![self.name(*source)?, self.add(kernel)];
        if let Some(Some(bias)) = operator.inputs.get(2) {
            let bias = self.required(*bias)?;
            inputs.push(self.add(bias));
        }
        let activation = options.i8(if depthwise { 4 } else { 3 })?;
        self.push_activated("Conv", inputs, output, attributes, activation)
    }

    /// TFLite lists before and after per axis, ONNX all befores and then all afters.
    fn pads(&self, index: usize) -> Result<Constant> {
        let pads = self.required(index)?;
        let (Values::I64(values), [axes, 2]) = (&pads.values, &pads.shape[..]) else {
            return Err(ConvertError::Malformed("a padding has an unexpected shape"));
        };
        let pairs = values.as_chunks::<2>().0;
        let pairs = match pairs {
            [batch, height, width, channel] if *axes == 4 => vec![*batch, *channel, *height, *width],
            _ => pairs.to_vec(),
        };
        Ok(Constant::integers(pairs.iter().map(|p| p[0]).chain(pairs.iter().map(|p| p[1])).collect()))
    }

    fn channels_last(&mut self, from: String, to: String) -> String {
        let order = Attribute::Ints(CHANNELS_FIRST.to_vec());
        self.push("Transpose", vec![from], to.clone(), vec![("perm", order)]);
        to
    }

    fn output(&mut self, index: usize) -> Result<()> {
        let tensor = self.tensor(index)?;
        let (from, to) = (self.name(index)?, tensor.name.to_owned());
        if tensor.shape.len() == 4 {
            self.channels_last(from, to.clone());
        } else {
            self.push("Identity", vec![from], to.clone(), vec![]);
        }
        self.graph.outputs.push((to, tensor.shape.clone()));
        Ok(())
    }
}

/// The axis of a concatenation in ONNX's order.
fn axis(axis: i32, rank: usize) -> Result<i64> {
    let wrong = ConvertError::Malformed("a concatenation along an axis that is not there");
    let counted = if axis < 0 { i64::from(axis) + rank as i64 } else { i64::from(axis) };
    let counted = usize::try_from(counted).ok().filter(|axis| *axis < rank).ok_or(wrong)?;
    // Transposing to NHWC takes axis i from CHANNELS_FIRST[i], so that is where NHWC axis i lies.
    Ok(if rank == 4 { CHANNELS_FIRST[counted] } else { counted as i64 })
}

/// Height and width of a picture tensor.
fn picture(tensor: &Tensor<'_>) -> Result<[usize; 2]> {
    match tensor.shape[..] {
        [_, height, width, _] => Ok([height, width]),
        _ => Err(ConvertError::Malformed("a picture operator works on something else")),
    }
}

/// How a kernel moves over a picture; height first.
struct Window {
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    /// SAME keeps the picture's size (divided by the stride), VALID adds nothing.
    same: bool,
}

impl Window {
    /// Reads the settings: for height and width the slots of kernel and stride, then those of dilation.
    /// A convolution's kernel is the size of its weights instead.
    fn of(
        options: &Table<'_>,
        slots: [(Option<usize>, usize); 2],
        dilation: Option<(usize, usize)>,
    ) -> Result<Self> {
        let positive = |slot: usize, default: i32| {
            let value = usize::try_from(options.i32_or(slot, default)?).ok().filter(|v| *v > 0);
            value.ok_or(ConvertError::Malformed("a size or step is not positive"))
        };
        let [(height, down), (width, across)] = slots;
        let kernel = |slot: Option<usize>| slot.map_or(Ok(1), |slot| positive(slot, 0));
        Ok(Self {
            kernel: [kernel(height)?, kernel(width)?],
            stride: [positive(down, 0)?, positive(across, 0)?],
            dilation: match dilation {
                Some((height, width)) => [positive(height, 1)?, positive(width, 1)?],
                None => [1, 1],
            },
            same: match options.i8(0)? {
                0 => true,
                1 => false,
                other => return Err(ConvertError::Unsupported(format!("padding {other}"))),
            },
        })
    }

    fn kernel(&self) -> Attribute {
        Attribute::Ints(self.kernel.map(|k| k as i64).to_vec())
    }

    fn strides(&self) -> Attribute {
        Attribute::Ints(self.stride.map(|s| s as i64).to_vec())
    }

    /// Top, left, bottom, right. Where the total is odd, TFLite puts the larger half after.
    fn pads(&self, picture: [usize; 2]) -> Result<Attribute> {
        let mut totals = [0; 2];
        if self.same {
            for (axis, total) in totals.iter_mut().enumerate() {
                let steps = picture[axis].div_ceil(self.stride[axis]).saturating_sub(1);
                let reach = self.kernel[axis].saturating_sub(1).checked_mul(self.dilation[axis]);
                let covered = steps.checked_mul(self.stride[axis]).zip(reach);
                let covered = covered.and_then(|(a, b)| a.checked_add(b)?.checked_add(1));
                let wrong = ConvertError::Malformed("a size or step is too large");
                *total = covered.ok_or(wrong)?.saturating_sub(picture[axis]) as i64;
            }
        }
        let [vertical, horizontal] = totals;
        let (top, left) = (vertical / 2, horizontal / 2);
        Ok(Attribute::Ints(vec![top, left, vertical - top, horizontal - left]))
    }
}
