use super::*;

use std::num::NonZeroUsize;

use bonafide_checks::models::{Backend, Models, Task, Tensor, Weights};
use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, WIPOffset};
use proptest::prelude::*;

type Offset = WIPOffset<TableFinishedWIPOffset>;

/// A value of a table's field.
enum Field {
    Byte(i8),
    Int(i32),
    Child(Offset),
    Ints(Vec<i32>),
    Bytes(Vec<u8>),
    Text(&'static str),
    Children(Vec<Offset>),
}

fn table(builder: &mut FlatBufferBuilder<'_>, fields: Vec<(u16, Field)>) -> Offset {
    enum Ready {
        Byte(i8),
        Int(i32),
        At(WIPOffset<flatbuffers::UnionWIPOffset>),
    }
    let ready: Vec<(u16, Ready)> = fields
        .into_iter()
        .map(|(slot, field)| {
            let ready = match field {
                Field::Byte(value) => Ready::Byte(value),
                Field::Int(value) => Ready::Int(value),
                Field::Child(child) => Ready::At(child.as_union_value()),
                Field::Ints(values) => Ready::At(builder.create_vector(&values).as_union_value()),
                Field::Bytes(values) => Ready::At(builder.create_vector(&values).as_union_value()),
                Field::Text(text) => Ready::At(builder.create_string(text).as_union_value()),
                Field::Children(children) => Ready::At(builder.create_vector(&children).as_union_value()),
            };
            (4 + 2 * slot, ready)
        })
        .collect();
    let start = builder.start_table();
    for (slot, value) in ready {
        match value {
            Ready::Byte(value) => builder.push_slot_always(slot, value),
            Ready::Int(value) => builder.push_slot_always(slot, value),
            Ready::At(offset) => builder.push_slot_always(slot, offset),
        }
    }
    let end = builder.end_table(start);
    WIPOffset::new(end.value())
}

/// A depthwise 3×3 convolution of ones (stored in half precision, padding SAME, stride 2, bias -1, ReLU6)
/// on a 4×4 picture of two channels.
fn small_network(depthwise_code: i8) -> Vec<u8> {
    let b = &mut FlatBufferBuilder::new();
    let ones: Vec<u8> = [0x00, 0x3c].repeat(18);
    let bias: Vec<u8> = [-1f32; 2].iter().flat_map(|v| v.to_le_bytes()).collect();
    let buffers = [vec![], ones, bias].map(|data| table(b, vec![(0, Field::Bytes(data))])).to_vec();

    let mut tensor = |shape: &[i32], kind: i8, buffer: i32, name: &'static str| {
        let fields = vec![
            (0, Field::Ints(shape.to_vec())),
            (1, Field::Byte(kind)),
            (2, Field::Int(buffer)),
            (3, Field::Text(name)),
        ];
        table(b, fields)
    };
    let tensors = vec![
        tensor(&[1, 4, 4, 2], 0, 0, "picture"),
        tensor(&[1, 3, 3, 2], 1, 1, "half"),
        tensor(&[1, 3, 3, 2], 0, 0, "weights"),
        tensor(&[2], 0, 2, "bias"),
        tensor(&[1, 2, 2, 2], 0, 0, "sums"),
    ];
    // Padding SAME, strides 2 and 2, multiplier 1, ReLU6.
    let options = vec![(0, Field::Byte(0)), (1, Field::Int(2)), (2, Field::Int(2)), (3, Field::Int(1))];
    let options = table(b, options.into_iter().chain([(4, Field::Byte(3))]).collect());
    let widen = vec![(0, Field::Int(0)), (1, Field::Ints(vec![1])), (2, Field::Ints(vec![2]))];
    let convolve = vec![
        (0, Field::Int(1)),
        (1, Field::Ints(vec![0, 2, 3])),
        (2, Field::Ints(vec![4])),
        (3, Field::Byte(2)),
        (4, Field::Child(options)),
    ];
    let operators = vec![table(b, widen), table(b, convolve)];
    let graph = vec![
        (0, Field::Children(tensors)),
        (1, Field::Ints(vec![0])),
        (2, Field::Ints(vec![4])),
        (3, Field::Children(operators)),
    ];
    let graph = table(b, graph);
    let codes = [6, depthwise_code].map(|code| table(b, vec![(0, Field::Byte(code))])).to_vec();
    let model = vec![
        (0, Field::Int(3)),
        (1, Field::Children(codes)),
        (2, Field::Children(vec![graph])),
        (4, Field::Children(buffers)),
    ];
    let model = table(b, model);
    b.finish(model, Some("TFL3"));
    b.finished_data().to_vec()
}

#[test]
fn a_converted_network_computes_what_tflite_defines() {
    let onnx = to_onnx(&small_network(4)).unwrap();
    let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
    let bytes = onnx.clone();
    let weights = move || Weights {
        name: "small".into(),
        sha256: String::new(),
        bytes: bytes.clone(),
        settings: std::collections::BTreeMap::new(),
    };
    builder.insert(Task::Age, move || Ok(weights()));
    let models = builder.build();
    let model = models.get(Task::Age).unwrap();
    // Ones in the first channel, twos in the second.
    let picture = Tensor { shape: vec![1, 2, 4, 4], data: [[1.0; 16], [2.0; 16]].concat() };
    let outputs = model.run(&[("picture", picture)]).unwrap();
    // SAME adds one row below and one column to the right: 9, 6, 6 and 4 cells; minus one; at most 6.
    let expected = vec![6.0, 6.0, 5.0, 6.0, 5.0, 6.0, 3.0, 6.0];
    assert_eq!(outputs["sums"], Tensor { shape: vec![1, 2, 2, 2], data: expected });
    assert_eq!(to_onnx(&small_network(4)).unwrap(), onnx, "the same bytes every time");
}

#[test]
fn what_is_not_known_is_named() {
    let error = to_onnx(&small_network(99)).unwrap_err();
    assert_eq!(error.to_string(), "the TFLite file uses operator 99, which the converter does not know");
    assert!(matches!(to_onnx(b"not a network at all"), Err(ConvertError::Malformed(_))));
    assert!(matches!(to_onnx(&[]), Err(ConvertError::Malformed(_))));
}

proptest! {
    #[test]
    fn damaged_files_never_panic(
        at in 0usize..1000, value in any::<u8>(), cut in 0usize..1200, second in any::<(u16, u8)>()
    ) {
        let mut file = small_network(4);
        let length = file.len();
        file[at % length] = value;
        file[usize::from(second.0) % length] = second.1;
        file.truncate(cut.max(8));
        let _ = to_onnx(&file);
    }
}
