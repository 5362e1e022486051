//! Tells ONNX Runtime which numbers of a network are constant.
//!
//! Files of older exporters list every weight as an input too, so that a caller could replace it. ONNX Runtime then
//! may not fold batch normalisation into convolutions; SFace runs a quarter faster without the listing. What is
//! computed stays the same. An ONNX file is one protobuf `ModelProto`: field 7 is the graph, whose field 5 repeats
//! `TensorProto { name = 8 }` and field 11 `ValueInfoProto { name = 1 }`.

use std::collections::BTreeSet;

const GRAPH: u64 = 7;
const INITIALIZER: u64 = 5;
const INPUT: u64 = 11;
const TENSOR_NAME: u64 = 8;
const VALUE_NAME: u64 = 1;

/// The file without inputs that only name a constant; the file itself where there are none, or where its bytes make
/// no sense (which is for the runtime to say).
pub(super) fn fixed(model: &[u8]) -> Option<Vec<u8>> {
    let fields = fields(model)?;
    let graph = fields.iter().find(|f| f.number == GRAPH)?.content?;
    let parts = self::fields(graph)?;
    let named = |of: u64, name: u64| {
        parts.iter().filter(move |f| f.number == of).filter_map(move |f| {
            let inner = self::fields(f.content?)?;
            inner.iter().find(|f| f.number == name)?.content
        })
    };
    let constants: BTreeSet<&[u8]> = named(INITIALIZER, TENSOR_NAME).collect();
    let is_constant = |part: &Field<'_>| {
        part.number == INPUT
            && part.content.and_then(self::fields).is_some_and(|inner| {
                inner
                    .iter()
                    .any(|f| f.number == VALUE_NAME && f.content.is_some_and(|n| constants.contains(n)))
            })
    };
    if !parts.iter().any(is_constant) {
        return None;
    }
    let kept: Vec<u8> = parts.iter().filter(|p| !is_constant(p)).flat_map(|p| p.whole).copied().collect();
    let mut out = Vec::with_capacity(model.len());
    for field in &fields {
        if field.number == GRAPH {
            varint(GRAPH << 3 | 2, &mut out);
            varint(kept.len() as u64, &mut out);
            out.extend_from_slice(&kept);
        } else {
            out.extend_from_slice(field.whole);
        }
    }
    Some(out)
}

struct Field<'m> {
    number: u64,
    /// Tag, length and content.
    whole: &'m [u8],
    /// The content of a length-delimited field.
    content: Option<&'m [u8]>,
}

/// The fields of a message; `None` when it ends early.
fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let (mut rest, mut found) = (message, vec![]);
    while !rest.is_empty() {
        let start = rest;
        let tag = read_varint(&mut rest)?;
        let content = match tag & 7 {
            0 => {
                read_varint(&mut rest)?;
                None
            }
            1 => {
                rest = rest.get(8..)?;
                None
            }
            2 => {
                let length = usize::try_from(read_varint(&mut rest)?).ok()?;
                let (content, after) = rest.split_at_checked(length)?;
                rest = after;
                Some(content)
            }
            5 => {
                rest = rest.get(4..)?;
                None
            }
            _ => return None,
        };
        let whole = start.get(..start.len() - rest.len())?;
        found.push(Field { number: tag >> 3, whole, content });
    }
    Some(found)
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(number: u64, content: &[u8]) -> Vec<u8> {
        let mut out = vec![];
        varint(number << 3 | 2, &mut out);
        varint(content.len() as u64, &mut out);
        out.extend(content);
        out
    }

    fn model(inputs: &[&str]) -> Vec<u8> {
        let inputs: Vec<u8> =
            inputs.iter().flat_map(|n| field(INPUT, &field(VALUE_NAME, n.as_bytes()))).collect();
        let graph = [field(INITIALIZER, &field(TENSOR_NAME, b"weight")), inputs, field(12, b"out")].concat();
        [vec![1 << 3, 8], field(GRAPH, &graph), field(14, b"metadata")].concat()
    }

    #[test]
    fn only_inputs_that_name_a_constant_go() {
        assert_eq!(fixed(&model(&["data", "weight"])), Some(model(&["data"])));
        assert_eq!(fixed(&model(&["data"])), None);
        assert_eq!(fixed(&[]), None);
    }

    proptest! {
        #[test]
        fn damaged_files_never_panic(at in 0usize..60, value in any::<u8>(), cut in 0usize..60) {
            let mut file = model(&["data", "weight"]);
            let length = file.len();
            file[at % length] = value;
            file.truncate(cut);
            fixed(&file);
        }
    }
}
