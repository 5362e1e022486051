use super::*;

use std::num::NonZeroUsize;

use bonafide_checks::models::{Backend, Models, Task, Tensor, Weights};
use proptest::prelude::*;

/// Writes what dlib writes.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn int(&mut self, value: i64) {
        let bytes = value.unsigned_abs().to_le_bytes();
        let count = 8 - value.unsigned_abs().leading_zeros() as usize / 8;
        self.0.push(count as u8 | if value < 0 { 0x80 } else { 0 });
        self.0.extend(&bytes[..count]);
    }

    fn ints(&mut self, values: &[i64]) {
        values.iter().for_each(|v| self.int(*v));
    }

    fn text(&mut self, text: &str) {
        self.int(text.len() as i64);
        self.0.extend(text.bytes());
    }

    /// A float that is a whole number of sixteenths.
    fn float(&mut self, value: f64) {
        self.ints(&[(value * 16.0) as i64, -4]);
    }

    fn tensor(&mut self, values: &[f32]) {
        self.ints(&[2, values.len() as i64, 1, 1, i64::from(!values.is_empty())]);
        self.0.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    }

    fn state(&mut self) {
        self.0.extend(b"110");
        (0..3).for_each(|_| self.tensor(&[]));
    }

    fn convolution(&mut self, shape: [i64; 4], weights: &[f32], stride: i64, pad: i64) {
        let [filters, _, rows, columns] = shape;
        self.text("con_4");
        self.tensor(&[weights, &vec![0.5; filters as usize]].concat());
        self.ints(&[filters, rows, columns, stride, stride, pad, pad]);
        self.ints(&[1, shape[0], shape[1], shape[2], shape[3]]);
        self.ints(&[1, 1, filters, 1, 1]);
        (0..4).for_each(|_| self.float(1.0));
    }
}

/// A 6×6 picture to one number a channel: a first convolution (three channels, 1×1, each channel by itself) with its
/// affine layer, a residual block that halves the size, mean, and a fully connected layer of ones.
fn small_network() -> Vec<u8> {
    let mut w = Writer::default();
    w.int(1);
    w.text("loss_metric_2");
    w.float(0.5);
    w.float(0.5);
    // From the end: fully connected, mean, add; pool, skip, tag; convolution; tag; affine.
    w.ints(&[2, 2, 2, 2, 1, 1, 2, 1, 2, 3]);
    w.text("input_rgb_image_sized");
    [16.0, 32.0, 64.0].iter().for_each(|mean| w.float(*mean));
    w.ints(&[6, 6]);
    w.convolution([3, 3, 1, 1], &[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 1, 0);
    w.state();
    w.int(1);
    w.text("affine_");
    w.tensor(&[2.0, 2.0, 2.0, -1.0, -1.0, -1.0]);
    w.ints(&[1, 1, 3, 1, 1]);
    w.ints(&[1, 1, 3, 1, 1]);
    w.int(0);
    w.state();
    // Four channels, the last one of the first's copy; 3×3 without padding and step 2: 2×2 of 6×6.
    let mut weights = vec![0.0; 4 * 3 * 9];
    weights[3 * 27 + 4] = 1.0;
    w.convolution([4, 3, 3, 3], &weights, 2, 0);
    w.state();
    w.text("avg_pool_2");
    w.ints(&[2, 2, 2, 2, 0, 0]);
    w.state();
    w.text("add_prev_");
    w.state();
    w.text("avg_pool_2");
    w.ints(&[0, 0, 1, 1, 0, 0]);
    w.state();
    w.text("fc_2");
    w.ints(&[2, 4]);
    w.tensor(&[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    w.ints(&[1, 4, 2, 1, 1]);
    w.ints(&[1, 0, 0, 0, 0]);
    w.int(1);
    (0..4).for_each(|_| w.float(1.0));
    w.state();
    w.0
}

#[test]
fn a_small_network_computes_what_its_layers_say() {
    let onnx = to_onnx(&small_network()).unwrap();
    let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
    let weights = move || Weights {
        name: "small".into(),
        sha256: String::new(),
        bytes: onnx.clone(),
        settings: std::collections::BTreeMap::new(),
    };
    builder.insert(Task::FaceDescriptor, move || Ok(weights()));
    let models = builder.build();
    let model = models.get(Task::FaceDescriptor).unwrap();
    // Every channel is flat: 272, 288, 320, which the input layer makes 1 each.
    let data = [272.0, 288.0, 320.0].into_iter().flat_map(|v| [v; 36]).collect();
    let out = model.run(&[("data", Tensor { shape: vec![1, 3, 6, 6], data })]).unwrap();
    // 2 (1 + 0.5) − 1 = 2 in each channel. The pooled short cut is 3×3×3 of 2; the convolution adds a bias of 0.5 on
    // its 2×2, and 2 more in its fourth channel. Sums over the 3×3 that remain, each by 9:
    let three = (9.0 * 2.0 + 4.0 * 0.5) / 9.0;
    let fourth = 4.0 * 2.5 / 9.0;
    let expected = [3.0 * three, fourth];
    let found = &out["descriptor"];
    assert_eq!(found.shape, [1, 2]);
    for (found, expected) in found.data.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
}

#[test]
fn what_is_no_network_is_refused() {
    assert_eq!(to_onnx(&[]), Err(ConvertError::Malformed("it ends early")));
    let good = small_network();
    assert!(matches!(to_onnx(&good[..good.len() - 1]), Err(ConvertError::Malformed(_))));
    let longer = [&good[..], &[0]].concat();
    assert_eq!(to_onnx(&longer), Err(ConvertError::Malformed("bytes are left")));
    let mut other = good;
    other[5] = b'x';
    assert!(to_onnx(&other).unwrap_err().to_string().contains("the loss"));
}

proptest! {
    #[test]
    fn damaged_files_never_panic(at in 0usize..2000, value in any::<u8>(), cut in 0usize..2000) {
        let mut file = small_network();
        let length = file.len();
        file[at % length] = value;
        file.truncate(cut.max(4));
        let _ = to_onnx(&file);
    }
}
