//! dlib's serialisation of numbers, texts and tensors.

use super::{ConvertError, Result};

const ENDS: ConvertError = ConvertError::Malformed("it ends early");

pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Result<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ENDS)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A control byte (bit 7 the sign, bits 0 to 3 the count of bytes that follow), then the number's bytes,
    /// least significant first.
    pub(super) fn int(&mut self) -> Result<i64> {
        let [control] = self.take(1)? else { return Err(ENDS) };
        let count = usize::from(control & 0x0f);
        if control & 0x70 != 0 || count > 8 {
            return Err(ConvertError::Malformed("a number has an unknown form"));
        }
        let value = self.take(count)?.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        let value = i64::try_from(value).map_err(|_| ConvertError::Malformed("a number is out of range"))?;
        Ok(if control & 0x80 == 0 { value } else { -value })
    }

    pub(super) fn size(&mut self) -> Result<usize> {
        usize::try_from(self.int()?).map_err(|_| ConvertError::Malformed("a size is negative"))
    }

    pub(super) fn bool(&mut self) -> Result<bool> {
        match self.take(1)? {
            b"0" => Ok(false),
            b"1" => Ok(true),
            _ => Err(ConvertError::Malformed("a truth value is neither 0 nor 1")),
        }
    }

    /// Mantissa and exponent of two. Special values (dlib: exponents from 32000) are refused.
    pub(super) fn float(&mut self) -> Result<f64> {
        let (mantissa, exponent) = (self.int()?, self.int()?);
        match i32::try_from(exponent) {
            Ok(exponent) if exponent.abs() < 2000 => Ok(mantissa as f64 * 2f64.powi(exponent)),
            _ => Err(ConvertError::Malformed("a number is not finite")),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'b str> {
        let length = self.size()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| ConvertError::Malformed("a name is no text"))
    }

    /// The version that precedes a part; only the ones known may follow.
    pub(super) fn version(&mut self, of: &str, known: i64) -> Result<()> {
        let version = self.int()?;
        if version == known {
            return Ok(());
        }
        Err(ConvertError::Unsupported(format!("version {version} of {of}")))
    }

    /// Numbers in single precision, and their shape: samples, channels, rows, columns.
    pub(super) fn tensor(&mut self) -> Result<([usize; 4], Vec<f32>)> {
        self.version("a tensor", 2)?;
        let shape = self.shape()?;
        let bytes = shape.iter().try_fold(4usize, |product, side| product.checked_mul(*side)).ok_or(ENDS)?;
        let values = self.take(bytes)?.as_chunks::<4>().0;
        Ok((shape, values.iter().map(|b| f32::from_le_bytes(*b)).collect()))
    }

    /// The shape of a part of a tensor.
    pub(super) fn alias(&mut self) -> Result<[usize; 4]> {
        self.version("a part of a tensor", 1)?;
        self.shape()
    }

    fn shape(&mut self) -> Result<[usize; 4]> {
        Ok([self.size()?, self.size()?, self.size()?, self.size()?])
    }
}
