//! Reads `metadata_props` out of an ONNX file without a runtime, so that both runtimes give the same.
//!
//! An ONNX file is one protobuf `ModelProto`. Field 14 repeats `StringStringEntryProto { key = 1,
//! value = 2 }`. Everything else, the weights above all, is skipped by its length.

use std::collections::BTreeMap;

const METADATA_PROPS: u64 = 14;
const KEY: u64 = 1;
const VALUE: u64 = 2;

/// All entries of a model's metadata. Stops silently where the bytes stop making sense: whether the file
/// is a model at all is for the runtime to say.
pub(super) fn read(model: &[u8]) -> BTreeMap<String, String> {
    let mut entries = BTreeMap::new();
    for (number, bytes) in Fields(model) {
        if number != METADATA_PROPS {
            continue;
        }
        let (mut key, mut value) = (String::new(), String::new());
        for (number, bytes) in Fields(bytes) {
            let text = || String::from_utf8_lossy(bytes).into_owned();
            match number {
                KEY => key = text(),
                VALUE => value = text(),
                _ => {}
            }
        }
        entries.insert(key, value);
    }
    entries
}

/// The length-delimited fields of a protobuf message, as number and bytes; others are passed over.
struct Fields<'m>(&'m [u8]);

impl<'m> Iterator for Fields<'m> {
    type Item = (u64, &'m [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let tag = self.varint()?;
            match tag & 7 {
                0 => {
                    self.varint()?;
                }
                1 => {
                    self.take(8)?;
                }
                2 => {
                    let length = usize::try_from(self.varint()?).ok()?;
                    return Some((tag >> 3, self.take(length)?));
                }
                5 => {
                    self.take(4)?;
                }
                // Groups are long gone from protobuf and ONNX never had any.
                _ => return None,
            }
        }
    }
}

impl<'m> Fields<'m> {
    fn take(&mut self, length: usize) -> Option<&'m [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A field of wire type 2.
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![number << 3 | 2];
        let mut length = bytes.len();
        while length >= 0x80 {
            out.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        out.push(length as u8);
        out.extend(bytes);
        out
    }

    #[test]
    fn finds_entries_among_other_fields() {
        let long = "é".repeat(200);
        let mut model = vec![1 << 3, 0x88, 0x01]; // ir_version = 136, a varint of two bytes
        model.extend(field(7, &[0xff; 300])); // the graph: nonsense, to be skipped
        model.extend(field(14, &[field(1, b"character"), field(2, long.as_bytes())].concat()));
        model.extend([0x0d, 1, 2, 3, 4]); // a fixed32
        model.extend(field(14, &[field(1, b"b"), field(2, b"c")].concat()));
        let read = read(&model);
        assert_eq!(read.get("character"), Some(&long));
        assert_eq!(read.get("b").map(String::as_str), Some("c"));
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn survives_a_length_beyond_the_end() {
        assert!(read(&[14 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]).is_empty());
        assert!(read(&[14 << 3 | 2, 5, 1]).is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}
