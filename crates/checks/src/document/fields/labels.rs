//! Where labels stand in a line of text. The labels themselves are in `labels.txt`.

use std::sync::LazyLock;

use bonafide_core::document::FieldName;

use super::folded::Folded;

static TABLE: &str = include_str!("labels.txt");

/// A label as it is searched for.
struct Entry {
    field: Option<FieldName>,
    open: bool,
    /// The normal form without spaces.
    letters: Vec<u8>,
    /// The same with look-alikes made equal, and for each of them the bits of its places (bit 0 the first
    /// letter): what the search for misread labels runs on.
    masks: Box<[u64; 36]>,
}

/// Labels of at most this many letters are also words and parts of values: they count alone at the
/// beginning of a line or after another label.
const SHORT: usize = 3;
/// Short captions of licences by the AAMVA card design standard, which stand in one line with others.
static CAPTIONS: &[&[u8]] = &[b"SEX", b"DOB", b"EXP", b"ISS", b"HGT", b"WGT", b"DLN"];
/// Longest label that is searched for, by the width of the bit vectors.
const LONGEST: usize = 60;

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty());
    let mut seen = std::collections::BTreeSet::new();
    let mut entries = vec![];
    for (field, names) in lines.filter_map(|l| l.split_once(':')) {
        let (field, open) = match field.trim().strip_suffix('?') {
            Some(field) => (field_name(field), true),
            None => (field_name(field.trim()), false),
        };
        for name in names.split('|') {
            let letters = Folded::of(name).letters;
            if (2..=LONGEST).contains(&letters.len()) && seen.insert(letters.clone()) {
                let mut masks = Box::new([0u64; 36]);
                for (i, c) in letters.iter().enumerate() {
                    masks[symbol(*c)] |= 1 << i;
                }
                entries.push(Entry { field, open, letters, masks });
            }
        }
    }
    entries
});

fn field_name(name: &str) -> Option<FieldName> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// Letters and digits as numbers below 36, those that are misread for each other as one.
fn symbol(c: u8) -> usize {
    let c = match c {
        b'0' | b'Q' => b'O',
        b'1' | b'L' => b'I',
        b'5' => b'S',
        b'8' => b'B',
        b'2' => b'Z',
        b'6' => b'G',
        c => c,
    };
    match c {
        b'A'..=b'Z' => usize::from(c - b'A'),
        b'0'..=b'9' => usize::from(c - b'0') + 26,
        _ => 35,
    }
}

/// A label found in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Label {
    /// `None`: a label of something that is not read.
    pub(super) field: Option<FieldName>,
    /// What it means depends on the other labels: `Name` is the surname beside a given name, else all names.
    pub(super) open: bool,
    /// Its letters in the folded line, from and to.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Letters misread.
    pub(super) edits: usize,
}

impl Label {
    /// 1 for a label read without a fault.
    pub(super) fn quality(&self) -> f64 {
        1.0 - self.edits as f64 / (self.to - self.from).max(1) as f64
    }
}

/// How many letters of a label may be misread. Short labels are near misses of names: there only beside a
/// translation.
fn tolerance(letters: usize, bilingual: bool) -> usize {
    match letters {
        0..=5 => 0,
        6..=7 => usize::from(bilingual),
        8..=9 => 1,
        10..=12 => 2,
        13..=16 => 3,
        n => n / 5,
    }
}

