//! The parts of the TFLite schema (version 3) that the converter needs. Numbers are slots of that schema.

use super::ConvertError;
use super::flatbuffer::Table;

type Result<T> = std::result::Result<T, ConvertError>;

/// One network: its only subgraph.
pub(super) struct Model<'b> {
    pub(super) tensors: Vec<Tensor<'b>>,
    pub(super) inputs: Vec<usize>,
    pub(super) outputs: Vec<usize>,
    pub(super) operators: Vec<Operator<'b>>,
}

pub(super) struct Tensor<'b> {
    pub(super) shape: Vec<usize>,
    pub(super) kind: Element,
    pub(super) name: &'b str,
    /// The constant's bytes; empty for a computed tensor.
    pub(super) data: &'b [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    F16,
    I32,
    I64,
    Bool,
    Other(i8),
}

pub(super) struct Operator<'b> {
    pub(super) kind: Builtin,
    /// Tensors; an optional input that was left out is none.
    pub(super) inputs: Vec<Option<usize>>,
    pub(super) outputs: Vec<usize>,
    pub(super) options: Option<Table<'b>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Add,
    Concatenation,
    Conv2d,
    DepthwiseConv2d,
    Dequantize,
    FullyConnected,
    MaxPool2d,
    Mul,
    Relu,
    Reshape,
    Pad,
    Prelu,
    Greater,
    Select,
}

impl Builtin {
    fn from_code(code: i32) -> Result<Self> {
        Ok(match code {
            0 => Self::Add,
            2 => Self::Concatenation,
            3 => Self::Conv2d,
            4 => Self::DepthwiseConv2d,
            6 => Self::Dequantize,
            9 => Self::FullyConnected,
            17 => Self::MaxPool2d,
            18 => Self::Mul,
            19 => Self::Relu,
            22 => Self::Reshape,
            34 => Self::Pad,
            54 => Self::Prelu,
            61 => Self::Greater,
            64 => Self::Select,
            other => return Err(ConvertError::Unsupported(format!("operator {other}"))),
        })
    }
}

/// A reference by number to something that exists `count` times.
fn index(number: i32, count: usize) -> Result<usize> {
    usize::try_from(number)
        .ok()
        .filter(|number| *number < count)
        .ok_or(ConvertError::Malformed("it refers to a tensor that is not there"))
}

impl<'b> Model<'b> {
    pub(super) fn read(file: &'b [u8]) -> Result<Self> {
        let model = Table::root(file, b"TFL3")?;
        let [graph] = model.tables(2)?[..] else {
            return Err(ConvertError::Unsupported("more than one subgraph".into()));
        };
        let buffers = model.tables(4)?.iter().map(|b| b.bytes(0)).collect::<Result<Vec<_>>>()?;
        let codes = model.tables(1)?.iter().map(operator_code).collect::<Result<Vec<_>>>()?;
        let tensors =
            graph.tables(0)?.iter().map(|t| Tensor::read(t, &buffers)).collect::<Result<Vec<_>>>()?;
        let all = |numbers: Vec<i32>| -> Result<Vec<usize>> {
            numbers.into_iter().map(|n| index(n, tensors.len())).collect()
        };
        let (inputs, outputs) = (all(graph.i32s(1)?)?, all(graph.i32s(2)?)?);
        let operators = graph.tables(3)?;
        let operators = operators.iter().map(|o| Operator::read(o, &codes, tensors.len()));
        let operators = operators.collect::<Result<_>>()?;
        Ok(Self { inputs, outputs, operators, tensors })
    }
}

/// Old files hold the code in a byte, new ones in a wider field, with the byte as far as it goes.
fn operator_code(code: &Table<'_>) -> Result<i32> {
    Ok(i32::from(code.i8(0)?).max(code.i32_or(3, 0)?))
}

impl<'b> Tensor<'b> {
    fn read(tensor: &Table<'b>, buffers: &[&'b [u8]]) -> Result<Self> {
        let side = |side: i32| usize::try_from(side);
        let shape = tensor.i32s(0)?.into_iter().map(side).collect::<std::result::Result<_, _>>();
        let buffer = buffers.get(tensor.u32(2)? as usize);
        Ok(Self {
            shape: shape.map_err(|_| ConvertError::Malformed("a shape is negative"))?,
            kind: match tensor.i8(1)? {
                0 => Element::F32,
                1 => Element::F16,
                2 => Element::I32,
                4 => Element::I64,
                6 => Element::Bool,
                other => Element::Other(other),
            },
            name: tensor.string(3)?,
            data: buffer.ok_or(ConvertError::Malformed("it refers to a buffer that is not there"))?,
        })
    }
}

impl<'b> Operator<'b> {
    fn read(operator: &Table<'b>, codes: &[i32], tensors: usize) -> Result<Self> {
        let code = codes.get(operator.u32(0)? as usize);
        let code = code.ok_or(ConvertError::Malformed("it refers to an operator that is not there"))?;
        let optional = |number: i32| if number < 0 { Ok(None) } else { index(number, tensors).map(Some) };
        Ok(Self {
            kind: Builtin::from_code(*code)?,
            inputs: operator.i32s(1)?.into_iter().map(optional).collect::<Result<_>>()?,
            outputs: operator.i32s(2)?.into_iter().map(|n| index(n, tensors)).collect::<Result<_>>()?,
            options: operator.table(4)?,
        })
    }
}
