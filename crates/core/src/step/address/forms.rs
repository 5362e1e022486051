//! What the addresses of a country look like.

use serde::Serialize;
use utoipa::ToSchema;

use crate::words::words;

words! {
    /// Whether addresses of a country have a part.
    pub enum PartUse {
        Required = "required",
        Optional = "optional",
        Unused = "unused",
    }
}

use PartUse::{Optional, Required, Unused};

/// What to ask for of an address in one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AddressForm {
    pub city: PartUse,
    /// Province, state, prefecture.
    pub region: PartUse,
    pub postal_code: PartUse,
    /// How a postal code is written there.
    pub example: Option<&'static str>,
}

/// A country, whether its addresses name a region, and how its postal codes may look: `#` stands for a digit, `@` for a
/// letter, `*` for either, everything else for itself. By the postal services' own rules, as the Universal Postal Union
/// publishes them.
type Row = (&'static str, PartUse, &'static [&'static str], &'static str);

static ROWS: &[Row] = &[
    ("AR", Optional, &["####", "@####@@@"], "C1002AAA"),
    ("AT", Unused, &["####"], "1010"),
    ("AU", Required, &["####"], "2000"),
    ("BE", Unused, &["####"], "1000"),
    ("BG", Optional, &["####"], "1000"),
    ("BR", Required, &["#####-###"], "01310-100"),
    ("CA", Required, &["@#@ #@#"], "K1A 0B1"),
    ("CH", Optional, &["####"], "3003"),
    ("CL", Optional, &["#######"], "8320000"),
    ("CN", Required, &["######"], "100000"),
    ("CO", Optional, &["######"], "110111"),
    ("CY", Optional, &["####"], "1010"),
    ("CZ", Optional, &["### ##"], "110 00"),
    ("DE", Optional, &["#####"], "10115"),
    ("DK", Optional, &["####"], "1050"),
    ("EE", Optional, &["#####"], "10111"),
    ("EG", Required, &["#####"], "11511"),
    ("ES", Optional, &["#####"], "28001"),
    ("FI", Optional, &["#####"], "00100"),
    ("FR", Optional, &["#####"], "75001"),
    ("GB", Optional, &["@# #@@", "@## #@@", "@@# #@@", "@@## #@@", "@#@ #@@", "@@#@ #@@"], "SW1A 1AA"),
    ("GR", Optional, &["### ##"], "104 31"),
    ("HR", Optional, &["#####"], "10000"),
    ("HU", Optional, &["####"], "1051"),
    ("ID", Optional, &["#####"], "10110"),
    ("IE", Optional, &["@## ****", "D6W ****"], "D02 AF30"),
    ("IL", Optional, &["#######", "#####"], "9614303"),
    ("IN", Required, &["######"], "110001"),
    ("IS", Optional, &["###"], "101"),
    ("IT", Optional, &["#####"], "00184"),
    ("JP", Required, &["###-####"], "100-0001"),
    ("KE", Optional, &["#####"], "00100"),
    ("KR", Optional, &["#####"], "04524"),
    ("LI", Unused, &["####"], "9490"),
    ("LT", Optional, &["LT-#####"], "LT-01100"),
    ("LU", Unused, &["####"], "1009"),
    ("LV", Optional, &["LV-####"], "LV-1010"),
    ("MA", Optional, &["#####"], "10000"),
    ("MC", Unused, &["#####"], "98000"),
    ("MT", Unused, &["@@@ ####"], "VLT 1117"),
    ("MX", Required, &["#####"], "06000"),
    ("MY", Optional, &["#####"], "50000"),
    ("NG", Optional, &["######"], "900001"),
    ("NL", Unused, &["#### @@"], "1012 JS"),
    ("NO", Unused, &["####"], "0150"),
    ("NZ", Optional, &["####"], "6011"),
    ("PE", Optional, &["#####"], "15001"),
    ("PH", Optional, &["####"], "1000"),
    ("PL", Optional, &["##-###"], "00-001"),
    ("PT", Optional, &["####-###"], "1100-148"),
    ("RO", Optional, &["######"], "010011"),
    ("RU", Optional, &["######"], "101000"),
    ("SA", Optional, &["#####", "#####-####"], "11564"),
    ("SE", Unused, &["### ##"], "111 20"),
    ("SG", Unused, &["######"], "018956"),
    ("SI", Unused, &["####"], "1000"),
    ("SK", Optional, &["### ##"], "811 01"),
    ("TH", Required, &["#####"], "10200"),
    ("TR", Optional, &["#####"], "34110"),
    ("TW", Optional, &["###", "#####", "######"], "100"),
    ("UA", Optional, &["#####"], "01001"),
    ("US", Required, &["#####", "#####-####"], "20500"),
    ("VN", Optional, &["######", "#####"], "100000"),
    ("ZA", Optional, &["####"], "0001"),
];

/// Where letters do not have postal codes (Universal Postal Union).
static WITHOUT_CODES: &[&str] = &[
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM",
    "DJ", "DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GQ", "GY", "HK", "KI", "KM", "KP", "ML", "MO", "MR",
    "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SY", "TD", "TG", "TK", "TL", "TO", "TV",
    "UG", "VU", "YE", "ZW",
];

/// Cities that are the whole country.
static CITIES: &[&str] = &["GI", "MC", "SG", "VA"];

/// Where codes are in use and letters arrive without: nobody is refused for not having one.
static CODE_OPTIONAL: &[&str] = &["CL", "CO", "EG", "IE", "KE", "MA", "NG", "PE", "SA", "VN"];

/// What to ask for of an address in a country; of one that is not known here, whatever there is.
pub fn form(country: &str) -> AddressForm {
    let city = if CITIES.contains(&country) { Optional } else { Required };
    match ROWS.iter().find(|(code, ..)| *code == country) {
        Some((_, region, _, example)) => AddressForm {
            city,
            region: *region,
            postal_code: if CODE_OPTIONAL.contains(&country) { Optional } else { Required },
            example: Some(example),
        },
        None if WITHOUT_CODES.contains(&country) => {
            AddressForm { city, region: Optional, postal_code: Unused, example: None }
        }
        None => AddressForm { city, region: Optional, postal_code: Optional, example: None },
    }
}

/// A postal code as its country writes it; `None` if it is none of that country.
pub(super) fn postal_code(country: &str, given: &str) -> Option<String> {
    let plain: String = given.chars().filter(|c| !(c.is_whitespace() || *c == '-')).collect();
    let plain = plain.to_ascii_uppercase();
    if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    match ROWS.iter().find(|(code, ..)| *code == country) {
        Some(("CA", _, shapes, _)) => {
            shapes.iter().find_map(|shape| fit(&plain, shape)).filter(|c| is_canadian(c))
        }
        Some((_, _, shapes, _)) => shapes.iter().find_map(|shape| {
            // What every code of a country begins with is often left out.
            let prefix: String = shape.chars().take_while(char::is_ascii_uppercase).collect();
            fit(&plain, shape).or_else(|| fit(&format!("{prefix}{plain}"), shape))
        }),
        None => {
            let spaced = given.split_whitespace().collect::<Vec<_>>().join(" ");
            Some(spaced.to_ascii_uppercase())
        }
    }
}

/// Letters and digits in the form of a shape, if they have it.
fn fit(plain: &str, shape: &str) -> Option<String> {
    let mut left = plain.chars();
    let mut written = String::with_capacity(shape.len());
    for place in shape.chars() {
        let right = match place {
            ' ' | '-' => {
                written.push(place);
                continue;
            }
            '#' => left.next().filter(char::is_ascii_digit),
            '@' => left.next().filter(char::is_ascii_alphabetic),
            '*' => left.next(),
            itself => left.next().filter(|c| *c == itself),
        };
        written.push(right?);
    }
    left.next().is_none().then_some(written)
}

/// Canada Post leaves out the letters that are misread, and begins no code with W or Z.
fn is_canadian(code: &str) -> bool {
    !code.contains(['D', 'F', 'I', 'O', 'Q', 'U']) && !code.starts_with(['W', 'Z'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::country;

    #[test]
    fn every_row_is_a_country_with_an_example_in_its_own_form() {
        for (code, _, shapes, example) in ROWS {
            assert_eq!(country(code).map(|c| c.code), Some(*code));
            assert!(!shapes.is_empty());
            assert_eq!(postal_code(code, example).as_deref(), Some(*example), "{code}");
            assert!(!WITHOUT_CODES.contains(code));
        }
        let all = ROWS.iter().map(|(code, ..)| code);
        assert!(all.is_sorted_by(|a, b| a < b), "each once");
        for code in WITHOUT_CODES.iter().chain(CITIES).chain(CODE_OPTIONAL) {
            assert_eq!(country(code).map(|c| c.code), Some(*code));
        }
    }

    #[test]
    fn codes_are_written_as_their_country_does() {
        for (country, given, expected) in [
            ("CA", "k1a0b1", Some("K1A 0B1")),
            ("CA", "D1A 0B1", None),
            ("CA", "W1A 0B1", None),
            ("CA", "K1A 0B", None),
            ("US", "20500-0003", Some("20500-0003")),
            ("US", "205000003", Some("20500-0003")),
            ("US", "2050", None),
            ("GB", "sw1a1aa", Some("SW1A 1AA")),
            ("GB", "m11ae", Some("M1 1AE")),
            ("GB", "EC1A 1BB", Some("EC1A 1BB")),
            ("GB", "1AA SW1A", None),
            ("NL", "1012js", Some("1012 JS")),
            ("JP", "1000001", Some("100-0001")),
            ("BR", "01310100", Some("01310-100")),
            ("IN", "110 001", Some("110001")),
            ("IE", "d02af30", Some("D02 AF30")),
            ("IE", "D6WXY00", Some("D6W XY00")),
            ("LV", "1010", Some("LV-1010")),
            ("LV", "LV1010", Some("LV-1010")),
            ("PL", "00001", Some("00-001")),
            ("DE", "1011", None),
            ("DE", "1011Ä", None),
            ("AU", "2000", Some("2000")),
            ("FR", "75 001", Some("75001")),
            ("KY", "ky1-1102", Some("KY1-1102")),
            ("KY", "", None),
            ("KY", "!", None),
        ] {
            assert_eq!(postal_code(country, given).as_deref(), expected, "{country} {given}");
        }
    }
}
