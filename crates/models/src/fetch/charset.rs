//! Adds an alphabet to a text recogniser whose publisher keeps it in a file of its own.

/// Fields of `ModelProto` and of `StringStringEntryProto`, as protobuf tags (number and wire type 2).
const METADATA_PROPS: u8 = 14 << 3 | 2;
const KEY: u8 = 1 << 3 | 2;
const VALUE: u8 = 2 << 3 | 2;

/// The ONNX file with `character` = the alphabet's lines in its metadata. A repeated field may stand at the
/// end of a protobuf message, so nothing else has to be read. The alphabet itself is covered by the hash of
/// the result.
pub(super) fn add(mut model: Vec<u8>, charset: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(charset);
    let lines: Vec<&str> = text.lines().collect();
    let entry = [field(KEY, b"character"), field(VALUE, lines.join("\n").as_bytes())].concat();
    model.extend(field(METADATA_PROPS, &entry));
    model
}

fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entry_is_appended() {
        let made = add(vec![1, 2, 3], b"a\r\nb\r\n");
        assert_eq!(made, b"\x01\x02\x03\x72\x10\x0a\x09character\x12\x03a\nb");
        assert_eq!(field(KEY, &[7; 300])[..3], [KEY, 0xac, 0x02]);
    }
}
