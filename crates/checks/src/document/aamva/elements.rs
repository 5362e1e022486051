//! The barcode form: a header, sub-files, and data elements that begin with a three-letter identifier.

use std::collections::{BTreeMap, BTreeSet};

use bonafide_core::document::DocumentType;

use super::{
    issuers::by_state,
    licence::{Licence, ParseError},
    values,
};

/// The identifiers the standard has given, in any version, as ranges of the last letter.
const KNOWN: [(&str, char, char); 5] =
    [("DA", 'A', 'Z'), ("DB", 'A', 'S'), ("DC", 'A', 'U'), ("DD", 'A', 'P'), ("PA", 'A', 'F')];

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
        let version = header.as_ref().and_then(|h| h.version);
        let unseparated = split_unseparated(without_vendor_data(&joined, vendors), version);
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

/// Control characters separate (the standard's LF, RS and CR, and what issuers print in their place), and the character the
/// header declares. Those from 0x80 to 0x9f are letters of a character set that was not declared, but for one that stands as
/// often as a separator does.
fn is_separator(payload: &str, header: Option<&Header<'_>>) -> impl Fn(char) -> bool + use<> {
    let declared = header.and_then(|h| h.separator).filter(|c| payload.matches(*c).count() > ENOUGH);
    let often = |c: &char| c.is_control() && !c.is_ascii() && payload.matches(*c).count() > ENOUGH;
    let made: BTreeSet<char> = payload.chars().filter(often).collect();
    move |c| c.is_ascii_control() || Some(c) == declared || made.contains(&c)
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

/// Added by version 11 of 2025, and taken out by it.
const NEW_IN_11: [&str; 4] = ["DDM", "DDN", "DDO", "DDP"];
const GONE_IN_11: [&str; 5] = ["DBN", "DBG", "DBS", "DCL", "DDC"];
/// Class, restrictions and endorsements of version 1.
const OF_VERSION_1: [&str; 3] = ["DAR", "DAS", "DAT"];

/// Elements of a text that lost its separators. Letters of an identifier also stand inside names (`HOLLIDAY`), so of all ways to
/// cut the text the one counts in which the values fit their elements best.
fn split_unseparated(text: &str, version: Option<u8>) -> BTreeMap<String, String> {
    let of_version = |tag: &str| match version {
        Some(11..) => !GONE_IN_11.contains(&tag) && !OF_VERSION_1.contains(&tag),
        Some(2..) => !NEW_IN_11.contains(&tag) && !OF_VERSION_1.contains(&tag),
        _ => !NEW_IN_11.contains(&tag),
    };
    let places = (0..text.len()).filter_map(|at| {
        let tag = known(text.get(at..)?)?;
        (!RARE.contains(&tag) && of_version(tag)).then_some((at, tag))
    });
    let mut ways: Vec<Way<'_>> = vec![Way::default()];
    for (at, tag) in places {
        // Each way goes on without this identifier, or with it where the value before it can end here.
        let with: Vec<Way<'_>> = ways.iter().filter_map(|way| way.then(text, at, tag)).collect();
        ways.extend(with);
        // Those that end in the same value go on alike: of each the best few.
        ways.sort_by_key(|way| std::cmp::Reverse(way.worth));
        ways.truncate(WAYS);
    }
    let best = ways.into_iter().filter_map(|way| way.ended(text)).max_by_key(|way| way.worth);
    let cuts = best.map(|way| way.cuts).unwrap_or_default();
    let ends = cuts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let values = cuts
        .iter()
        .zip(ends)
        .filter_map(|((at, tag), end)| Some(((*tag).to_owned(), text.get(at + 3..end)?.trim().to_owned())));
    values.collect()
}

/// How many ways to cut a text are followed at once.
const WAYS: usize = 96;

/// A way to cut a text: where elements begin, and how well the values so far fit.
#[derive(Clone, Default)]
struct Way<'a> {
    cuts: Vec<(usize, &'a str)>,
    worth: i32,
}

impl<'a> Way<'a> {
    fn then(&self, text: &str, at: usize, tag: &'a str) -> Option<Self> {
        if self.cuts.iter().any(|(_, t)| *t == tag) {
            return None;
        }
        let mut way = self.ended(text.get(..at)?)?;
        // The combined names and their parts do not stand in one card.
        let whole = |t: &str| matches!(t, "DAA");
        let parts = |t: &str| matches!(t, "DAB" | "DAC" | "DAD" | "DCS" | "DCT");
        let given = |t: &str| matches!(t, "DAC" | "DAD");
        let both = |t: &str| {
            (whole(t) && parts(tag))
                || (parts(t) && whole(tag))
                || (t == "DCT" && given(tag))
                || (given(t) && tag == "DCT")
        };
        if way.cuts.iter().any(|(_, t)| both(t)) {
            way.worth -= 6;
        }
        way.cuts.push((at, tag));
        Some(way)
    }

    /// With the value of its last element, which ends where the text does; `None` where that cannot be its value.
    fn ended(&self, text: &str) -> Option<Self> {
        let mut way = self.clone();
        match self.cuts.last() {
            Some((at, tag)) => way.worth += fit(tag, text.get(at + 3..)?.trim())?,
            // What stands before the first element is lost.
            None => way.worth -= i32::try_from(text.trim().len()).unwrap_or(i32::MAX / 2),
        }
        Some(way)
    }
}

const DATES: [&str; 9] = ["DBA", "DBB", "DBD", "DBL", "DDB", "DDC", "DDH", "DDI", "DDJ"];
/// Elements of one character.
const FLAGS: [&str; 12] =
    ["DBC", "DCE", "DDA", "DDD", "DDE", "DDF", "DDG", "DDK", "DDM", "DDN", "DDO", "DDP"];

/// How well a value fits its element: more for a form that little else has. `None` where it cannot be its value.
fn fit(tag: &str, value: &str) -> Option<i32> {
    let letters = |n: usize| value.len() == n && value.bytes().all(|b| b.is_ascii_alphabetic());
    let number = value.bytes().any(|b| b.is_ascii_digit());
    let required = matches!(tag, "DAA" | "DCS" | "DAB" | "DAQ" | "DAJ" | "DBB");
    if value.is_empty() || value == "NONE" {
        return (!required).then_some(2);
    }
    let sure = |fits: bool| fits.then_some(6);
    match tag {
        _ if DATES.contains(&tag) => sure(value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit())),
        "DBC" => sure(values::gender(value).is_some() && value.len() == 1),
        "DDE" | "DDF" | "DDG" => sure(matches!(value, "T" | "N" | "U")),
        _ if FLAGS.contains(&tag) => (value.len() == 1).then_some(3),
        "DAJ" => letters(2).then(|| if by_state(value).is_some() { 6 } else { 2 }),
        "DCG" => (letters(3) || letters(2)).then(|| if values::country(value).is_some() { 6 } else { 1 }),
        "DAY" => values::eye_colour(value).map(|_| 6).or_else(|| letters(3).then_some(1)),
        "DAZ" => values::hair_colour(value).map(|_| 6).or_else(|| letters(3).then_some(1)),
        "DAU" | "DAV" => {
            values::height(value).map(|_| 6).or_else(|| (number && value.len() <= 8).then_some(2))
        }
        "DAW" | "DAX" => (number && value.len() <= 6).then_some(4),
        "DAK" => {
            let code = value.bytes().filter(u8::is_ascii_alphanumeric).count();
            ((5..=11).contains(&code) && number).then_some(5)
        }
        "DAQ" | "DCF" => number.then_some(3),
        // The parts of a combined name stand between commas.
        "DAA" if value.contains([',', '$']) => Some(5),
        "DCS" | "DAB" | "DAC" if value.contains([',', '$']) => Some(1),
        // A name has no digits, and a part of one is longer than a letter.
        "DAA" | "DCS" | "DAB" | "DAC" | "DCT" | "DAI" => {
            (value.chars().count() >= 2).then_some(if number { 1 } else { 3 })
        }
        "DAG" => Some(if number { 4 } else { 2 }),
        _ => Some(2),
    }
}
