//! What goes into a network and comes out.

/// Numbers with a shape, row-major. The product of `shape` is the length of `data`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

impl Tensor {
    /// Whether there are as many numbers as the shape says.
    pub(super) fn is_consistent(&self) -> bool {
        let length = self.shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side));
        length == Some(self.data.len())
    }
}
