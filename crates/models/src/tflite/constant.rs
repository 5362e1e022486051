//! Constants of a TFLite file, as numbers with a shape that can be rearranged.

use super::ConvertError;
use super::schema::{Element, Tensor};
use crate::onnx::{Constant, Values};

type Result<T> = std::result::Result<T, ConvertError>;

impl Constant {
    /// The constant behind a tensor, half precision widened; none for a computed tensor.
    pub(super) fn read(tensor: &Tensor<'_>) -> Result<Option<Self>> {
        if tensor.data.is_empty() {
            return Ok(None);
        }
        let values = match tensor.kind {
            Element::F32 => Values::F32(numbers(tensor.data, f32::from_le_bytes)),
            Element::F16 => Values::F32(numbers(tensor.data, |b| half(u16::from_le_bytes(b)))),
            Element::I32 => Values::I64(numbers(tensor.data, |b| i64::from(i32::from_le_bytes(b)))),
            Element::I64 => Values::I64(numbers(tensor.data, i64::from_le_bytes)),
            Element::Bool => Values::Bool(tensor.data.iter().map(|b| *b != 0).collect()),
            Element::Other(kind) => return Err(ConvertError::Unsupported(format!("numbers of kind {kind}"))),
        };
        let constant = Self { shape: tensor.shape.clone(), values };
        let expected = constant.shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side));
        if expected != Some(constant.len()) {
            return Err(ConvertError::Malformed("a constant does not fill its shape"));
        }
        Ok(Some(constant))
    }

    pub(super) fn len(&self) -> usize {
        match &self.values {
            Values::F32(v) => v.len(),
            Values::I64(v) => v.len(),
            Values::Bool(v) => v.len(),
        }
    }

    /// The same numbers with their axes in another order.
    pub(super) fn transposed(&self, order: &[usize]) -> Result<Self> {
        let wrong = ConvertError::Malformed("a constant has an unexpected number of axes");
        if order.len() != self.shape.len() {
            return Err(wrong);
        }
        let mut strides = vec![1; self.shape.len()];
        for axis in (1..strides.len()).rev() {
            strides[axis - 1] = strides[axis] * self.shape[axis];
        }
        let axes: Option<Vec<(usize, usize)>> =
            order.iter().map(|axis| Some((*self.shape.get(*axis)?, *strides.get(*axis)?))).collect();
        let axes = axes.ok_or(wrong)?;
        let mut sources = vec![0];
        for (side, stride) in &axes {
            sources = sources.iter().flat_map(|at| (0..*side).map(move |i| at + i * stride)).collect();
        }
        fn pick<T: Copy>(values: &[T], sources: &[usize]) -> Vec<T> {
            sources.iter().filter_map(|at| values.get(*at).copied()).collect()
        }
        Ok(Self {
            shape: axes.iter().map(|(side, _)| *side).collect(),
            values: match &self.values {
                Values::F32(v) => Values::F32(pick(v, &sources)),
                Values::I64(v) => Values::I64(pick(v, &sources)),
                Values::Bool(v) => Values::Bool(pick(v, &sources)),
            },
        })
    }

    /// An NHWC constant in the shape in which it meets NCHW tensors in element-wise arithmetic.
    pub(super) fn channels_first(&self) -> Result<Self> {
        match self.shape[..] {
            [_, _, _, _] => self.transposed(&[0, 3, 1, 2]),
            [_, _, _] => {
                let mut turned = self.transposed(&[2, 0, 1])?;
                turned.shape.insert(0, 1);
                Ok(turned)
            }
            [channels] if channels > 1 => Ok(Self { shape: vec![1, channels, 1, 1], ..self.clone() }),
            _ => Ok(self.clone()),
        }
    }
}

fn numbers<const N: usize, T>(bytes: &[u8], one: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| one(*chunk)).collect()
}

/// IEEE 754 half precision to single.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f32::from(bits & 0x3ff);
    let magnitude = match (bits >> 10) & 0x1f {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        exponent => (1024.0 + fraction) * 2f32.powi(i32::from(exponent) - 25),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision() {
        for (bits, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x0400, 6.103_515_6e-5),
            (0x8000, -0.0),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:04x}");
        }
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn transposing_moves_the_numbers() {
        let constant =
            Constant { shape: vec![2, 3], values: Values::F32(vec![0.0, 1.0, 2.0, 10.0, 11.0, 12.0]) };
        let turned = constant.transposed(&[1, 0]).unwrap();
        assert_eq!(turned.shape, [3, 2]);
        assert_eq!(turned.values, Values::F32(vec![0.0, 10.0, 1.0, 11.0, 2.0, 12.0]));
        assert!(constant.transposed(&[0]).is_err());
        assert!(constant.transposed(&[0, 5]).is_err());
    }
}
