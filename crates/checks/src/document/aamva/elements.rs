//! The barcode form: a header, sub-files, and data elements that begin with a three-letter identifier.

use std::collections::BTreeMap;

use bonafide_core::document::DocumentType;

use super::{
    licence::{Licence, ParseError},
    values,
};

/// The identifiers the standard has given, in any version, as ranges of the last letter.
const KNOWN: [(&str, char, char); 5] =
    [("DA", 'A', 'Z'), ("DB", 'A', 'S'), ("DC", 'A', 'U'), ("DD", 'A', 'L'), ("PA", 'A', 'F')];

/// Elements of version 1 that cards hardly carry and whose letters are common inside words. They count
/// where a line begins, not where separators were lost.
const RARE: [&str; 19] = [
    "DAF", "DAL", "DAM", "DAN", "DAO", "DAP", "DBN", "DBO", "DBR", "DBS", "DCM", "DCN", "DCO", "PAA", "PAB",
    "PAC", "PAD", "PAE", "PAF",
];

/// Without a header, this many known elements make a licence.
const ENOUGH: usize = 5;

pub(super) fn parse(payload: &str) -> Result<Licence, ParseError> {
    let header = Header::find(payload);
    let body = header.as_ref().map_or(payload, |h| h.body);
    let mut lines: Vec<&str> = body.split(is_separator(payload, header.as_ref())).map(str::trim).collect();
    if let Some(first) = lines.first_mut() {
        *first = after_designators(first);
    }
    let vendors = header.as_ref().map(|h| h.vendors.as_slice()).unwrap_or_default();

    let mut elements = BTreeMap::new();
    let mut kind = header.as_ref().and_then(|h| h.kind);
    for line in &lines {
        let (designator, line) = designator(line);
        kind = kind.or(designator);
        add(&mut elements, without_vendor_data(line, vendors));
    }
    if elements.len() < ENOUGH {
        let joined = lines.join(" ");
        let unseparated = split_unseparated(without_vendor_data(&joined, vendors));
        if unseparated.len() >= ENOUGH {
            elements = unseparated;
        }
    }
    match header {
        Some(_) if elements.is_empty() => Err(ParseError::Empty),
        None if elements.len() < ENOUGH => Err(ParseError::NotAamva),
        header => Ok(Licence {
            iin: header.as_ref().map(|h| h.iin.to_owned()),
            version: header.as_ref().and_then(|h| h.version),
            document_type: kind.unwrap_or(DocumentType::DriverLicense),
            elements,
        }),
    }
}

/// What stands in front of the first element: file type, IIN, versions and the list of sub-files.
struct Header<'a> {
    iin: &'a str,
    version: Option<u8>,
    kind: Option<DocumentType>,
    /// Designators of the jurisdiction's own sub-files.
    vendors: Vec<&'a str>,
    /// The data element separator the header declares, where it is a printable character.
    separator: Option<char>,
    body: &'a str,
}

impl<'a> Header<'a> {
    fn find(payload: &'a str) -> Option<Self> {
        payload.match_indices(['A', 'a']).find_map(|(at, _)| Self::at(payload, at))
    }

    fn at(payload: &'a str, at: usize) -> Option<Self> {
        let rest = payload.get(at..)?;
        let word = rest.get(..5).filter(|w| w.eq_ignore_ascii_case("AAMVA")).or_else(|| rest.get(..4))?;
        if !word.eq_ignore_ascii_case("AAMVA") && !word.eq_ignore_ascii_case("ANSI") {
            return None;
        }
        let rest = rest.get(word.len()..)?.trim_start_matches(' ');
        let iin = rest.get(..6).filter(|iin| iin.bytes().all(|b| b.is_ascii_digit()))?;
        let mut body = rest.get(6..)?;
        let digits = body.bytes().take_while(u8::is_ascii_digit).count();
        let version = body.get(..2).filter(|_| digits >= 2).and_then(|v| v.parse().ok());
        body = body.get(digits..)?;

        // Version 1 counts its sub-files after the version, later ones after the jurisdiction's version
        // too. Neither count is reliable, so entries are read for as long as they look like entries.
        let (mut kind, mut vendors) = (None, vec![]);
        while let Some(entry) = body.get(..10).filter(|e| is_entry(e)) {
            let name = entry.get(..2)?;
            kind = kind.or(document_type(name));
            if name.starts_with('Z') {
                vendors.push(name);
            }
            body = body.get(10..)?;
        }
        let before = payload.get(..at).and_then(|b| b.rsplit_once('@')).and_then(|(_, b)| b.chars().next());
        let separator = before.filter(|c| c.is_ascii_punctuation());
        Some(Self { iin, version, kind, vendors, separator, body })
    }
}

/// A sub-file entry: two letters, four digits of offset, four of length.
fn is_entry(text: &str) -> bool {
    let (name, numbers) = text.split_at_checked(2).unwrap_or_default();
    name.bytes().all(|b| b.is_ascii_uppercase()) && numbers.bytes().all(|b| b.is_ascii_digit())
}

fn document_type(designator: &str) -> Option<DocumentType> {
    match designator {
        "DL" | "EN" => Some(DocumentType::DriverLicense),
        "ID" => Some(DocumentType::IdentificationCard),
        _ => None,
    }
}