/// The labels in a line, in order; of labels that overlap the one with most letters read.
pub(super) fn labels(line: &Folded) -> Vec<Label> {
    let symbols: Vec<usize> = line.letters.iter().map(|c| symbol(*c)).collect();
    let mut found: Vec<Label> = ENTRIES.iter().flat_map(|e| occurrences(e, line, &symbols)).collect();
    // Most letters first, misread ones count against it; the earlier entry of the table first.
    found.sort_by_key(|l| std::cmp::Reverse((l.to - l.from) as i64 - 2 * l.edits as i64));
    let mut kept: Vec<Label> = vec![];
    for label in found {
        if kept.iter().all(|k| label.to <= k.from || k.to <= label.from) {
            kept.push(label);
        }
    }
    kept.retain(|l| !begins_a_name(l, line));
    kept.sort_by_key(|l| l.from);
    // A short label in the middle of a line is one only right after another.
    let mut last: Option<usize> = None;
    kept.retain(|l| {
        let short = l.to - l.from <= SHORT;
        let leads = line.leads(l.from) || last == Some(l.from);
        let caption = line.letters.get(l.from..l.to).is_some_and(|w| CAPTIONS.contains(&w));
        let keep = !short || leads || caption || line.ends_in_colon(l.to);
        if keep {
            last = Some(l.to);
        }
        keep
    });
    kept
}

/// Whether a label is the first word of a name: `City of London`, `Comune di Roma`, `Préfecture de police`.
fn begins_a_name(label: &Label, line: &Folded) -> bool {
    const LINKS: [&[u8]; 12] =
        [b"OF", b"DE", b"DI", b"DU", b"DO", b"DA", b"DEL", b"DELLA", b"DES", b"DOS", b"VAN", b"VON"];
    let noun = matches!(label.field, Some(FieldName::City | FieldName::State | FieldName::IssuingAuthority));
    let rest = line.letters.get(label.to..).unwrap_or_default();
    let linked = |link: &&&[u8]| rest.starts_with(link) && line.starts_word(label.to + link.len());
    noun && !line.ends_in_colon(label.to) && line.starts_word(label.to) && LINKS.iter().any(|l| linked(&l))
}

/// Where one label stands in a line: exactly between word ends, or with some letters misread.
fn occurrences(entry: &Entry, line: &Folded, symbols: &[usize]) -> Vec<Label> {
    let n = entry.letters.len();
    let mut out = vec![];
    if n > line.letters.len() + tolerance(n, line.bilingual) {
        return out;
    }
    if tolerance(n, line.bilingual) == 0 {
        for (from, _) in line.letters.windows(n).enumerate().filter(|(_, w)| *w == entry.letters) {
            if line.starts_word(from) && line.ends_word(from + n) {
                out.push(Label { field: entry.field, open: entry.open, from, to: from + n, edits: 0 });
            }
        }
        return out;
    }
    // Myers' bit-parallel search: the edits of the best alignment that ends at each letter.
    let (mut plus, mut minus, mut score) = (!0u64, 0u64, n);
    let high = 1u64 << (n - 1);
    let most = tolerance(n, line.bilingual);
    let mut best: Option<(usize, usize)> = None;
    for (end, s) in symbols.iter().enumerate() {
        let eq = entry.masks[*s];
        let xv = eq | minus;
        let xh = (((eq & plus).wrapping_add(plus)) ^ plus) | eq;
        let (mut ph, mut mh) = (minus | !(xh | plus), plus & xh);
        if ph & high != 0 {
            score += 1;
        } else if mh & high != 0 {
            score -= 1;
        }
        ph <<= 1;
        mh <<= 1;
        plus = mh | !(xv | ph);
        minus = ph & xv;
        let at = end + 1;
        if score <= most && best.is_none_or(|b| score < b.0) {
            best = Some((score, at));
        }
        let over = best.is_some_and(|b| at >= b.1 + n) || at == symbols.len();
        if let Some((edits, to)) = best.take_if(|_| over) {
            out.extend(bounded(entry, line, to, edits, n));
        }
    }
    out
}

