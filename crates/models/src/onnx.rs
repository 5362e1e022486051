//! Writes ONNX files: the few protobuf messages of `onnx.proto` that a converted network needs.

/// Numbers that are part of a network, with a shape. The product of `shape` is the count of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Constant {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Values,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Values {
    F32(Vec<f32>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
}

impl Constant {
    pub(crate) fn scalar(value: f32) -> Self {
        Self { shape: vec![], values: Values::F32(vec![value]) }
    }

    pub(crate) fn integers(values: Vec<i64>) -> Self {
        Self { shape: vec![values.len()], values: Values::I64(values) }
    }
}

/// Bytes of one protobuf message.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn int(mut self, field: u64, value: i64) -> Self {
        self.varint(field << 3);
        self.varint(value as u64);
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    fn message(self, field: u64, value: Message) -> Self {
        self.bytes(field, &value.0)
    }

    fn each<T>(self, values: impl IntoIterator<Item = T>, add: impl Fn(Self, T) -> Self) -> Self {
        values.into_iter().fold(self, add)
    }
}

/// `TensorProto.DataType`
const FLOAT: i64 = 1;
const INT64: i64 = 7;
const BOOL: i64 = 9;

/// An operator's setting.
pub(crate) enum Attribute {
    Int(i64),
    Ints(Vec<i64>),
}

pub(crate) struct Node {
    pub(crate) operator: &'static str,
    pub(crate) inputs: Vec<String>,
    pub(crate) output: String,
    pub(crate) attributes: Vec<(&'static str, Attribute)>,
}

/// A network as ONNX sees it. All inputs and outputs are floats.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) constants: Vec<(String, Constant)>,
    pub(crate) inputs: Vec<(String, Vec<usize>)>,
    pub(crate) outputs: Vec<(String, Vec<usize>)>,
}

impl Graph {
    /// The file's bytes: IR version 8, operator set 13.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let graph = Message::default()
            .each(&self.nodes, |m, n| m.message(1, node(n)))
            .text(2, "net")
            .each(&self.constants, |m, (name, constant)| m.message(5, tensor(name, constant)))
            .each(&self.inputs, |m, (name, shape)| m.message(11, value_info(name, shape)))
            .each(&self.outputs, |m, (name, shape)| m.message(12, value_info(name, shape)));
        let operator_set = Message::default().text(1, "").int(2, 13);
        let model =
            Message::default().int(1, 8).text(2, "bonafide").message(7, graph).message(8, operator_set);
        model.0
    }
}

fn node(node: &Node) -> Message {
    Message::default()
        .each(&node.inputs, |m, input| m.text(1, input))
        .text(2, &node.output)
        .text(4, node.operator)
        .each(&node.attributes, |m, (name, value)| {
            let attribute = Message::default().text(1, name);
            m.message(
                5,
                match value {
                    Attribute::Int(value) => attribute.int(3, *value).int(20, 2),
                    Attribute::Ints(values) => attribute.each(values, |m, value| m.int(8, *value)).int(20, 7),
                },
            )
        })
}

fn tensor(name: &str, constant: &Constant) -> Message {
    let (kind, raw): (i64, Vec<u8>) = match &constant.values {
        Values::F32(values) => (FLOAT, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Values::I64(values) => (INT64, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        Values::Bool(values) => (BOOL, values.iter().map(|v| u8::from(*v)).collect()),
    };
    Message::default()
        .each(&constant.shape, |m, side| m.int(1, *side as i64))
        .int(2, kind)
        .text(8, name)
        .bytes(9, &raw)
}

fn value_info(name: &str, shape: &[usize]) -> Message {
    let dimension = |side: &usize| Message::default().int(1, *side as i64);
    let shape = Message::default().each(shape, |m, side| m.message(1, dimension(side)));
    let tensor_type = Message::default().int(1, FLOAT).message(2, shape);
    Message::default().text(1, name).message(2, Message::default().message(1, tensor_type))
}
