//! Addresses in one line or several.

use super::{
    agreement::{Agreement, Note},
    letters,
};
use crate::text::plain;

/// Words and how they are abbreviated: the full form first.
static FORMS: &[&[&str]] = &[
    &["STREET", "ST", "STR", "STRT"],
    &["AVENUE", "AVE", "AV", "AVN"],
    &["ROAD", "RD"],
    &["DRIVE", "DR", "DRV"],
    &["LANE", "LN"],
    &["COURT", "CT", "CRT"],
    &["PLACE", "PL"],
    &["BOULEVARD", "BLVD", "BD", "BVD", "BOUL", "BV"],
    &["SQUARE", "SQ"],
    &["TERRACE", "TER", "TERR", "TCE"],
    &["HIGHWAY", "HWY", "HIWAY"],
    &["PARKWAY", "PKWY", "PKY"],
    &["CIRCLE", "CIR", "CRCL"],
    &["CRESCENT", "CRES", "CR"],
    &["TRAIL", "TRL", "TR"],
    &["WAY", "WY"],
    &["CLOSE", "CL"],
    &["GARDENS", "GDNS"],
    &["GROVE", "GR", "GRV"],
    &["EXPRESSWAY", "EXPY"],
    &["FREEWAY", "FWY"],
    &["ROUTE", "RTE", "RT"],
    &["MOUNT", "MT"],
    &["MOUNTAIN", "MTN"],
    &["FORT", "FT"],
    &["SAINT", "ST", "STE"],
    &["POINT", "PT"],
    &["HEIGHTS", "HTS"],
    &["NORTH", "N"],
    &["SOUTH", "S"],
    &["EAST", "E"],
    &["WEST", "W"],
    &["NORTHEAST", "NE"],
    &["NORTHWEST", "NW"],
    &["SOUTHEAST", "SE"],
    &["SOUTHWEST", "SW"],
    &["ESTE", "E"],
    &["OESTE", "O"],
    &["NORTE", "N"],
    &["SUR", "S"],
    &["STRASSE", "STR"],
    &["PLATZ", "PL"],
    &["GASSE", "G"],
    &["WEG", "W"],
    &["ALLEE", "AL", "ALL"],
    &["HAUS", "HS"],
    &["RUE", "R"],
    &["CHEMIN", "CH", "CHE"],
    &["IMPASSE", "IMP"],
    &["FAUBOURG", "FBG", "FG"],
    &["RESIDENCE", "RES"],
    &["BATIMENT", "BAT"],
    &["QUAI", "Q"],
    &["COURS", "CRS"],
    &["ESCALIER", "ESC"],
    &["ETAGE", "ETG"],
    &["CALLE", "C", "CL"],
    &["AVENIDA", "AV", "AVDA", "AVD"],
    &["PLAZA", "PZA", "PL"],
    &["PASEO", "PO", "PSO"],
    &["CARRETERA", "CTRA", "CRA"],
    &["CARRERA", "CRA", "KRA", "KR", "CR"],
    &["COLONIA", "COL"],
    &["NUMERO", "NUM", "NO", "N", "NRO"],
    &["VIA", "V"],
    &["VIALE", "VLE", "V LE"],
    &["PIAZZA", "PZA", "PZZA", "P ZA"],
    &["CORSO", "CSO", "C SO"],
    &["RUA", "R"],
    &["TRAVESSA", "TV", "TRAV"],
    &["PRACA", "PCA"],
    &["LARGO", "LGO"],
    &["BAIRRO", "B"],
    &["STRAAT", "STR"],
    &["LAAN", "LN"],
    &["PLEIN", "PLN"],
    &["ULICA", "UL"],
    &["OSIEDLE", "OS"],
    &["ALEJA", "AL"],
    &["NAMESTI", "NAM"],
    &["TRIDA", "TR"],
    &["UTCA", "U"],
    &["CADDESI", "CAD", "CD"],
    &["SOKAK", "SK", "SOK"],
    &["MAHALLESI", "MAH", "MH"],
    &["BULEVARDUL", "BD", "BLD"],
    &["STRADA", "STR"],
    &["JALAN", "JL", "JLN"],
    &["LORONG", "LRG", "LOR"],
    &["FIRST", "1ST"],
    &["SECOND", "2ND"],
    &["THIRD", "3RD"],
    &["FOURTH", "4TH"],
    &["FIFTH", "5TH"],
    &["SIXTH", "6TH"],
    &["SEVENTH", "7TH"],
    &["EIGHTH", "8TH"],
    &["NINTH", "9TH"],
    &["TENTH", "10TH"],
];

