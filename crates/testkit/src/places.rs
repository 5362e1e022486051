//! An invented file of internet addresses and their places, in the MaxMind DB format (version 2).

use std::net::IpAddr;

use serde_json::{Value, json};

/// What follows in the tree where a bit is read: nothing known, another node, or a record.
#[derive(Clone, Copy)]
enum Next {
    Nothing,
    Node(usize),
    Record(usize),
}

/// The file that has these records for these networks, such as `("192.0.2.0/24", {"country": …})`. No network lies in
/// another. Numbers are of double precision.
///
/// # Panics
/// When a network is none.
pub fn mmdb(networks: &[(&str, Value)]) -> Vec<u8> {
    let (mut tree, mut records) = (vec![[Next::Nothing; 2]], vec![]);
    for (network, record) in networks {
        let (bits, length) = parse(network);
        let mut node = 0;
        for depth in 0..length {
            let side = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                tree[node][side] = Next::Record(records.len());
            } else if let Next::Node(next) = tree[node][side] {
                node = next;
            } else {
                let next = tree.len();
                tree[node][side] = Next::Node(next);
                tree.push([Next::Nothing; 2]);
                node = next;
            }
        }
        encode(record, &mut records);
    }
    let count = tree.len();
    let mut file = vec![];
    for next in tree.into_iter().flatten() {
        let number = match next {
            Next::Nothing => count,
            Next::Node(node) => node,
            // The 16 bytes between tree and records count.
            Next::Record(at) => count + 16 + at,
        };
        file.extend((number as u32).to_be_bytes());
    }
    file.extend([0; 16]);
    file.append(&mut records);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    metadata(count as u32, &mut file);
    file
}

/// Readers want each number in the width that the format gives it.
fn metadata(nodes: u32, into: &mut Vec<u8>) {
    head(MAP, 9, into);
    for (name, value) in [
        ("binary_format_major_version", 2_u16),
        ("binary_format_minor_version", 0),
        ("ip_version", 6),
        ("record_size", 32),
    ] {
        string(name, into);
        head(U16, 2, into);
        into.extend(value.to_be_bytes());
    }
    string("node_count", into);
    head(U32, 4, into);
    into.extend(nodes.to_be_bytes());
    string("build_epoch", into);
    // 64 bits are of an extended type: 7 + 2.
    into.extend([8, 2]);
    into.extend(1_700_000_000_u64.to_be_bytes());
    for (name, value) in [
        ("database_type", json!("Invented-City")),
        ("description", json!({"en": "invented places"})),
        ("languages", json!(["en"])),
    ] {
        string(name, into);
        encode(&value, into);
    }
}

/// A network's bits in the tree, where IPv4 is `::/96`, and how many of them count.
fn parse(network: &str) -> (u128, u32) {
    let (address, length) = network.split_once('/').expect("address/length");
    let length: u32 = length.parse().expect("a length");
    match address.parse().expect("an address") {
        IpAddr::V4(v4) => (u32::from(v4).into(), length + 96),
        IpAddr::V6(v6) => (v6.into(), length),
    }
}

const STRING: u8 = 2;
const DOUBLE: u8 = 3;
const U16: u8 = 5;
const U32: u8 = 6;
const MAP: u8 = 7;

/// A value of the data section: its type and size, then its bytes.
fn encode(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::String(text) => string(text, into),
        Value::Number(number) => {
            head(DOUBLE, 8, into);
            into.extend(number.as_f64().expect("a number").to_be_bytes());
        }
        Value::Object(members) => {
            head(MAP, members.len(), into);
            for (name, member) in members {
                string(name, into);
                encode(member, into);
            }
        }
        Value::Array(all) => {
            // An array is of an extended type: 7 + 4.
            into.extend([all.len() as u8, 4]);
            all.iter().for_each(|each| encode(each, into));
        }
        Value::Null | Value::Bool(_) => unreachable!("no record holds {value}"),
    }
}

fn string(text: &str, into: &mut Vec<u8>) {
    head(STRING, text.len(), into);
    into.extend(text.as_bytes());
}

fn head(kind: u8, size: usize, into: &mut Vec<u8>) {
    match u8::try_from(size) {
        Ok(size) if size < 29 => into.push(kind << 5 | size),
        Ok(size) => into.extend([kind << 5 | 29, size - 29]),
        Err(_) => unreachable!("nothing here is that long"),
    }
}

/// The address 81.2.69.142 in London, and the network `2a02:cf40::/29` in the United Kingdom.
pub fn london() -> Vec<u8> {
    let kingdom = json!({"iso_code": "GB", "names": {"en": "United Kingdom"}});
    let london = json!({
        "city": {"names": {"en": "London", "fr": "Londres"}}, "country": kingdom,
        "location": {"latitude": 51.5142, "longitude": -0.0931},
        "subdivisions": [{"iso_code": "ENG", "names": {"en": "England"}}],
    });
    mmdb(&[("81.2.69.0/24", london), ("2a02:cf40::/29", json!({ "country": kingdom }))])
}