/// The label that ends at a letter, when it also begins and ends like a word. Long labels may stand within
/// a word, since spaces get lost.
fn bounded(entry: &Entry, line: &Folded, to: usize, edits: usize, n: usize) -> Option<Label> {
    let slack = 1 + edits;
    let from = to.saturating_sub(n);
    let near = |at: usize, test: &dyn Fn(usize) -> bool| {
        (at.saturating_sub(slack)..=at + slack).filter(|i| test(*i)).min_by_key(|i| i.abs_diff(at))
    };
    let start = if edits == 0 && line.starts_word(from) {
        Some(from)
    } else {
        near(from, &|i| line.starts_word(i)).filter(|_| edits > 0)
    };
    let end =
        if line.ends_word(to) { Some(to) } else { near(to, &|i| line.ends_word(i)).filter(|_| edits > 0) };
    let (from, to) = match (start, end) {
        (Some(a), Some(b)) if a < b => (a, b),
        (a, b) if n >= 10 => (a.unwrap_or(from), b.unwrap_or(to)),
        (Some(a), None) if n >= 7 => (a, to),
        _ => return None,
    };
    (from < to).then_some(Label { field: entry.field, open: entry.open, from, to, edits })
}

#[cfg(test)]
mod tests {
    use FieldName::*;

    use super::*;

    fn found(text: &str) -> Vec<Option<FieldName>> {
        labels(&Folded::of(text)).into_iter().map(|l| l.field).collect()
    }

    #[test]
    fn the_table_is_sound() {
        for line in TABLE.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let (field, names) = line.split_once(':').expect("field: labels");
            assert!(field == "other" || field_name(field.trim_end_matches('?')).is_some(), "{field}");
            for name in names.split('|') {
                let n = Folded::of(name).letters.len();
                assert!((2..=LONGEST).contains(&n), "{field}: {name}");
            }
        }
    }

    #[test]
    fn labels_in_many_languages() {
        for (text, field) in [
            ("DATE DE NAISSANCE A M J 1986 10 16", BirthDate),
            ("GIVEN NAMES PRENOMS", FirstName),
            ("PLACE OF BIRTH", BirthPlace),
            ("NATlONALITY", Nationality),
            ("4bExpire le:2025-10-16", ExpiresAt),
            ("Apellidos", LastName),
            ("Doğum Tarihi", BirthDate),
            ("Születési idő", BirthDate),
            ("Ngày sinh", BirthDate),
            ("Tempat/Tgl Lahir", BirthDate),
            ("Przekroczono", Mentions),
            ("Data urodzenia", BirthDate),
            ("Państwo Obywatelstwo", Nationality),
            ("Štátna príslušnosť", Nationality),
            ("Henkilötunnus", PersonalNumber),
            ("Géschlecht", Gender),
            ("Kraj rojstva", BirthPlace),
            ("Uzvārds", LastName),
            ("Sotsugu", Gender),
        ] {
            let got = found(text).first().copied().flatten();
            let none = matches!(text, "Przekroczono" | "Sotsugu");
            assert_eq!(got, (!none).then_some(field), "{text}");
        }
    }

    #[test]
    fn misread_and_joined_labels() {
        assert_eq!(found("DATEOFBIRTH"), [Some(BirthDate)]);
        assert_eq!(found("Surname/Nom"), [Some(LastName), Some(LastName)]);
        assert_eq!(found("MIEISCE URODZENIAPLACE OF BIRTH"), [Some(BirthPlace), Some(BirthPlace)]);
        assert!(found("Catum radenéa(Dae cf birlb/Date de caisance").contains(&Some(BirthDate)));
        assert_eq!(found("DOB 01/02/1980 SEX M HGT 5'-10\""), [Some(BirthDate), Some(Gender), Some(Height)]);
    }

    #[test]
    fn values_are_no_labels() {
        for text in [
            "DOE",
            "ERIKSSON ANNA",
            "MADRID",
            "12.08.1964",
            "123 ANYWHERE STREET",
            "MAX",
            "日本",
            "",
            "CITY OF AMAUROT",
            "Comune di Roma",
            "Ville de Paris",
            "PRÉFECTURE DE POLICE",
            "MUNICIPIO DE LEON",
            "Provincia del Neuquén",
            "Province of Utopia",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found("City: Delft"), [Some(City)]);
        assert_eq!(found("Ville / City"), [Some(City), Some(City)]);
        assert_eq!(found("State of residence"), [Some(State)]);
    }
}
