//! Bounds-checked access to FlatBuffers tables: just what reading a TFLite file takes.
//!
//! Every access may meet damaged bytes and answers with an error instead of reading outside of them.

use super::ConvertError;

type Result<T> = std::result::Result<T, ConvertError>;

const OUT_OF_BOUNDS: ConvertError = ConvertError::Malformed("a reference points outside of the file");

/// A table; fields are named by their slot, the position in the schema.
#[derive(Clone, Copy)]
pub(super) struct Table<'b> {
    buffer: &'b [u8],
    at: usize,
    vtable: usize,
}

fn bytes<const N: usize>(buffer: &[u8], at: usize) -> Result<[u8; N]> {
    let end = at.checked_add(N).ok_or(OUT_OF_BOUNDS)?;
    buffer.get(at..end).and_then(|b| b.try_into().ok()).ok_or(OUT_OF_BOUNDS)
}

/// The position that the unsigned offset stored at `at` points to.
fn follow(buffer: &[u8], at: usize) -> Result<usize> {
    let offset = u32::from_le_bytes(bytes(buffer, at)?) as usize;
    at.checked_add(offset).filter(|to| *to < buffer.len()).ok_or(OUT_OF_BOUNDS)
}

impl<'b> Table<'b> {
    /// The root of a file with the given four-byte identifier.
    pub(super) fn root(buffer: &'b [u8], identifier: &[u8; 4]) -> Result<Self> {
        if buffer.get(4..8) != Some(identifier) {
            return Err(ConvertError::Malformed("it does not start like one"));
        }
        Self::at(buffer, follow(buffer, 0)?)
    }

    fn at(buffer: &'b [u8], at: usize) -> Result<Self> {
        let back = i64::from(i32::from_le_bytes(bytes(buffer, at)?));
        let vtable = i64::try_from(at).ok().and_then(|at| usize::try_from(at.checked_sub(back)?).ok());
        Ok(Self { buffer, at, vtable: vtable.ok_or(OUT_OF_BOUNDS)? })
    }

    /// Where the field's value lies; absent when it has its default.
    fn field(&self, slot: usize) -> Result<Option<usize>> {
        let entry = 4 + 2 * slot;
        let size = usize::from(u16::from_le_bytes(bytes(self.buffer, self.vtable)?));
        if entry + 2 > size {
            return Ok(None);
        }
        match u16::from_le_bytes(bytes(self.buffer, self.vtable + entry)?) {
            0 => Ok(None),
            offset => Ok(Some(self.at + usize::from(offset))),
        }
    }

    pub(super) fn i8(&self, slot: usize) -> Result<i8> {
        self.field(slot)?.map_or(Ok(0), |at| Ok(i8::from_le_bytes(bytes(self.buffer, at)?)))
    }

    pub(super) fn i32_or(&self, slot: usize, default: i32) -> Result<i32> {
        self.field(slot)?.map_or(Ok(default), |at| Ok(i32::from_le_bytes(bytes(self.buffer, at)?)))
    }

    pub(super) fn u32(&self, slot: usize) -> Result<u32> {
        self.field(slot)?.map_or(Ok(0), |at| Ok(u32::from_le_bytes(bytes(self.buffer, at)?)))
    }

    pub(super) fn table(&self, slot: usize) -> Result<Option<Table<'b>>> {
        self.field(slot)?.map(|at| Self::at(self.buffer, follow(self.buffer, at)?)).transpose()
    }

    /// Start and count of a vector whose items take `size` bytes each.
    fn vector(&self, slot: usize, size: usize) -> Result<(usize, usize)> {
        let Some(at) = self.field(slot)? else { return Ok((0, 0)) };
        let at = follow(self.buffer, at)?;
        let count = u32::from_le_bytes(bytes(self.buffer, at)?) as usize;
        let start = at + 4;
        let end = count.checked_mul(size).and_then(|length| length.checked_add(start));
        end.filter(|end| *end <= self.buffer.len()).map(|_| (start, count)).ok_or(OUT_OF_BOUNDS)
    }

    pub(super) fn bytes(&self, slot: usize) -> Result<&'b [u8]> {
        let (start, count) = self.vector(slot, 1)?;
        self.buffer.get(start..start + count).ok_or(OUT_OF_BOUNDS)
    }

    pub(super) fn string(&self, slot: usize) -> Result<&'b str> {
        std::str::from_utf8(self.bytes(slot)?).map_err(|_| ConvertError::Malformed("a name is not text"))
    }

    pub(super) fn i32s(&self, slot: usize) -> Result<Vec<i32>> {
        let (start, count) = self.vector(slot, 4)?;
        (0..count).map(|i| Ok(i32::from_le_bytes(bytes(self.buffer, start + 4 * i)?))).collect()
    }

    pub(super) fn tables(&self, slot: usize) -> Result<Vec<Table<'b>>> {
        let (start, count) = self.vector(slot, 4)?;
        (0..count).map(|i| Self::at(self.buffer, follow(self.buffer, start + 4 * i)?)).collect()
    }
}