/// Control characters separate (the standard's LF, RS and CR, and what encodings made of them), and
/// the character the header declares.
fn is_separator(payload: &str, header: Option<&Header<'_>>) -> impl Fn(char) -> bool + use<> {
    let declared = header.and_then(|h| h.separator).filter(|c| payload.matches(*c).count() > ENOUGH);
    move |c| c.is_control() || Some(c) == declared
}

/// The text from the first data element on: a header cut short may leave parts of its list in front.
fn after_designators(line: &str) -> &str {
    let begins = |rest: &&str| known(designator(rest).1).is_some();
    (0..line.len()).filter_map(|at| line.get(at..)).find(begins).unwrap_or(line)
}

/// Takes a sub-file's designator off the front of its first element.
fn designator(line: &str) -> (Option<DocumentType>, &str) {
    match line.split_at_checked(2) {
        Some((name, rest)) if document_type(name).is_some() && (rest.is_empty() || known(rest).is_some()) => {
            (document_type(name), rest)
        }
        _ => (None, line),
    }
}

/// The element identifier a text begins with.
fn known(text: &str) -> Option<&str> {
    let tag = text.get(..3)?;
    let last = tag.chars().last()?;
    KNOWN
        .iter()
        .any(|(group, from, to)| tag.starts_with(group) && (*from..=*to).contains(&last))
        .then_some(tag)
}

/// Cuts a line where the jurisdiction's own sub-file begins: its designator twice, once as the
/// sub-file's and once as the first two letters of an element.
fn without_vendor_data<'a>(line: &'a str, vendors: &[&str]) -> &'a str {
    let start = vendors.iter().filter_map(|v| line.find(&v.repeat(2))).min();
    line.get(..start.unwrap_or(line.len())).unwrap_or(line)
}

fn add(elements: &mut BTreeMap<String, String>, line: &str) {
    let Some(tag) = known(line) else { return };
    let value = line.get(3..).unwrap_or_default();
    // A licence and an identification card sub-file may repeat an element; the first that says something counts.
    let entry = elements.entry(tag.to_owned()).or_default();
    if entry.trim().is_empty() {
        value.trim().clone_into(entry);
    }
}

/// Elements of a text that lost its separators: an identifier counts where none of its kind was before,
/// the value before it is complete, and what follows fits its format.
fn split_unseparated(text: &str) -> BTreeMap<String, String> {
    let mut elements: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Option<(&str, usize)> = None;
    let mut at = 0;
    while at < text.len() {
        let Some(rest) = text.get(at..) else {
            at += 1;
            continue;
        };
        let before = open.map(|(tag, start)| (tag, text.get(start..at).unwrap_or_default()));
        match known(rest) {
            Some(tag)
                if !RARE.contains(&tag)
                    && !elements.contains_key(tag)
                    && open.is_none_or(|(t, _)| t != tag)
                    && before.is_none_or(|(t, value)| is_complete(t, value))
                    && may_follow(tag, rest.get(3..).unwrap_or_default()) =>
            {
                if let Some((tag, value)) = before {
                    elements.insert(tag.to_owned(), value.trim().to_owned());
                }
                open = Some((tag, at + 3));
                at += 3;
            }
            _ => at += 1,
        }
    }
    if let Some((tag, start)) = open {
        elements.insert(tag.to_owned(), text.get(start..).unwrap_or_default().trim().to_owned());
    }
    elements
}

const DATES: [&str; 9] = ["DBA", "DBB", "DBD", "DBL", "DDB", "DDC", "DDH", "DDI", "DDJ"];
/// Elements of one character.
const FLAGS: [&str; 8] = ["DBC", "DCE", "DDA", "DDD", "DDE", "DDF", "DDG", "DDK"];

/// Whether the text between one identifier and the next is a whole value of its format.
fn is_complete(tag: &str, value: &str) -> bool {
    let value = value.trim();
    let letters = |n: usize| value.len() == n && value.bytes().all(|b| b.is_ascii_alphabetic());
    if value.is_empty() || value == "NONE" {
        return !matches!(tag, "DAA" | "DCS" | "DAB" | "DAQ" | "DAJ" | "DBB");
    }
    match tag {
        _ if DATES.contains(&tag) => value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit()),
        _ if FLAGS.contains(&tag) => value.len() == 1,
        "DAJ" => letters(2),
        "DCG" => letters(3) || letters(2),
        "DAY" => letters(3) || values::eye_colour(value).is_some(),
        "DAZ" => letters(3) || values::hair_colour(value).is_some(),
        "DAU" => values::height(value).is_some() || value.len() >= 2,
        "DAW" | "DAX" => value.len() >= 2,
        "DAK" => value.bytes().filter(u8::is_ascii_alphanumeric).count() >= 5,
        "DCS" | "DAB" | "DAC" | "DAI" => value.len() >= 2,
        _ => true,
    }
}

/// Whether a text can be the value of an element that has a fixed format.
fn may_follow(tag: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let ends = |rest: &str| rest.is_empty() || rest.starts_with("NONE") || known(rest).is_some();
    let digits = |n: usize| rest.bytes().take_while(u8::is_ascii_digit).count() >= n;
    match tag {
        _ if DATES.contains(&tag) => digits(8) || ends(rest),
        _ if FLAGS.contains(&tag) => ends(rest.get(1..).unwrap_or_default().trim_start()) || ends(rest),
        "DAU" | "DAW" | "DAX" => digits(1) || ends(rest),
        "DAK" => rest.starts_with(|c: char| c.is_ascii_alphanumeric()) || ends(rest),
        _ => true,
    }
}