/// Marks of a part of a house; the word says nothing that its number does not.
static UNITS: &[&str] = &[
    "APT",
    "APARTMENT",
    "UNIT",
    "SUITE",
    "STE",
    "FLAT",
    "FL",
    "FLOOR",
    "ROOM",
    "RM",
    "APP",
    "APPT",
    "APPARTEMENT",
    "WOHNUNG",
    "WHG",
    "TOP",
    "PISO",
    "PTA",
    "PUERTA",
    "DEPTO",
    "DPTO",
    "DEPARTAMENTO",
    "INT",
    "INTERNO",
    "LOT",
    "SPC",
    "TRLR",
    "BLDG",
    "ANDAR",
    "APTO",
    "KAT",
    "DAIRE",
    "NR",
    "BUS",
    "BTE",
    "PO",
    "BOX",
];

/// Attached endings of street names and their full form.
static ENDINGS: &[(&str, &str)] =
    &[("STR", "STRASSE"), ("PL", "PLATZ"), ("STRAAT", "STRASSE"), ("STR.", "STRASSE")];

fn words(address: &str) -> Vec<String> {
    let normal = plain(address);
    let mut out: Vec<String> = vec![];
    for word in normal.split(' ').filter(|w| !w.is_empty() && !UNITS.contains(w)).take(24) {
        let ending = ENDINGS.iter().find(|(short, _)| word.len() > short.len() + 2 && word.ends_with(short));
        out.push(match ending {
            Some((short, long)) => format!("{}{long}", word.strip_suffix(short).unwrap_or(word)),
            None => word.to_owned(),
        });
    }
    // Postal codes of two parts are written with and without the space between them.
    let mut joined: Vec<String> = vec![];
    for word in out {
        let digit = |w: &str| w.bytes().any(|c| c.is_ascii_digit());
        match joined.last_mut() {
            Some(last)
                if last.len() <= 4
                    && word.len() == 3
                    && mixed(last)
                    && word.starts_with(|c: char| c.is_ascii_digit())
                    && digit(&word)
                    && mixed(&word) =>
            {
                last.push_str(&word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

fn mixed(word: &str) -> bool {
    word.bytes().any(|c| c.is_ascii_digit()) && word.bytes().any(|c| c.is_ascii_uppercase())
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) || mixed(word)
}

/// Likeness of two words of an address, 0 when they are two words.
fn pair(a: &str, b: &str) -> (f64, Option<Note>) {
    if a == b {
        return (1.0, None);
    }
    let same_form = FORMS.iter().any(|forms| forms.contains(&a) && forms.contains(&b));
    if same_form {
        return (1.0, Some(Note::Abbreviated));
    }
    if is_number(a) || is_number(b) {
        let (cost, misread) = letters::distance(a, b);
        return if misread && cost < 0.5 { (0.8, Some(Note::Misread)) } else { (0.0, None) };
    }
    let value = letters::similarity(a, b);
    if value >= 0.75 && a.len().min(b.len()) > 3 {
        return (value, Some(if letters::distance(a, b).1 { Note::Misread } else { Note::Differs }));
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    // `AMSTERD` for `AMSTERDAM`: fields of fixed width end where they end.
    if short.len() >= 4 && long.starts_with(short) {
        return (0.9, Some(Note::Truncated));
    }
    (0.0, None)
}

/// Agreement of two addresses: words in any order, abbreviations spelled out, marks of units ignored. House
/// numbers and postal codes count double, since two neighbours share everything else; what only the longer
/// side has (a state, a country) costs little.
pub fn address(a: &str, b: &str) -> Agreement {
    let (mut few, mut many) = (words(a), words(b));
    if few.is_empty() || many.is_empty() {
        return Agreement::default();
    }
    let weight = |w: &String| if is_number(w) { 8.0 } else { w.len().clamp(2, 8) as f64 };
    let sum = |words: &[String]| words.iter().map(weight).sum::<f64>();
    if sum(&few) > sum(&many) {
        std::mem::swap(&mut few, &mut many);
    }
    let mut agreement = Agreement::default();
    let mut pairs: Vec<(f64, Option<Note>, usize, usize)> = vec![];
    for (i, x) in few.iter().enumerate() {
        for (j, y) in many.iter().enumerate() {
            let (value, note) = pair(x, y);
            if value > 0.0 {
                pairs.push((value, note, i, j));
            }
        }
    }
    let apart = |p: &(f64, Option<Note>, usize, usize)| p.2.abs_diff(p.3);
    pairs.sort_by(|p, q| q.0.total_cmp(&p.0).then(apart(p).cmp(&apart(q))));
    let (mut left, mut right) = (vec![None; few.len()], vec![false; many.len()]);
    let mut score = 0.0;
    for (value, note, i, j) in pairs {
        let (Some(slot), Some(used)) = (left.get_mut(i), right.get_mut(j)) else { continue };
        if slot.is_some() || *used {
            continue;
        }
        (*slot, *used) = (Some(j), true);
        score += value * few.get(i).map_or(0.0, weight);
        note.into_iter().for_each(|n| agreement.note(n));
    }
    let places: Vec<usize> = left.iter().flatten().copied().collect();
    if places.windows(2).any(|w| w.first() > w.last()) {
        agreement.note(Note::Order);
    }
    for (word, _) in few.iter().zip(&left).filter(|(_, slot)| slot.is_none()) {
        agreement.note(match (is_number(word), word.len()) {
            (true, 5..) => Note::PostalCode,
            (true, _) => Note::HouseNumber,
            (false, _) => Note::Differs,
        });
    }
    if right.iter().any(|used| !used) {
        agreement.note(Note::MissingPart);
    }
    let (total, all) = (sum(&few), sum(&many));
    let unused = many.iter().zip(&right).filter(|(_, used)| !**used);
    let extra: f64 = unused.map(|(w, _)| weight(w)).sum();
    agreement.score = (score / total - 0.1 * extra / all).clamp(0.0, 1.0);
    agreement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_in_other_words() {
        for (a, b) in [
            ("123 MAIN ST, SPRINGFIELD IL 62701", "123 Main Street, Springfield, IL 62701"),
            ("123 MAIN ST APT 4B SPRINGFIELD", "123 Main Street #4B, Springfield"),
            ("Heidestr. 17, 51147 Köln", "HEIDESTRASSE 17 51147 KOLN"),
            ("10 Downing Street London SW1A 2AA", "10 DOWNING ST LONDON SW1A2AA"),
            ("123 ANYWHERE STREET ANYTOWN H3A 1S8", "ANYTOWN H3A1S8 123 ANYWHERE STREET"),
            ("5 rue de la Paix 75002 Paris", "5 R DE LA PAIX PARIS 75002"),
            ("AVENIDA REFORMA 222 MEXICO", "AV REFORMA 222 MEXICO"),
            ("2570 24TH STREET ANYTOWN CA 95818", "2570 24TH ST ANYTOWN CA 95818 USA"),
        ] {
            assert!(address(a, b).score >= 0.9, "{a} / {b}: {:?}", address(a, b));
        }
    }

    #[test]
    fn a_neighbour_lives_elsewhere() {
        let got = address("123 MAIN ST SPRINGFIELD 62701", "125 MAIN ST SPRINGFIELD 62701");
        assert!(got.score < 0.85 && got.notes.contains(&Note::HouseNumber), "{got:?}");
        assert!(address("123 MAIN ST SPRINGFIELD", "9 OAK AVE SHELBYVILLE").score < 0.3);
        assert_eq!(address("", "9 OAK AVE").score, 0.0);
    }

    proptest::proptest! {
        #[test]
        fn laws(a in "[0-9]{1,4} [A-Z]{4,9} ST [A-Z]{4,9} [0-9]{5}", b in "\\PC{0,40}") {
            proptest::prop_assert!(address(&a, &a.to_lowercase()).score > 0.999);
            proptest::prop_assert!(address(&a, &a.replace(" ST ", " STREET ")).score > 0.999);
            proptest::prop_assert!((0.0..=1.0).contains(&address(&a, &b).score));
        }
    }
}
